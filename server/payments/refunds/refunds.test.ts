import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { starter, testBridge } from '#server/testing/payments.ts';
import { explorer, refundCards, testRefunds } from '#server/testing/refunds.ts';
import { passReview } from '#server/payments/credits.ts';
import { repayWithDucats } from '#server/payments/disputes/debt-repayments.ts';
import { openDebt } from '#server/payments/disputes/debts.ts';
import { releaseWaitingTopUps } from '#server/payments/jobs.ts';
import { topUpById } from '#server/payments/queries.ts';
import { refundTopUp } from './refund-flows.ts';

const bridge = await testBridge();
const { deps, database } = bridge;
const refunds = testRefunds(bridge);
const { paid, request, spend, wallet, lots } = refunds;

describe('a refund', () => {
  test('of a whole top-up takes its ducats back and gives price and fee back; Stripe keeps its own fee', async () => {
    const float = await bridge.house('ducat_float', 'USD');
    const income = await bridge.house('fee_income', 'USD');
    const { topUpId, citizenId, chargeId } = await paid(explorer);
    const feesBefore = await bridge.house('stripe_fees', 'USD');
    const view = await refundTopUp(deps, request(topUpId));
    expect(view).toMatchObject({ state: 'succeeded', totalMinor: 5_125n, baseMinor: 50_000n, bonusMinor: 2_500n });
    expect(await wallet(citizenId)).toBe(0n);
    expect(await bridge.house('ducat_float', 'USD')).toBe(float);
    expect(await bridge.house('fee_income', 'USD')).toBe(income);
    expect(await bridge.house('stripe_fees', 'USD')).toBe(feesBefore);
    const atStripe = await deps.stripe.refunds.list({ charge: chargeId });
    expect(atStripe.data).toMatchObject([{ amount: 5_125, reason: 'requested_by_customer' }]);
    await refunds.assertInOrder();
  });

  test('in three parts comes to the whole to the cent, with the bonus in proportion', async () => {
    const { topUpId, citizenId } = await paid(explorer);
    await refundTopUp(deps, request(topUpId, { priceMinor: 1_111n }));
    expect(await wallet(citizenId)).toBe(52_500n - 11_110n - 556n);
    await refundTopUp(deps, request(topUpId, { priceMinor: 333n }));
    await refundTopUp(deps, request(topUpId));
    expect(await wallet(citizenId)).toBe(0n);
    const made = await refunds.ofTopUp(topUpId);
    expect(made.map(({ totalMinor }) => totalMinor).reduce((sum, cents) => sum + cents, 0n)).toBe(5_125n);
    await refunds.assertInOrder();
  });

  test('takes the ducats of its own payment and no others', async () => {
    const first = await paid();
    const second = await paid(explorer, refundCards.success, first.citizenId);
    await refundTopUp(deps, request(second.topUpId));
    expect(await lots(first.citizenId)).toMatchObject([
      { kind: 'bought', source: first.topUpId, amountMinor: 10_000n },
    ]);
    await refunds.assertInOrder();
  });

  test('of more than is left is refused, and so is a second one of the whole', async () => {
    const { topUpId, citizenId } = await paid();
    await expect(refundTopUp(deps, request(topUpId, { priceMinor: 1_001n }))).rejects.toMatchObject({
      code: 'refund_too_large',
      details: { leftMinor: '1000' },
    });
    await refundTopUp(deps, request(topUpId));
    await expect(refundTopUp(deps, request(topUpId))).rejects.toMatchObject({ code: 'refund_nothing_left' });
    expect(await wallet(citizenId)).toBe(0n);
    expect(await refunds.ofTopUp(topUpId)).toHaveLength(1);
  });

  test('asked for twice at once by two people happens once; in halves at once both happen', async () => {
    const whole = await paid();
    const both = await Promise.allSettled([1, 2].map(() => refundTopUp(deps, request(whole.topUpId))));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const halves = await paid();
    await Promise.all([1, 2].map(() => refundTopUp(deps, request(halves.topUpId, { priceMinor: 500n }))));
    expect(await wallet(halves.citizenId)).toBe(0n);
    await refunds.assertInOrder();
  });

  test('with the same key is the same refund, also at once; with another amount the key is refused', async () => {
    const { topUpId, citizenId, chargeId } = await paid();
    const same = request(topUpId, { priceMinor: 400n });
    const [one, two] = await Promise.all([refundTopUp(deps, same), refundTopUp(deps, same)]);
    expect(one.id).toBe(two.id);
    expect((await deps.stripe.refunds.list({ charge: chargeId })).data).toHaveLength(1);
    expect(await wallet(citizenId)).toBe(6_000n);
    const other = refundTopUp(deps, { ...same, priceMinor: 401n });
    await expect(other).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    await refunds.assertInOrder();
  });

  test('of a top-up that nobody paid, or that does not exist, is refused', async () => {
    const open = await bridge.start();
    await expect(refundTopUp(deps, request(open.topUpId))).rejects.toMatchObject({ code: 'refund_not_paid' });
    const unknown = '00000000-0000-7000-8000-000000000000';
    await expect(refundTopUp(deps, request(unknown))).rejects.toMatchObject({ code: 'top_up_not_found' });
  });
});

