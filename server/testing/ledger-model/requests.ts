import type { TransferKind, TransferRequest } from '#server/ledger/schema.ts';
import { move, transferId } from '#server/testing/ledger.ts';
import type { Change, ItemDraw, Malformation } from './draws.ts';
import { actionOf, relatedIdOf } from './state.ts';

/** What a drawn item is made concrete with. */
export interface Surroundings {
  /** Accounts of one asset, some of them more than once to be drawn more often; and one of another asset. */
  accounts: readonly bigint[];
  otherAssetAccount: bigint;
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

const day = 86_400_000;
export const unknownAccount = 999n;

export function requestOf(draw: ItemDraw, around: Surroundings): TransferRequest {
  const plain = plainRequest(draw, around);
  switch (draw.shape) {
    case 'move':
      return plain;
    case 'pending':
      return { ...plain, pending: timeoutOf(draw) };
    case 'shortfall':
      return { ...plain, mode: 'shortfall' };
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
    case 'repeat':
      return repetition(draw, plain, around);
    case 'malformed':
      return malformed(draw.malformation, plain, around);
  }
}

function plainRequest(draw: ItemDraw, { accounts, now }: Surroundings): TransferRequest {
  const from = accounts[draw.from % accounts.length] ?? unknownAccount;
  const others = accounts.filter((account) => account !== from);
  const to = others[draw.to % others.length] ?? unknownAccount;
  const reference = draw.target % 3 === 0 ? { reference: 'order 1' } : {};
  const id = transferId(new Date(now));
  return move({ id, from, to, amountMinor: draw.amountMinor, linked: draw.linked, ...reference });
}

function timeoutOf({ timeoutSeconds }: ItemDraw): { timeoutSeconds?: number } {
  return timeoutSeconds === null ? {} : { timeoutSeconds };
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

function repetition(draw: ItemDraw, plain: TransferRequest, around: Surroundings): TransferRequest {
  const target = targetOf(draw, around, (request) => {
    if (draw.change === 'relatedId' && relatedIdOf(request) === null) return false;
    if (draw.change === 'timeoutSeconds' && request.pending === undefined) return false;
    return request.linked !== true;
  });
  return target === undefined ? plain : changed(target, draw.change, plain);
}

function changed(target: TransferRequest, change: Change, other: TransferRequest): TransferRequest {
  const { pending, ...rest } = target;
  const { amountMinor, kind, reference, mode, linked } = target;
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
      return { ...target, mode: mode === 'shortfall' ? 'exact' : 'shortfall' };
    case 'action':
      return actionOf(target) === 'move' ? { ...rest, pending: {} } : { ...other, id: target.id };
    case 'relatedId':
      return withOtherRelated(target, other.id);
    case 'timeoutSeconds':
      return pending === undefined ? target : { ...target, pending: { timeoutSeconds: 61 } };
    case 'linked':
      return { ...target, linked: linked !== true };
  }
}

function withOtherRelated(target: TransferRequest, relatedId: string): TransferRequest {
  if (target.postPendingId !== undefined) return { ...target, postPendingId: relatedId };
  if (target.voidPendingId !== undefined) return { ...target, voidPendingId: relatedId };
  return target.reversesId === undefined ? target : { ...target, reversesId: relatedId };
}

function malformed(malformation: Malformation, plain: TransferRequest, around: Surroundings): TransferRequest {
  const { debitAccountId } = plain;
  const idAt = (milliseconds: number): TransferRequest => ({
    ...plain,
    id: transferId(new Date(around.now + milliseconds)),
  });
  const cases: Record<Malformation, TransferRequest> = {
    idIsText: { ...plain, id: 'order 1' },
    idOfVersion4: { ...plain, id: '6f1dbdd6-2f0b-4e0c-8f8f-0123456789ab' },
    idOf36Days: idAt(-36 * day),
    idOfLongAgo: idAt(-4_000 * day),
    idOf34Days: idAt(-34 * day),
    idIn2Minutes: idAt(120_000),
    idIn400Days: idAt(400 * day),
    idIn30Seconds: idAt(30_000),
    sameAccount: { ...plain, creditAccountId: debitAccountId },
    debitUnknown: { ...plain, debitAccountId: unknownAccount },
    creditUnknown: { ...plain, creditAccountId: unknownAccount },
    otherAsset: { ...plain, creditAccountId: around.otherAssetAccount },
    amountZero: { ...plain, amountMinor: 0n },
    amountNegative: { ...plain, amountMinor: -1n, reference: '' },
    amountOverMax: { ...plain, amountMinor: 10n ** 15n + 1n },
    amountMax: { ...plain, amountMinor: 10n ** 15n },
    voidOfAmount: { ...plain, voidPendingId: transferId(new Date(around.now)) },
    kindUnknown: { ...plain, kind: 'theft' as TransferKind },
    referenceEmpty: { ...plain, reference: '' },
    referenceLong: { ...plain, reference: 'è'.repeat(201), creditAccountId: unknownAccount },
    referenceLongest: { ...plain, reference: '𐐷'.repeat(200) },
    shortfallPending: { ...plain, mode: 'shortfall', pending: {} },
    timeoutZero: { ...plain, pending: { timeoutSeconds: 0 } },
    timeoutLong: { ...plain, pending: { timeoutSeconds: 366 * 86_400 + 1 } },
  };
  return cases[malformation];
}
