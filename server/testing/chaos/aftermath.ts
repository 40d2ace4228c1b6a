import { passReview } from '#server/payments/credits.ts';
import { startDebtPayment } from '#server/payments/disputes/debt-flows.ts';
import { openDebt } from '#server/payments/disputes/debts.ts';
import { startTopUp } from '#server/payments/flows.ts';
import { refundTopUp } from '#server/payments/refunds/refund-flows.ts';
import type { RefundRequest } from '#server/payments/refunds/refund-requests.ts';
import { cards } from '../payments.ts';
import { setLevel, type BegunSession } from './buying.ts';
import { formKey, type ChaosWorld } from './chaos-world.ts';
import { order, sell } from './trading.ts';

/** What happens to payments after they are paid: spending, refunds, disputes, reviews, limits, debts. */

const spentMinor = 30_000n;
const stillOpenMinor = 10_000n;

/** Those whose payment will be disputed or refunded have spent some of it: one order is over, another one still open. */
export async function spend(
  world: ChaosWorld,
  sessions: readonly BegunSession[],
  sellers: readonly string[],
): Promise<void> {
  for (const { citizenId: buyerId } of sessions.filter(hasSpent)) {
    const sellerId = world.random.pick(sellers);
    await sell(world, { buyerId, sellerId, priceMinor: spentMinor });
    await order(world, { buyerId, sellerId, priceMinor: stillOpenMinor });
  }
}

function hasSpent({ fate, turn }: BegunSession): boolean {
  return fate === 'disputed' || (fate === 'refunded' && turn % 2 === 1);
}

/** Does what a session's fate has in store for it once it is paid. */
export async function meetFate(world: ChaosWorld, session: BegunSession): Promise<void> {
  switch (session.fate) {
    case 'refunded':
      return await refundPart(world, session);
    case 'refunded_at_stripe':
      return await refundAtStripe(world, session);
    case 'disputed':
      return await dispute(world, session);
    case 'over_limits':
      return await endWait(world, session);
    case 'reviewed':
      return await review(world, session);
    case 'abandoned':
      return await lookAgain(world, session);
    case 'kept':
    case 'bank_paid':
    case 'bank_failed':
    case 'declined_first':
  }
}

/** A third of it; where some is spent already almost all of it, so that there is a debt. */
async function refundPart(world: ChaosWorld, session: BegunSession): Promise<void> {
  const { topUpId } = session;
  const { priceMinor: whole } = await topUpRow(world, topUpId);
  const most = hasSpent(session) ? whole : whole / 3n;
  await refund(world, { topUpId, priceMinor: most - 1n - BigInt(world.random.below(100)) });
}

async function refund(world: ChaosWorld, request: Partial<RefundRequest> & { topUpId: string }): Promise<void> {
  const usual = { origin: 'operator', reason: 'requested_by_customer', policy: 'debt' } as const;
  const whole = { priceMinor: null, note: 'A part of it was not wanted.', by: null, key: formKey() };
  await world.once('refund', (deps) => refundTopUp(deps, { ...usual, ...whole, ...request }));
}

async function refundAtStripe(world: ChaosWorld, { topUpId }: BegunSession): Promise<void> {
  const { chargeId } = await topUpRow(world, topUpId);
  await world.deps.stripe.refunds.create({ charge: chargeId, amount: 500 });
}

async function dispute(world: ChaosWorld, { topUpId, turn }: BegunSession): Promise<void> {
  const { chargeId } = await topUpRow(world, topUpId);
  const part = turn % 4 < 2 ? {} : { amount: 5_500 };
  world.bridge.sandbox.control({ action: 'dispute', charge: chargeId, ...part });
}

/** What did not fit into the limits is let in after all, or paid back out of suspense. */
async function endWait(world: ChaosWorld, { topUpId, citizenId, turn }: BegunSession): Promise<void> {
  const { state } = await topUpRow(world, topUpId);
  if (state !== 'waiting') throw new Error(`a top-up beyond the limits is ${state}`);
  if (turn % 2 === 0) await setLevel(world, citizenId, 3);
  else await refund(world, { topUpId });
}

async function review(world: ChaosWorld, { topUpId, turn }: BegunSession): Promise<void> {
  const by = await world.bridge.citizen(null);
  const note = 'The name and the card belong together.';
  if (turn % 2 === 1) return await refund(world, { topUpId, origin: 'review', by });
  await world.insist('review', (deps) =>
    deps.database.inTransaction((tx) => passReview(tx, deps, { topUpId, by, note })),
  );
}

/** Somebody who did not pay opens one more page and leaves it too. */
async function lookAgain(world: ChaosWorld, { citizenId, choice }: BegunSession): Promise<void> {
  const key = formKey();
  await world.insist('start', (deps) => startTopUp(deps, { citizenId, choice, key }));
}

/** Banks decide: every other dispute is won, and of the won ones every other gives no fee back. */
export async function decideDisputes(world: ChaosWorld, sessions: readonly BegunSession[]): Promise<void> {
  const disputed = sessions.filter(({ fate }) => fate === 'disputed');
  for (const { topUpId, turn } of disputed) {
    const { chargeId } = await topUpRow(world, topUpId);
    const { data } = await world.deps.stripe.disputes.list({ charge: chargeId });
    const verdict = turn % 2 === 0 ? 'won' : 'lost';
    for (const { id } of data) {
      world.bridge.sandbox.control({ action: 'decide_dispute', dispute: id, verdict, keepFee: turn % 4 === 2 });
    }
  }
}

/** Every other debtor pays by card what they owe. */
export async function payDebts(world: ChaosWorld): Promise<void> {
  const { client } = world.bridge.database;
  const debtors = await client.debt.findMany({ distinct: ['citizenId'], orderBy: { id: 'asc' }, take: 1_000 });
  for (const [index, { citizenId }] of debtors.entries()) {
    const amountMinor = await openDebt(client, citizenId);
    if (index % 2 === 1 || amountMinor < 50n) continue;
    const key = formKey();
    const { checkoutUrl } = await world.insist('debt', (deps) =>
      startDebtPayment(deps, { citizenId, amountMinor, key }),
    );
    const session = new URL(checkoutUrl).pathname.split('/').at(-1) ?? '';
    world.bridge.sandbox.control({ action: 'pay', session, card: cards.success });
  }
}

async function topUpRow(
  world: ChaosWorld,
  id: string,
): Promise<{ state: string; priceMinor: bigint; chargeId: string }> {
  const columns = { state: true, priceMinor: true, stripeChargeId: true } as const;
  const row = await world.bridge.database.client.topUp.findUniqueOrThrow({ where: { id }, select: columns });
  return { state: row.state, priceMinor: row.priceMinor, chargeId: row.stripeChargeId ?? '' };
}
