import { notify } from '#server/citizens/notifications.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import { formatAmount } from '#server/money/money.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import type { Tx } from '#server/platform/db.ts';
import { derivedId } from '#server/platform/ids.ts';
import type { WriteDeps } from '#server/payments/service.ts';
import { expectAtStripe } from '#server/payments/stripe/stripe-facts.ts';
import type { StripeRefundFacts } from '#server/payments/refunds/refund-steps.ts';
import { paidBackFailedTransfers, paidBackTransfers, type DebtIdentity } from './debt-bookings.ts';
import { noteAsBought } from './debt-repayments.ts';
import { addDebt, cancelDebt, lockDebts } from './debts.ts';
import { receivableOf, walletIdOf } from './disputed-lots.ts';
import { withThawed } from './thaw.ts';

/** Payments of debts that somebody refunded at Stripe itself: it happened, so nothing can refuse it. */

export interface DebtPaymentRefund {
  debtPaymentId: string;
  facts: Pick<StripeRefundFacts, 'id' | 'totalMinor' | 'isPayment'>;
}

/**
 * Books that the payment of a debt, or a part of it, went back to the card, once: it is owed again, to the house, as
 * sellers keep what it had given back to them.
 */
export async function bookDebtPaymentRefund(tx: Tx, deps: WriteDeps, refund: DebtPaymentRefund): Promise<void> {
  const { facts } = refund;
  const type = facts.isPayment ? 'payment_refund' : 'refund';
  const identity = await lockPayment(tx, deps, refund);
  if (await isBooked(tx, { type, sourceId: facts.id })) return;
  const { id: reference, citizenId } = identity;
  const { totalMinor: amountMinor } = facts;
  await addDebt(tx, deps, { citizenId, cause: 'refund', reference, amountMinor });
  const receivableAccountId = await receivableOf(tx, citizenId);
  const transfers = paidBackTransfers(identity, { receivableAccountId, amountMinor });
  const fact = { type, sourceId: facts.id, amountMinor: -amountMinor } as const;
  await expectAtStripe(tx, deps, { ...fact, transfers, kind: 'refund_paid' });
  const amount = formatAmount(amountMinor, 'USD', { locale: 'en' });
  await notify(tx, deps, { citizenId, kind: 'refund_paid', details: { amount } });
  await postLinked(tx, transfers, { source: 'external' });
}

/** The bank sent that back, once: it is owed no more, and what was repaid of it meanwhile comes back as ducats. */
export async function bookDebtPaymentRefundFailed(tx: Tx, deps: WriteDeps, refund: DebtPaymentRefund): Promise<void> {
  const { facts, debtPaymentId: paymentId } = refund;
  const type = facts.isPayment ? 'payment_failure_refund' : 'refund_failure';
  const identity = await lockPayment(tx, deps, refund);
  if (await isBooked(tx, { type, sourceId: facts.id })) return;
  const { id: reference, citizenId } = identity;
  const { totalMinor: amountMinor } = facts;
  const undone = await cancelDebt(tx, deps, { citizenId, cause: 'refund', reference });
  const receivableAccountId = await receivableOf(tx, citizenId);
  const walletAccountId = await walletIdOf(tx, citizenId);
  const transfers = paidBackFailedTransfers(identity, { receivableAccountId, walletAccountId, amountMinor, undone });
  const given = transfers.filter(({ creditAccountId }) => creditAccountId === walletAccountId);
  await noteAsBought(tx, deps, { citizenId, paymentId, given });
  const fact = { type, sourceId: facts.id, amountMinor } as const;
  await expectAtStripe(tx, deps, { ...fact, transfers, kind: 'refund_failed' });
  await withThawed(tx, [walletAccountId], () => postLinked(tx, transfers, { source: 'external' }));
}

/** Who paid, under lock, and the names of everything that this refund books: the same on every attempt. */
async function lockPayment(
  tx: Tx,
  { secret }: WriteDeps,
  { debtPaymentId, facts }: DebtPaymentRefund,
): Promise<DebtIdentity> {
  await tx.$queryRaw`SELECT id::text FROM debt_payment WHERE id = ${debtPaymentId}::uuid FOR UPDATE`;
  const { citizenId, createdAt: time } = await tx.debtPayment.findUniqueOrThrow({
    where: { id: debtPaymentId },
    select: { citizenId: true, createdAt: true },
  });
  await lockDebts(tx, citizenId);
  const key = deriveKey(secret, 'ledger-ids');
  const id = derivedId({ time, principal: citizenId, kind: 'debt', key: facts.id, leg: 'refund', secret: key });
  return { id, citizenId, time, secret };
}

async function isBooked(tx: Tx, fact: { type: string; sourceId: string }): Promise<boolean> {
  return (await tx.stripeFact.count({ where: fact })) > 0;
}