describe('ducats that are spent', () => {
  test('refuse a refund of more than is left of the payment; what is left can be refunded', async () => {
    const { topUpId, citizenId } = await paid();
    await spend(citizenId, 2_500n);
    const whole = refundTopUp(deps, request(topUpId));
    await expect(whole).rejects.toMatchObject({ kind: 'conflict', code: 'refund_ducats_spent' });
    expect(await wallet(citizenId)).toBe(7_500n);
    await refundTopUp(deps, request(topUpId, { priceMinor: 750n }));
    expect(await wallet(citizenId)).toBe(0n);
    await refunds.assertInOrder();
  });

  test('are a debt where the operator says so: the float still owes what others hold now', async () => {
    const { topUpId, citizenId } = await paid(explorer);
    const float = await bridge.house('ducat_float', 'USD');
    // The bonus is spent first, then 100 of the bought ducats.
    await spend(citizenId, 12_500n);
    const view = await refundTopUp(deps, request(topUpId, { policy: 'debt' }));
    expect(view).toMatchObject({ totalMinor: 5_125n, baseMinor: 40_000n, bonusMinor: 0n, debtMinor: 1_250n });
    expect(await wallet(citizenId)).toBe(0n);
    expect(await bridge.balance(citizenId, 'receivable', 'USD')).toBe(-1_250n);
    expect(await openDebt(database.client, citizenId)).toBe(1_250n);
    expect(await bridge.house('ducat_float', 'USD')).toBe(float - 4_000n);
    await refunds.assertInOrder();
  });
});

describe('a refund that Stripe does not finish at once', () => {
  test('is sent, its ducats are gone, and it is settled when Stripe says so', async () => {
    const { topUpId, citizenId } = await paid(explorer, refundCards.pending);
    bridge.sandbox.control({ action: 'hold' });
    const view = await refundTopUp(deps, request(topUpId));
    expect(view.state).toBe('sent');
    expect(await wallet(citizenId)).toBe(0n);
    bridge.sandbox.control({ action: 'release' });
    await bridge.delivered('refund.updated', (await refunds.ofTopUp(topUpId))[0]?.stripeRefundId ?? '');
    await bridge.drain();
    expect(await refunds.ofTopUp(topUpId)).toMatchObject([{ state: 'succeeded' }]);
    await refunds.assertInOrder();
  });

  test('and fails later gives the very ducats back, held as before, and all books are as they were', async () => {
    const topUp = await paid(explorer, refundCards.fails);
    await refunds.settleFees();
    const before = await lots(topUp.citizenId);
    const books = await houseBooks();
    await refundTopUp(deps, request(topUp.topUpId));
    await failed(topUp.topUpId);
    expect(await refunds.ofTopUp(topUp.topUpId)).toMatchObject([
      { state: 'failed', failureCode: 'lost_or_stolen_card' },
    ]);
    expect(await lots(topUp.citizenId)).toEqual(before);
    expect(await houseBooks()).toEqual(books);
    await refunds.assertInOrder();
    const told = {
      where: { citizenId: topUp.citizenId, kind: { startsWith: 'refund_' } },
      orderBy: { id: 'asc' },
    } as const;
    expect(await database.client.notification.findMany(told)).toMatchObject([
      { kind: 'refund_paid', details: { amount: '$51.25' } },
      { kind: 'refund_failed', details: { amount: '$51.25' } },
    ]);
    const again = await refundTopUp(deps, request(topUp.topUpId, { priceMinor: 100n }));
    expect(again.totalMinor).toBe(102n);
  });

  test('and fails later with a debt leaves no debt; what was repaid of it meanwhile is in the wallet again', async () => {
    const { topUpId, citizenId } = await paid(explorer, refundCards.fails);
    await paid(starter, refundCards.success, citizenId);
    await spend(citizenId, 12_500n);
    const before = await wallet(citizenId);
    const float = await bridge.house('ducat_float', 'USD');
    await refundTopUp(deps, request(topUpId, { policy: 'debt' }));
    expect(await openDebt(database.client, citizenId)).toBe(1_250n);
    const repayment = { citizenId, key: randomUUID(), mostMinor: 300n };
    await database.inTransaction((tx) => repayWithDucats(tx, deps, repayment));
    expect(await openDebt(database.client, citizenId)).toBe(950n);
    await failed(topUpId);
    expect(await wallet(citizenId)).toBe(before);
    expect(await bridge.house('ducat_float', 'USD')).toBe(float);
    expect(await openDebt(database.client, citizenId)).toBe(0n);
    expect(await bridge.balance(citizenId, 'receivable', 'USD')).toBe(0n);
    await refunds.assertInOrder();
  });
});

