import type { AccountCondition, TransferCondition, TransferRequest } from '#server/ledger/schema.ts';
import { move, transferId } from '#server/testing/ledger.ts';
import { conversionOf, type ConversionAccounts } from './conversion-requests.ts';
import type { Change, DemandDraw, ItemDraw } from './draws.ts';
import { malformed, unknownAccount } from './malformed-requests.ts';
import { actionOf, availableMinor, dayOf, relatedIdOf, type ModelAccount } from './state.ts';

/** What a drawn item is made concrete with. */
export interface Surroundings {
  /** Accounts of one asset, some of them more than once to be drawn more often; and one of another asset. */
  accounts: readonly bigint[];
  otherAssetAccount: bigint;
  conversion: ConversionAccounts;
  /** What the model knows of all accounts before the batch. */
  states: readonly ModelAccount[];
  /** All that was asked in this sequence so far, the latest last. */
  earlier: readonly TransferRequest[];
  /** How many of them belong to batches before this one. */
  answeredCount: number;
  /** Those of them that are known not to have happened. */
  refusedIds: ReadonlySet<string>;
  /** Pendings that are known to be posted or voided. */
  endedIds: ReadonlySet<string>;
  /** Milliseconds of the ledger's clock. */
  now: number;
}

/** One request, the two legs of a conversion, or a few that belong together otherwise. */
export function requestsOf(draw: ItemDraw, around: Surroundings): TransferRequest[] {
  const plain = plainRequest(draw, around);
  if (draw.shape === 'conversion') {
    return conversionOf(draw, plain, around).map((leg) => demanding(draw, dated(draw, leg, around), around));
  }
  if (draw.shape === 'doomed') return doomed(draw, plain, around);
  if (draw.shape === 'repeat') return repetition(draw, plain, around);
  const request = requestOf(draw, plain, around);
  if (draw.shape === 'again' || draw.shape === 'malformed') return [request];
  return [demanding(draw, dated(draw, request, around), around)];
}

function requestOf(draw: ItemDraw, plain: TransferRequest, around: Surroundings): TransferRequest {
  switch (draw.shape) {
    case 'pending':
      return { ...plain, pending: timeoutOf(draw) };
    case 'shortfall':
    case 'available':
      return { ...plain, mode: draw.shape };
    case 'post':
    case 'void':
      return resolution(draw, plain, around);
    case 'reverse':
      return reversal(draw, plain, around);
    case 'again': {
      // Not the latest: it may have made its group fail, and what it failed with is what is to be tried again.
      const target = around.earlier.at(-2 - (draw.target % 3));
      return target === undefined ? plain : { ...target, id: plain.id, linked: draw.linked };
    }
    case 'malformed':
      return malformed(draw.malformation, plain, around);
    case 'move':
    case 'conversion':
    case 'doomed':
    case 'repeat':
      return plain;
  }
}

/** The request with the day it is to belong to, where the draw has one and days make sense. */
function dated(draw: ItemDraw, request: TransferRequest, { now }: Surroundings): TransferRequest {
  const isForEntries = ['move', 'post', 'reverse'].includes(actionOf(request));
  if (draw.effectiveDays === null || !isForEntries) return request;
  return { ...request, effectiveDate: dayOf(now, draw.effectiveDays) };
}

/** The request with the condition of the draw: close to what the books say before the batch. */
function demanding(draw: ItemDraw, request: TransferRequest, { states }: Surroundings): TransferRequest {
  const debit = states.find((state) => state.id === request.debitAccountId);
  const credit = states.find((state) => state.id === request.creditAccountId);
  const isVoid = actionOf(request) === 'void';
  if (draw.demand === null || debit === undefined || credit === undefined || isVoid) return request;
  const { about, beyond } = draw.demand;
  if (about === 'all') {
    return { ...request, condition: { debit: everythingOn(debit, beyond), credit: everythingOn(credit, 0) } };
  }
  if (about === 'ownerAvailableAtLeastMinor') {
    if (debit.isHouse) return request;
    const own = states.filter(({ owner, asset }) => owner === debit.owner && asset === debit.asset);
    const sumMinor = own.reduce((sum, state) => sum + availableMinor(state), 0n);
    const isStaying = credit.owner === debit.owner && actionOf(request) !== 'pending';
    const leavingMinor = isStaying || actionOf(request) === 'post' ? 0n : request.amountMinor;
    return { ...request, condition: { [about]: sumMinor - leavingMinor + BigInt(beyond) } };
  }
  return { ...request, condition: demandOn({ about, beyond }, debit, credit) };
}

