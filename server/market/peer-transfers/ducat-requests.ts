import { lockOpenCitizens } from '#server/citizens/locks.ts';
import { citizensByIds, type Citizen } from '#server/citizens/queries.ts';
import type { NotificationKind } from '#server/citizens/schema.ts';
import {
  ducatRequestState,
  type DucatRequestReceipt,
  type DucatRequestState,
} from '#server/market/peer-transfers/ducat-request-schema.ts';
import { tell as tellUnlessMuted } from '#server/market/people/blocks.ts';
import { requestExpiry, requestRules, shownState } from '#server/market/peer-transfers/peer-transfer-rules.ts';
import { recipientNotFound } from '#server/market/peer-transfers/peer-transfers.ts';
import { toDecimal } from '#server/money/money.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Clock } from '#server/platform/clock.ts';
import { inputHash } from '#server/platform/crypto.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { DomainError, keyReused, refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit } from '#server/platform/outbox.ts';

export interface RequestDeps {
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface AskDucats {
  readonly askerId: string;
  readonly payerId: string;
  /** Centesimi. */
  readonly amountMinor: bigint;
  readonly note: string | null;
  readonly key: string;
}

const dayMs = 86_400_000;

/**
 * Asks a citizen for ducats, once per asker and key. Nothing moves until they pay.
 *
 * Refuses: `recipient_not_found`, `account_closed`, `idempotency_key_reused`, `request_limit_pair`, `request_limit_day`.
 */
export async function askForDucats(tx: Tx, deps: RequestDeps, ask: AskDucats): Promise<DucatRequestReceipt> {
  const { askerId, payerId, amountMinor, note, key } = ask;
  invariant(askerId !== payerId, 'nobody asks themselves');
  await lockName(tx, `market.asking:${askerId}`);
  const hash = inputHash({ payerId, amountMinor: amountMinor.toString(), note });
  const known = await requestByKey(tx, { askerId, key, hash });
  if (known !== null) return known;
  const open = await lockOpenCitizens(tx, [askerId, payerId]);
  const asker = open.get(askerId);
  if (asker === undefined) throw refuse('forbidden', 'account_closed', 'This account is closed.');
  if (!open.has(payerId)) throw recipientNotFound();
  const now = deps.clock.now();
  await assertRoomToAsk(tx, { askerId, payerId, now });
  const id = deps.ids.uuid();
  const times = { createdAt: now, expiresAt: requestExpiry(now) };
  const row = { id, askerId, payerId, key, inputHash: hash, amountMinor, note, state: 'open', ...times };
  await tx.ducatRequest.create({ data: row, select: { id: true } });
  await tell(tx, deps, { citizenId: payerId, kind: 'ducats_requested', amountMinor, other: asker });
  const payload = { askerId, payerId, amountMinor: amountMinor.toString() };
  await emit(tx, deps, { type: 'ducats.requested', subject: id, payload });
  return { requestId: id, state: 'open' };
}

async function requestByKey(
  tx: Tx,
  { askerId, key, hash }: { askerId: string; key: string; hash: string },
): Promise<DucatRequestReceipt | null> {
  const known = await tx.ducatRequest.findUnique({
    where: { askerId_key: { askerId, key } },
    select: { id: true, inputHash: true, state: true },
  });
  if (known === null) return null;
  if (known.inputHash !== hash) throw keyReused();
  return { requestId: known.id, state: ducatRequestState.parse(known.state) };
}

/** Counted under the asker's lock, so that many at once find no more room than one after the other. */
async function assertRoomToAsk(
  tx: Tx,
  { askerId, payerId, now }: { askerId: string; payerId: string; now: Date },
): Promise<void> {
  const openOfPair = await tx.ducatRequest.count({
    where: { askerId, payerId, state: 'open', expiresAt: { gt: now } },
  });
  if (openOfPair >= requestRules.openOfPairMax)
    throw refuse('conflict', 'request_limit_pair', 'Too many of your requests to this citizen are still open.');
  const ofDay = await tx.ducatRequest.count({
    where: { askerId, createdAt: { gt: new Date(now.getTime() - dayMs) } },
  });
  if (ofDay >= requestRules.perDayMax)
    throw refuse('rate_limited', 'request_limit_day', 'You have made many requests today. Try again tomorrow.');
}

/** What a request asks for, which never changes; null where there is none. */
export function requestTerms(
  db: Db,
  requestId: string,
): Promise<{ askerId: string; payerId: string; amountMinor: bigint; note: string | null } | null> {
  return db.ducatRequest.findUnique({
    where: { id: requestId },
    select: { askerId: true, payerId: true, amountMinor: true, note: true },
  });
}

/** Marks an open request as paid; the caller sends the ducats in the same transaction. Refuses `request_not_open`. */
export async function takeRequest(tx: Tx, deps: RequestDeps, requestId: string): Promise<void> {
  const request = await lockRequest(tx, requestId);
  assertOpen(request, deps.clock.now());
  await close(tx, deps, { requestId, state: 'paid' });
}

/**
 * The payer will not pay; the asker is told. Again it answers the same.
 * Refuses: `request_not_found` (also for everybody but the payer), `request_not_open`.
 */
export async function declineRequest(
  tx: Tx,
  deps: RequestDeps,
  { payerId, requestId }: { payerId: string; requestId: string },
): Promise<DucatRequestReceipt> {
  const request = await lockRequest(tx, requestId);
  if (request.payerId !== payerId) throw requestNotFound();
  return end(tx, deps, { request, state: 'declined', told: request.askerId });
}

/**
 * The asker takes a request back; the payer is told. Again it answers the same.
 * Refuses: `request_not_found` (also for everybody but the asker), `request_not_open`.
 */
export async function withdrawRequest(
  tx: Tx,
  deps: RequestDeps,
  { askerId, requestId }: { askerId: string; requestId: string },
): Promise<DucatRequestReceipt> {
  const request = await lockRequest(tx, requestId);
  if (request.askerId !== askerId) throw requestNotFound();
  return end(tx, deps, { request, state: 'withdrawn', told: request.payerId });
}

/** Ends a request whose time is over, and tells its asker; says whether it was still open. */
export async function expireRequest(tx: Tx, deps: RequestDeps, requestId: string): Promise<boolean> {
  const request = await lockRequest(tx, requestId);
  if (request.state !== 'open' || request.expiresAt > deps.clock.now()) return false;
  await close(tx, deps, { requestId, state: 'expired' });
  await tellOfEnd(tx, deps, { request, state: 'expired', told: request.askerId });
  return true;
}

const closingMax = 1_000;

/** With an account its open requests end: its own are withdrawn, those it was asked for declined. */
export async function endRequestsOf(tx: Tx, deps: RequestDeps, citizenId: string): Promise<void> {
  const open = await tx.ducatRequest.findMany({
    where: { OR: [{ askerId: citizenId }, { payerId: citizenId }], state: 'open', expiresAt: { gt: deps.clock.now() } },
    orderBy: { id: 'asc' },
    take: closingMax,
    select: { id: true, askerId: true },
  });
  for (const { id: requestId, askerId } of open) {
    if (askerId === citizenId) await withdrawRequest(tx, deps, { askerId, requestId });
    else await declineRequest(tx, deps, { payerId: citizenId, requestId });
  }
}

export function requestNotFound(): Error {
  return refuse('not_found', 'request_not_found', 'There is no such request.');
}

interface LockedRequest {
  id: string;
  askerId: string;
  payerId: string;
  amountMinor: bigint;
  state: DucatRequestState;
  expiresAt: Date;
}

async function lockRequest(tx: Tx, requestId: string): Promise<LockedRequest> {
  await tx.$queryRaw`SELECT id::text FROM ducat_request WHERE id = ${requestId}::uuid FOR UPDATE`;
  const row = await tx.ducatRequest.findUnique({
    where: { id: requestId },
    select: { id: true, askerId: true, payerId: true, amountMinor: true, state: true, expiresAt: true },
  });
  if (row === null) throw requestNotFound();
  return { ...row, state: ducatRequestState.parse(row.state) };
}

interface RequestEnd {
  request: LockedRequest;
  state: 'declined' | 'withdrawn' | 'expired';
  /** Who is told of it. */
  told: string;
}

async function end(tx: Tx, deps: RequestDeps, ending: RequestEnd): Promise<DucatRequestReceipt> {
  const { request, state } = ending;
  const requestId = request.id;
  if (request.state === state) return { requestId, state };
  assertOpen(request, deps.clock.now());
  await close(tx, deps, { requestId, state });
  await tellOfEnd(tx, deps, ending);
  return { requestId, state };
}

function assertOpen(request: LockedRequest, now: Date): void {
  const state = shownState(request, now);
  if (state === 'open') return;
  const message = 'This request is no longer open.';
  throw new DomainError({ kind: 'conflict', code: 'request_not_open', message, details: { state } });
}

async function close(
  tx: Tx,
  { clock }: RequestDeps,
  { requestId, state }: { requestId: string; state: Exclude<DucatRequestState, 'open'> },
): Promise<void> {
  const { count } = await tx.ducatRequest.updateMany({
    where: { id: requestId, state: 'open' },
    data: { state, closedAt: clock.now() },
  });
  invariant(count === 1, 'a request ends once');
}

const kindOfEnd = {
  declined: 'request_declined',
  withdrawn: 'request_withdrawn',
  expired: 'request_expired',
} as const satisfies Record<RequestEnd['state'], NotificationKind>;

async function tellOfEnd(tx: Tx, deps: RequestDeps, { request, state, told }: RequestEnd): Promise<void> {
  const { askerId, payerId, amountMinor } = request;
  const otherId = told === askerId ? payerId : askerId;
  const other = (await citizensByIds(tx, [otherId])).get(otherId);
  invariant(other !== undefined, 'both sides of a request are known citizens');
  await tell(tx, deps, { citizenId: told, kind: kindOfEnd[state], amountMinor, other });
}

async function tell(
  tx: Tx,
  deps: RequestDeps,
  news: { citizenId: string; kind: NotificationKind; amountMinor: bigint; other: Citizen },
): Promise<void> {
  const { citizenId, kind, amountMinor, other } = news;
  const details = { amount: toDecimal(amountMinor), name: other.displayName };
  await tellUnlessMuted(tx, deps, { citizenId, kind, details, from: other.id });
}
