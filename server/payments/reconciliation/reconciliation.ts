import { post } from '#server/ledger/transfers.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { bindTemplate } from '#server/ledger/templates.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { derivedId } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { stripeFeeTransfers } from '#server/payments/bookings.ts';
import {
  isFeeBookedHere,
  matchOf,
  ownBookingOf,
  type Match,
  type OpenFact,
  type OwnBooking,
  type StripeMovement,
} from './reconciliation-rules.ts';
import type { WriteDeps } from '#server/payments/service.ts';
import { expectAtStripe, type StripeFactType } from '#server/payments/stripe/stripe-facts.ts';
import {
  housePayoutBackTemplate,
  housePayoutTemplate,
  stripeChargesTemplate,
} from '#server/payments/templates/templates-stripe.ts';

/**
 * Writes down a movement of Stripe's balance once, whoever tells of it: matches it with the fact of our books that it
 * belongs to, books what nothing of ours causes, and books Stripe's fee. Doing it again, also at the same time, changes
 * nothing.
 */
export async function recordMovement(tx: Tx, deps: WriteDeps, movement: StripeMovement): Promise<void> {
  const now = deps.clock.now();
  const { count } = await tx.balanceTransaction.createMany({
    data: [{ ...movement, state: 'missing_here', isFeeBooked: false, firstSeenAt: now }],
    skipDuplicates: true,
  });
  if (count === 0) return;
  const own = await ownTransfers(tx, deps, movement);
  const { match, fact } = await matchMovement(tx, deps, movement);
  const isFeeBooked = isFeeBookedHere(movement, fact);
  const fee = isFeeBooked ? feeTransfers(movement, deps.secret) : [];
  if (isFeeBooked) await tx.balanceTransaction.update({ where: { id: movement.id }, data: { isFeeBooked: true } });
  if (match.state === 'matched') await noteOnTopUp(tx, movement);
  const transfers = [...own, ...fee];
  if (transfers.length === 0) return;
  const results = await post(tx, transfers, { source: 'external' });
  const isBooked = results.every((result) => result.status !== 'refused');
  invariant(isBooked, 'what Stripe says happened can always be booked');
}

/** Looks again for the fact of a movement that had none, or another amount; says whether it is matched now. */
export async function matchAgain(tx: Tx, deps: WriteDeps, id: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM balance_transaction WHERE id = ${id} AND state <> 'matched' FOR UPDATE`;
  if (rows.length === 0) return false;
  const movement = await tx.balanceTransaction.findUniqueOrThrow({ where: { id } });
  const { match } = await matchMovement(tx, deps, movement);
  if (match.state === 'matched') await noteOnTopUp(tx, movement);
  return match.state === 'matched';
}

async function matchMovement(
  tx: Tx,
  deps: WriteDeps,
  movement: StripeMovement,
): Promise<{ match: Match; fact: OpenFact | null }> {
  const facts = await openFacts(tx, movement);
  const match = matchOf(movement, facts);
  const fact = match.state === 'missing_here' ? null : (facts.find(({ id }) => id === match.factId) ?? null);
  const isMatched = match.state === 'matched';
  await tx.balanceTransaction.update({
    where: { id: movement.id },
    data: {
      state: match.state,
      factId: fact?.id ?? null,
      difference: match.state === 'different' ? match.difference : null,
      matchedAt: isMatched ? deps.clock.now() : null,
    },
    select: { id: true },
  });
  if (isMatched && fact !== null) {
    await tx.stripeFact.update({ where: { id: fact.id }, data: { balanceTransactionId: movement.id } });
  }
  return { match, fact };
}

/** Facts of a movement's type and source that nothing is matched with; nobody else matches them meanwhile. */
async function openFacts(tx: Tx, { type, sourceId, id }: StripeMovement): Promise<OpenFact[]> {
  return await tx.$queryRaw<OpenFact[]>`
    SELECT f.id::text, f.type, f.source_id AS "sourceId", f.amount_minor AS "amountMinor", f.fee_minor AS "feeMinor"
    FROM stripe_fact f
    WHERE f.type = ${type} AND f.source_id = ${sourceId ?? id} AND f.balance_transaction_id IS NULL
      AND NOT EXISTS (SELECT FROM balance_transaction b WHERE b.fact_id = f.id AND b.id <> ${id})
    ORDER BY f.id
    FOR UPDATE OF f`;
}

/** The charge of a top-up knows its balance transaction and what Stripe kept of it. */
async function noteOnTopUp(tx: Tx, { id, type, sourceId, feeMinor }: StripeMovement): Promise<void> {
  if ((type !== 'charge' && type !== 'payment') || sourceId === null) return;
  await tx.topUp.updateMany({
    where: { stripeChargeId: sourceId, stripeBalanceTransactionId: null },
    data: { stripeBalanceTransactionId: id, stripeFeeMinor: feeMinor },
  });
}

function feeTransfers({ id, createdAt, feeMinor }: StripeMovement, secret: string): TransferRequest[] {
  return stripeFeeTransfers({ balanceTransactionId: id, createdAt, feeMinor }, secret);
}

const ownTemplates = {
  house_payout: housePayoutTemplate,
  house_payout_back: housePayoutBackTemplate,
  stripe_charges: stripeChargesTemplate,
} as const;
const ownKinds = {
  house_payout: 'payout_sent',
  house_payout_back: 'payout_returned',
  stripe_charges: 'stripe_adjustment',
} as const satisfies Record<OwnBooking, TransferRequest['kind']>;

/** The booking of a movement that has no cause of ours, with the fact it is matched with; none where there is a cause. */
async function ownTransfers(tx: Tx, deps: WriteDeps, movement: StripeMovement): Promise<TransferRequest[]> {
  const booking = ownBookingOf(movement);
  if (booking === null || (await openFacts(tx, movement)).length > 0) return [];
  const { id, type, sourceId, amountMinor, createdAt: time } = movement;
  const secret = deriveKey(deps.secret, 'ledger-ids');
  const transfers = bindTemplate(ownTemplates[booking], {
    amounts: { amount: amountMinor < 0n ? -amountMinor : amountMinor },
    parties: {},
    idOf: (leg) => derivedId({ time, principal: 'stripe', kind: booking, key: id, leg, secret }),
    reference: id,
  });
  const fact = { type: type as StripeFactType, sourceId: sourceId ?? id, amountMinor, transfers };
  await expectAtStripe(tx, deps, { ...fact, kind: ownKinds[booking] });
  return transfers;
}

/** Movements that are not matched, the oldest first. */
export async function unmatchedMovements(db: Db, limit: number): Promise<string[]> {
  const rows = await db.balanceTransaction.findMany({
    where: { state: { not: 'matched' } },
    orderBy: { firstSeenAt: 'asc' },
    take: limit,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}