describe('a payment that waits for a review', () => {
  test('is refunded from suspense when an operator rejects it, and is returned', async () => {
    const { topUpId, citizenId } = await paid(explorer, refundCards.risky);
    const by = citizenId;
    const view = await refundTopUp(deps, request(topUpId, { origin: 'review', reason: 'fraudulent', by }));
    expect(view).toMatchObject({ state: 'succeeded', totalMinor: 5_125n });
    expect(await topUpById(database.client, topUpId)).toMatchObject({ state: 'returned' });
    expect(await bridge.house('suspense', 'DUCAT')).toBe(0n);
    expect(await wallet(citizenId)).toBe(0n);
    await refunds.assertInOrder();
    const second = refundTopUp(deps, request(topUpId, { origin: 'review' }));
    await expect(second).rejects.toMatchObject({ code: 'top_up_not_in_review' });
  });

  test('and is refunded in part brings the rest only, once it is passed', async () => {
    const { topUpId, citizenId } = await paid(explorer, refundCards.risky);
    await refundTopUp(deps, request(topUpId, { priceMinor: 1_000n }));
    await database.inTransaction((tx) => passReview(tx, deps, { topUpId, by: citizenId, note: 'known to us' }));
    await releaseWaitingTopUps(deps, { citizenId });
    expect(await wallet(citizenId)).toBe(42_000n);
    expect(await bridge.house('suspense', 'DUCAT')).toBe(0n);
    await refunds.assertInOrder();
  });
});

describe('citizens themselves', () => {
  test('refund what they did not touch while the window is open', async () => {
    const { topUpId, citizenId } = await paid();
    const own = request(topUpId, { origin: 'self_service', by: citizenId });
    expect(await refundTopUp(deps, own)).toMatchObject({ state: 'succeeded' });
    const touched = await paid();
    await spend(touched.citizenId, 1n);
    const part = request(touched.topUpId, { origin: 'self_service', priceMinor: 100n });
    await expect(refundTopUp(deps, part)).rejects.toMatchObject({ code: 'refund_ducats_spent' });
    await refunds.assertInOrder();
  });

  test('refund nothing themselves after 14 days', async () => {
    const { topUpId } = await paid();
    bridge.clock.advance(14 * 86_400_000);
    const late = refundTopUp(deps, request(topUpId, { origin: 'self_service' }));
    await expect(late).rejects.toMatchObject({ code: 'refund_window_over' });
    expect(await refunds.ofTopUp(topUpId)).toEqual([]);
  });
});

async function failed(topUpId: string): Promise<void> {
  const stripeRefundId = (await refunds.ofTopUp(topUpId))[0]?.stripeRefundId ?? '';
  await bridge.delivered('refund.failed', stripeRefundId);
  await bridge.drain();
}

async function houseBooks(): Promise<bigint[]> {
  const kinds = ['ducat_float', 'fee_income', 'tax', 'stripe_balance', 'promotion_cost', 'refund_in_transit'] as const;
  return await Promise.all(kinds.map((kind) => bridge.house(kind, 'USD')));
}