function everythingOn(account: ModelAccount, beyond: number): AccountCondition {
  const { version, balanceMinor } = account;
  return { version, balanceAtLeastMinor: balanceMinor, balanceAtMostMinor: balanceMinor - BigInt(beyond) };
}

function demandOn(demand: DemandDraw, debit: ModelAccount, credit: ModelAccount): TransferCondition {
  const [side, measure = ''] = demand.about.split('.');
  const account = side === 'debit' ? debit : credit;
  const beyond = BigInt(demand.beyond);
  const figures: Record<string, bigint> = {
    version: account.version + beyond,
    balanceAtLeastMinor: account.balanceMinor + beyond,
    balanceAtMostMinor: account.balanceMinor - beyond,
  };
  const asked = { [measure]: figures[measure] };
  return side === 'debit' ? { debit: asked } : { credit: asked };
}

function plainRequest(draw: ItemDraw, { accounts, now }: Surroundings): TransferRequest {
  const from = accounts[draw.from % accounts.length] ?? unknownAccount;
  const others = accounts.filter((account) => account !== from);
  const to = others[draw.to % others.length] ?? unknownAccount;
  const reference = draw.target % 3 === 0 ? { reference: 'order 1' } : {};
  const id = transferId(new Date(now));
  const kind = draw.isPurchase ? 'purchase' : 'adjustment';
  return move({ id, from, to, kind, amountMinor: draw.amountMinor, linked: draw.linked, ...reference });
}

function timeoutOf({ timeoutSeconds }: ItemDraw): { timeoutSeconds?: number } {
  return timeoutSeconds === null ? {} : { timeoutSeconds };
}

/**
 * A group that fails after its first item has happened, and then items that need what the first one took or gave back.
 * Or a void that happens, and then items that need what it gave back.
 */
function doomed(draw: ItemDraw, plain: TransferRequest, around: Surroundings): TransferRequest[] {
  const another = (rest: Partial<TransferRequest> = {}): TransferRequest => {
    return { ...plain, id: transferId(new Date(around.now)), linked: false, ...rest };
  };
  const failing = another({ condition: { debit: { version: 0n }, credit: { version: 0n } } });
  const last = demanding(draw, another({ linked: draw.linked }), around);
  const held = another({ pending: {} });
  const released = another({ amountMinor: 0n, voidPendingId: held.id });
  switch (draw.to % 4) {
    case 0:
      return [held, released, another(), last];
    case 1:
      return [held, { ...released, linked: true }, failing, another(), last];
    default:
      return [{ ...plain, linked: true }, failing, another(), last];
  }
}

/** An earlier request, counted from the latest: one that the filter lets through, unless the draw does not aim. */
function targetOf(
  draw: ItemDraw,
  { earlier }: Surroundings,
  fits: (request: TransferRequest) => boolean,
): TransferRequest | undefined {
  // A request without an id that PostgreSQL could read cannot be named by another one.
  const named = earlier.filter((request) => request.id.length === 36);
  const fitting = draw.isAimed ? named.filter(fits) : named;
  return fitting.at(-1 - (draw.target % Math.max(fitting.length, 1)));
}

function resolution(draw: ItemDraw, plain: TransferRequest, around: Surroundings): TransferRequest {
  const earlier = draw.from % 3 === 0 ? around.earlier : around.earlier.slice(0, around.answeredCount);
  const target = targetOf(draw, { ...around, earlier }, ({ id, pending }) => {
    const isOpen = !around.refusedIds.has(id) && (draw.from % 4 === 0 || !around.endedIds.has(id));
    return pending !== undefined && isOpen;
  });
  // Where nothing can be resolved yet, something is reserved instead.
  if (target === undefined && draw.isAimed) return { ...plain, pending: timeoutOf(draw) };
  const pendingId = target?.id ?? transferId(new Date(around.now));
  const { debitAccountId, creditAccountId } = draw.to % 8 === 0 ? plain : (target ?? plain);
  const base = { ...plain, debitAccountId, creditAccountId };
  if (draw.shape === 'void') return { ...base, amountMinor: 0n, voidPendingId: pendingId };
  const amountMinor = draw.from % 3 === 0 ? (target?.amountMinor ?? draw.amountMinor) : draw.amountMinor;
  return { ...base, amountMinor, postPendingId: pendingId };
}

