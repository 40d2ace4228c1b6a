import { openAccount } from '#server/ledger/accounts.ts';
import { post, postLinked } from '#server/ledger/transfers.ts';
import { ducat, usd } from '#server/money/money.ts';
import { inputHash } from '#server/platform/crypto.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Prisma, Tx } from '#server/platform/db.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit } from '#server/platform/outbox.ts';
import { stripeFeeTransfers, topUpTransfers } from './bookings.ts';
import { topUpState, type TopUpChoice, type TopUpQuote, type TopUpState } from './schema.ts';

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
export async function insertTopUp(tx: Tx, deps: WriteDeps, intent: TopUpIntent): Promise<StartedTopUp> {
  const { citizenId, key, choice, quote } = intent;
  const hash = inputHash(choice);
  await tx.topUp.createMany({
    data: [
      { id: deps.ids.uuid(), citizenId, key, inputHash: hash, ...quote, state: 'started', createdAt: deps.clock.now() },
    ],
    skipDuplicates: true,
  });
  const row = await tx.topUp.findUniqueOrThrow({
    where: { citizenId_key: { citizenId, key } },
    select: { id: true, inputHash: true, state: true, checkoutUrl: true, ...quoteColumns },
  });
  if (row.inputHash !== hash) {
    throw refuse(
      'conflict',
      'idempotency_key_reused',
      'This form was already used for another amount. Please reload it.',
    );
  }
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
  stripeBalanceTransactionId: true,
  createdAt: true,
  ...quoteColumns,
} satisfies Prisma.TopUpSelect;

type LockedTopUp = Prisma.TopUpGetPayload<{ select: typeof lockedColumns }>;

async function lockTopUp(tx: Tx, id: string): Promise<LockedTopUp> {
  await tx.$queryRaw`SELECT id::text FROM top_up WHERE id = ${id}::uuid FOR UPDATE`;
  return await tx.topUp.findUniqueOrThrow({ where: { id }, select: lockedColumns });
}

/** What Stripe says was paid, from the objects fetched fresh. */
export interface Payment {
  topUpId: string;
  sessionId: string;
  paymentIntentId: string;
  chargeId: string;
  riskLevel: string | null;
  totalMinor: bigint;
  currency: string;
}

/**
 * Credits a paid top-up: both assets in one linked group. Doing it again, also at the same time,
 * changes nothing: the row is locked first. Refuses with `top_up_amount_mismatch` when Stripe took
 * another amount than was quoted.
 */
export async function creditTopUp(tx: Tx, deps: WriteDeps, payment: Payment): Promise<void> {
  const topUp = await lockTopUp(tx, payment.topUpId);
  const isOurSession = topUp.stripeSessionId === null || topUp.stripeSessionId === payment.sessionId;
  // Also when it is credited: a second payment must not vanish, its event stays failed until an operator looks.
  invariant(isOurSession, 'a top-up is paid by its own session');
  if (topUp.state === 'credited') return;
  checkAmount(topUp, payment);
  const walletAccountId = await openAccount(tx, { owner: topUp.citizenId, kind: 'wallet', asset: 'DUCAT' });
  await tx.topUp.update({
    where: { id: topUp.id },
    data: {
      state: 'credited',
      stripeSessionId: payment.sessionId,
      stripePaymentIntentId: payment.paymentIntentId,
      stripeChargeId: payment.chargeId,
      riskLevel: payment.riskLevel,
      creditedAt: deps.clock.now(),
      closedAt: null,
    },
    select: { id: true },
  });
  const booking = { ...topUp, topUpId: topUp.id, walletAccountId };
  await postLinked(tx, topUpTransfers(booking, deps.secret), { source: 'external' });
  await emit(tx, deps, {
    type: 'top_up.credited',
    subject: topUp.id,
    payload: { citizenId: topUp.citizenId, baseMinor: String(topUp.baseMinor), bonusMinor: String(topUp.bonusMinor) },
  });
}

function checkAmount(topUp: LockedTopUp, payment: Payment): void {
  if (payment.currency === 'usd' && payment.totalMinor === topUp.totalMinor) return;
  throw new DomainError({
    kind: 'conflict',
    code: 'top_up_amount_mismatch',
    message: 'The amount that was paid is not the amount that was quoted. An operator will look at it.',
    details: { topUpId: topUp.id, quotedMinor: String(topUp.totalMinor), paidMinor: String(payment.totalMinor) },
  });
}

export interface SessionOutcome {
  topUpId: string;
  sessionId: string;
  state: Exclude<TopUpState, 'credited' | 'started'>;
}

/** Records where an unpaid session stands. A credited top-up stays credited; a session that another replaced says nothing. */
export async function recordOutcome(tx: Tx, deps: WriteDeps, outcome: SessionOutcome): Promise<void> {
  const { topUpId, sessionId, state } = outcome;
  const topUp = await lockTopUp(tx, topUpId);
  if (topUp.stripeSessionId !== null && topUp.stripeSessionId !== sessionId) return;
  if (topUp.state === 'credited' || topUp.state === state) return;
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

export interface StripeFee {
  topUpId: string;
  balanceTransactionId: string;
  feeMinor: bigint;
}

/** Books what Stripe kept, once per balance transaction, whichever event told of it. */
export async function bookStripeFee(tx: Tx, deps: WriteDeps, fee: StripeFee): Promise<void> {
  const topUp = await lockTopUp(tx, fee.topUpId);
  if (topUp.stripeBalanceTransactionId !== null) {
    invariant(topUp.stripeBalanceTransactionId === fee.balanceTransactionId, 'a charge has one balance transaction');
    return;
  }
  await tx.topUp.update({
    where: { id: topUp.id },
    data: { stripeBalanceTransactionId: fee.balanceTransactionId, stripeFeeMinor: fee.feeMinor },
    select: { id: true },
  });
  const transfers = stripeFeeTransfers({ ...fee, createdAt: topUp.createdAt }, deps.secret);
  const results = await post(tx, transfers, { source: 'external' });
  const isBooked = results.every((result) => result.status !== 'refused');
  invariant(isBooked, 'a fee that Stripe took can always be booked');
}
