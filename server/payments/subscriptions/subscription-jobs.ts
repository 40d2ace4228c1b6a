import { settleInvoice } from './invoice-flows.ts';
import type { PaymentDeps } from '#server/payments/flows.ts';
import { callStripe } from '#server/payments/stripe/stripe-errors.ts';
import { prepareSubscription, settleSubscriptionSession } from './subscription-flows.ts';
import { endGrace, expireSubscription, tellOutgrown } from './subscriptions.ts';
import { attemptsLoggedAs, batchMax, settleAfterMs, unopenedAfterMs } from '#server/payments/attempts.ts';

const attempt = attemptsLoggedAs('a subscription could not be settled');

const readAgainAfterMs = 24 * 3_600_000;
const periodSlackMs = 2 * 3_600_000;
const invoicesMax = 20;

/** Asks Stripe about pages that are open for long, in case no event came; intents without a page are closed. */
export async function settleOpenSubscriptions(deps: PaymentDeps): Promise<void> {
  const nowMs = deps.clock.now().getTime();
  const waiting = await deps.database.client.subscription.findMany({
    where: { state: { in: ['started', 'open'] }, createdAt: { lt: new Date(nowMs - settleAfterMs) } },
    orderBy: { createdAt: 'asc' },
    take: batchMax,
    select: { id: true, stripeSessionId: true, createdAt: true },
  });
  for (const { id, stripeSessionId, createdAt } of waiting) {
    if (stripeSessionId !== null) await attempt(id, () => settleSubscriptionSession(deps, stripeSessionId));
    else if (createdAt.getTime() < nowMs - unopenedAfterMs) {
      await attempt(id, () => deps.database.inTransaction((tx) => expireSubscription(tx, id)));
    }
  }
}

/** Asks Stripe about subscriptions of which nothing was heard for a day or beyond their period, and their invoices. */
export async function rereadSubscriptions(deps: PaymentDeps): Promise<void> {
  const nowMs = deps.clock.now().getTime();
  const silent = await deps.database.client.subscription.findMany({
    where: {
      state: 'live',
      OR: [
        { readAt: { lt: new Date(nowMs - readAgainAfterMs) } },
        { periodEnd: { lt: new Date(nowMs - periodSlackMs) }, readAt: { lt: new Date(nowMs - periodSlackMs) } },
      ],
    },
    orderBy: { readAt: 'asc' },
    take: batchMax,
    select: { stripeSubscriptionId: true },
  });
  for (const { stripeSubscriptionId } of silent) {
    if (stripeSubscriptionId === null) continue;
    await attempt(stripeSubscriptionId, () => reread(deps, stripeSubscriptionId));
  }
}

/** The subscription and its last invoices as Stripe has them now. */
export async function reread(deps: PaymentDeps, stripeSubscriptionId: string): Promise<void> {
  const effect = await prepareSubscription(deps, stripeSubscriptionId);
  if (effect !== null) await deps.database.inTransaction(effect);
  const listed = await callStripe(() =>
    deps.stripe.invoices.list({ subscription: stripeSubscriptionId, limit: invoicesMax }),
  );
  for (const { id } of listed.data) await settleInvoice(deps, id);
}

/** Takes tiers back whose grace period is over; they return with the payment. */
export async function endGracePeriods(deps: PaymentDeps): Promise<void> {
  const due = await deps.database.client.subscription.findMany({
    where: { state: 'live', graceUntil: { lte: deps.clock.now() }, graceEndedAt: null },
    orderBy: { graceUntil: 'asc' },
    take: batchMax,
    select: { citizenId: true },
  });
  for (const { citizenId } of due) {
    await attempt(citizenId, () => deps.database.inTransaction((tx) => endGrace(tx, deps, citizenId)));
  }
}

/** Where the last run ended, so that every subscriber has their turn. */
export interface OutgrownWalk {
  after: string | null;
}

/** Tells subscribers whose class gives as much by now that they pay for nothing. */
export async function tellOutgrownSubscribers(deps: PaymentDeps, walk: OutgrownWalk): Promise<void> {
  const rows = await deps.database.client.subscription.findMany({
    where: { state: 'live', outgrownAt: null, ...(walk.after === null ? {} : { id: { gt: walk.after } }) },
    orderBy: { id: 'asc' },
    take: batchMax,
    select: { id: true },
  });
  for (const { id } of rows) {
    await attempt(id, () => deps.database.inTransaction((tx) => tellOutgrown(tx, deps, id)));
  }
  walk.after = rows.length === batchMax ? (rows.at(-1)?.id ?? null) : null;
}

/** Everything that subscriptions need now and then. */
export async function tendSubscriptions(deps: PaymentDeps): Promise<void> {
  await endGracePeriods(deps);
  await settleOpenSubscriptions(deps);
  await rereadSubscriptions(deps);
}