function reversal(draw: ItemDraw, plain: TransferRequest, around: Surroundings): TransferRequest {
  const target = targetOf(draw, around, (request) => {
    return ['move', 'post'].includes(actionOf(request)) && !around.refusedIds.has(request.id);
  });
  if (target === undefined && draw.isAimed) return plain;
  const reversesId = target?.id ?? transferId(new Date(around.now));
  const base = { ...plain, kind: 'reversal' as const, reversesId };
  if (target === undefined || draw.to % 8 === 0) return base;
  const amountMinor = draw.from % 2 === 0 ? target.amountMinor : draw.amountMinor;
  return {
    ...base,
    amountMinor,
    debitAccountId: target.creditAccountId,
    creditAccountId: target.debitAccountId,
  };
}

function repetition(draw: ItemDraw, plain: TransferRequest, around: Surroundings): TransferRequest[] {
  const { change } = draw;
  const isFit = (request: TransferRequest): boolean => {
    if (change === 'relatedId') return relatedIdOf(request) !== null;
    if (change === 'timeoutSeconds') return request.pending !== undefined;
    if (change === 'conversion' && draw.from % 2 === 0) return request.conversion !== undefined;
    const endedId = request.postPendingId ?? request.voidPendingId;
    return change !== 'nothing' || draw.from % 2 === 0 || (endedId !== undefined && around.endedIds.has(endedId));
  };
  const isAlone = (request: TransferRequest): boolean => {
    return request.linked !== true && (draw.to % 3 === 0 || !around.refusedIds.has(request.id));
  };
  const fitting = targetOf(draw, around, (request) => isAlone(request) && isFit(request));
  const target = fitting ?? targetOf(draw, around, isAlone);
  if (target === undefined) return [plain];
  // A conversion is repeated with the leg before it.
  const leg = target.conversion === undefined ? undefined : around.earlier[around.earlier.indexOf(target) - 1];
  return leg === undefined ? [changed(target, change, plain)] : [leg, changed(target, change, plain)];
}

function changed(target: TransferRequest, change: Change, other: TransferRequest): TransferRequest {
  const { pending, ...rest } = target;
  const { amountMinor, kind, reference, mode, linked, effectiveDate } = target;
  switch (change) {
    case 'nothing':
      return target;
    case 'letters':
      return { ...target, id: target.id.toUpperCase() };
    case 'debitAccountId':
      return { ...target, debitAccountId: other.debitAccountId };
    case 'creditAccountId':
      return { ...target, creditAccountId: other.creditAccountId };
    case 'amountMinor':
      return { ...target, amountMinor: amountMinor - 1n };
    case 'kind':
      return { ...target, kind: kind === 'purchase' ? 'adjustment' : 'purchase' };
    case 'reference':
      return { ...target, reference: reference === 'order 2' ? 'order 1' : 'order 2' };
    case 'mode':
      return { ...target, mode: mode === 'available' ? 'shortfall' : mode === 'shortfall' ? 'exact' : 'available' };
    case 'action':
      return actionOf(target) === 'move' ? { ...rest, pending: {} } : { ...other, id: target.id };
    case 'relatedId':
      return withOtherRelated(target, other.id);
    case 'timeoutSeconds':
      return pending === undefined ? target : { ...target, pending: { timeoutSeconds: 61 } };
    case 'effectiveDate':
      return { ...target, effectiveDate: effectiveDate === '2001-01-01' ? '2001-01-02' : '2001-01-01' };
    case 'condition':
      return withOtherCondition(target);
    case 'conversion':
      return withOtherRate(target);
    case 'linked':
      return { ...target, linked: linked !== true };
  }
}

/** A condition that asks for more, for something else, or for nothing in words that make no difference. */
function withOtherCondition(target: TransferRequest): TransferRequest {
  const { condition, ...rest } = target;
  if (condition === undefined) {
    return target.amountMinor % 2n === 0n
      ? { ...rest, condition: { debit: {} } }
      : { ...rest, condition: { credit: { version: 1n } } };
  }
  const { debit, ...others } = condition;
  return debit === undefined ? rest : { ...rest, condition: others };
}

function withOtherRate(target: TransferRequest): TransferRequest {
  const { conversion } = target;
  if (conversion === undefined) return { ...target, conversion: { numerator: 1n, denominator: 1n, exact: 'in' } };
  const { numerator, exact } = conversion;
  return target.amountMinor % 2n === 0n
    ? { ...target, conversion: { ...conversion, numerator: numerator + 1n } }
    : { ...target, conversion: { ...conversion, exact: exact === 'in' ? 'out' : 'in' } };
}

function withOtherRelated(target: TransferRequest, relatedId: string): TransferRequest {
  if (target.postPendingId !== undefined) return { ...target, postPendingId: relatedId };
  if (target.voidPendingId !== undefined) return { ...target, voidPendingId: relatedId };
  return target.reversesId === undefined ? target : { ...target, reversesId: relatedId };
}
