import { ducat, usd } from '#server/money/money.ts';
import type { TrustStanding } from '#server/citizens/trust-rules.ts';
import { inputHash } from '#server/platform/crypto.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Prisma, Tx } from '#server/platform/db.ts';
import { keyReused } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { defaultSettings } from './packages.ts';
import { assertRoom, lockRoom } from './top-up-room.ts';
import { topUpState, type TopUpChoice, type TopUpQuote, type TopUpState, type UnpaidState } from './schema.ts';

export interface WriteDeps {
  clock: Clock;
  ids: Ids;
  /** The server's secret; the ids of transfers are derived from it. */
  secret: string;
}

export interface TopUpIntent {
  citizenId: string;
  key: string;
  choice: TopUpChoice;
  quote: TopUpQuote;
}

/**
 * Writes the intent to buy where the citizen's limits have room for it, one at a time per citizen. A repetition with the
 * same key whose page was opened is what it was. Refuses `top_up_limit`, `trust_frozen`, `idempotency_key_reused`.
 */
export async function beginTopUp(
  tx: Tx,
  deps: WriteDeps,
  intent: TopUpIntent & { standing: TrustStanding },
): Promise<StartedTopUp> {
  const { citizenId, key, quote, standing } = intent;
  await lockRoom(tx, citizenId);
  const known = await tx.topUp.findUnique({
    where: { citizenId_key: { citizenId, key } },
    select: { state: true, checkoutUrl: true },
  });
  if (known === null || (known.state === 'started' && known.checkoutUrl === null)) {
    await assertRoom(tx, { citizenId, priceMinor: quote.priceMinor, standing, now: deps.clock.now() });
  }
  return await insertTopUp(tx, deps, intent);
}

export interface StartedTopUp {
  id: string;
  citizenId: string;
  quote: TopUpQuote;
  state: TopUpState;
  /** Null until Stripe has answered. */
  checkoutUrl: string | null;
}

/**
 * Writes the intent to buy, once per citizen and key. The same key again gives the same row.
 * Refuses with `idempotency_key_reused` when the key stands for another choice.
 */
async function insertTopUp(tx: Tx, deps: WriteDeps, intent: TopUpIntent): Promise<StartedTopUp> {
  const { citizenId, key, choice, quote } = intent;
  const hash = inputHash(choice);
  const createdAt = deps.clock.now();
  const quoteExpiresAt = new Date(createdAt.getTime() + defaultSettings.quoteMinutes * 60_000);
  const times = { createdAt, quoteExpiresAt };
  await tx.topUp.createMany({
    data: [{ id: deps.ids.uuid(), citizenId, key, inputHash: hash, ...quote, ...times, state: 'started' }],
    skipDuplicates: true,
  });
  const row = await tx.topUp.findUniqueOrThrow({
    where: { citizenId_key: { citizenId, key } },
    select: { id: true, inputHash: true, state: true, checkoutUrl: true, ...quoteColumns },
  });
  if (row.inputHash !== hash) throw keyReused();
  const { id, checkoutUrl } = row;
  return { id, citizenId, quote: storedQuote(row, choice), state: topUpState.parse(row.state), checkoutUrl };
}

const quoteColumns = {
  priceMinor: true,
  feeMinor: true,
  taxMinor: true,
  totalMinor: true,
  baseMinor: true,
  bonusMinor: true,
} satisfies Prisma.TopUpSelect;

/** What was quoted when the row was written: prices may have changed since, this attempt keeps its own. */
function storedQuote(row: Prisma.TopUpGetPayload<{ select: typeof quoteColumns }>, choice: TopUpChoice): TopUpQuote {
  return {
    choice: choice.kind === 'custom' ? 'custom' : choice.packageId,
    priceMinor: usd(row.priceMinor),
    feeMinor: usd(row.feeMinor),
    taxMinor: usd(row.taxMinor),
    totalMinor: usd(row.totalMinor),
    baseMinor: ducat(row.baseMinor),
    bonusMinor: ducat(row.bonusMinor),
  };
}

export interface OpenedSession {
  topUpId: string;
  sessionId: string;
  checkoutUrl: string | null;
}

/** Records the session that Stripe made for an intent. Recording it again changes nothing. */
export async function recordSession(tx: Tx, deps: WriteDeps, session: OpenedSession): Promise<void> {
  await tx.topUp.updateMany({
    where: { id: session.topUpId, state: 'started' },
    data: {
      state: 'open',
      stripeSessionId: session.sessionId,
      checkoutUrl: session.checkoutUrl,
      openedAt: deps.clock.now(),
    },
  });
}

const lockedColumns = {
  id: true,
  citizenId: true,
  state: true,
  stripeSessionId: true,
  stripeChargeId: true,
  riskLevel: true,
  waitReason: true,
  createdAt: true,
  ...quoteColumns,
} satisfies Prisma.TopUpSelect;

export type LockedTopUp = Prisma.TopUpGetPayload<{ select: typeof lockedColumns }>;

/** The row as it is once nobody else changes it. */
export async function lockTopUp(tx: Tx, id: string): Promise<LockedTopUp> {
  await tx.$queryRaw`SELECT id::text FROM top_up WHERE id = ${id}::uuid FOR UPDATE`;
  return await tx.topUp.findUniqueOrThrow({ where: { id }, select: lockedColumns });
}

export interface SessionOutcome {
  topUpId: string;
  sessionId: string;
  state: UnpaidState;
}

/** Records where an unpaid session stands. A paid top-up stays what it is; a session that another replaced says nothing. */
export async function recordOutcome(tx: Tx, deps: WriteDeps, outcome: SessionOutcome): Promise<void> {
  const { topUpId, sessionId, state } = outcome;
  const topUp = await lockTopUp(tx, topUpId);
  if (topUp.stripeSessionId !== null && topUp.stripeSessionId !== sessionId) return;
  if (['credited', 'waiting', 'returned', state].includes(topUp.state)) return;
  const isClosed = state === 'expired' || state === 'failed';
  await tx.topUp.update({
    where: { id: topUpId },
    data: { state, stripeSessionId: sessionId, closedAt: isClosed ? deps.clock.now() : null },
    select: { id: true },
  });
}

/** Closes an intent for which Stripe never made a session that anyone could have paid. */
export async function expireUnopened(tx: Tx, deps: WriteDeps, startedBefore: Date): Promise<number> {
  const expired = await tx.topUp.updateMany({
    where: { state: 'started', createdAt: { lt: startedBefore } },
    data: { state: 'expired', closedAt: deps.clock.now() },
  });
  return expired.count;
}
