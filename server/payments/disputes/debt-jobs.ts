import { attemptsLoggedAs, batchMax, settleAfterMs, unopenedAfterMs } from '#server/payments/attempts.ts';
import type { PaymentDeps } from '#server/payments/flows.ts';
import { prepareDebtPayment } from './debt-flows.ts';

const attempt = attemptsLoggedAs('the payment of a debt could not be settled');

/**
 * Asks Stripe about payments of debts of which no event told how they ended: paid ones are booked, so that nobody stays
 * frozen who has paid, and pages that ran out are closed. Intents that never got a page are closed as well.
 */
export async function settleDebtPayments(deps: PaymentDeps): Promise<void> {
  const { client } = deps.database;
  const nowMs = deps.clock.now().getTime();
  await client.debtPayment.updateMany({
    where: { state: 'started', createdAt: { lt: new Date(nowMs - unopenedAfterMs) } },
    data: { state: 'expired' },
  });
  const waiting = await client.debtPayment.findMany({
    where: {
      state: { in: ['open', 'processing'] },
      stripeSessionId: { not: null },
      createdAt: { lt: new Date(nowMs - settleAfterMs) },
    },
    orderBy: { createdAt: 'asc' },
    take: batchMax,
    select: { stripeSessionId: true },
  });
  for (const { stripeSessionId } of waiting) {
    if (stripeSessionId === null) continue;
    await attempt(stripeSessionId, async () => {
      const effect = await prepareDebtPayment(deps, stripeSessionId);
      if (effect !== null) await deps.database.inTransaction(effect);
    });
  }
}
