import { expect, test } from 'vitest';
import { passReview } from '#server/payments/credits.ts';
import { fulfil } from '#server/payments/flows.ts';
import { expireTopUps, releaseWaitingTopUps } from '#server/payments/jobs.ts';
import { topUpById } from '#server/payments/queries.ts';
import { systemIds } from '#server/platform/ids.ts';
import { testBridge } from '#server/testing/payments.ts';

const bridge = await testBridge();
const { deps, database } = bridge;
const dayMs = 86_400_000;
const [elevated, highest, otherCard] = ['4000000000009235', '4000000000004954', '5555555555554444'];

async function paid(card?: string, citizenId?: string) {
  const topUp = await bridge.start(undefined, citizenId);
  bridge.pay(topUp.sessionId, card);
  await fulfil(deps, { sessionId: topUp.sessionId });
  const view = await topUpById(database.client, topUp.topUpId);
  if (view === null) throw new Error('a top-up that was started is there');
  return { ...topUp, view };
}

const walletOf = (citizenId: string) => bridge.balance(citizenId, 'wallet', 'DUCAT');
const heldDays = ({ view }: Awaited<ReturnType<typeof paid>>) =>
  ((view.holdUntil?.getTime() ?? 0) - (view.creditedAt?.getTime() ?? 0)) / dayMs;

test('what a new card bought is held 7 days, and what a known one bought as long as the level says', async () => {
  const first = await paid();
  expect(heldDays(first)).toBe(7);
  bridge.clock.advance(8 * dayMs);
  expect(heldDays(await paid(undefined, first.citizenId))).toBe(1);
  expect(heldDays(await paid(otherCard, first.citizenId))).toBe(7);
});

test('a payment of elevated risk is credited and held 7 days longer', async () => {
  const topUp = await paid(elevated);
  expect(topUp.view).toMatchObject({ state: 'credited', waitReason: null });
  expect(heldDays(topUp)).toBe(14);
  expect(await walletOf(topUp.citizenId)).toBe(10_000n);
});

test('a payment of the highest risk is booked, and no job credits it before an operator has looked', async () => {
  const topUp = await paid(highest);
  expect(topUp.view).toMatchObject({ state: 'waiting', waitReason: 'review' });
  await releaseWaitingTopUps(deps);
  expect(await walletOf(topUp.citizenId)).toBe(0n);
  const review = { topUpId: topUp.topUpId, by: systemIds.uuid(), note: 'Known for years, called back.' };
  await database.inTransaction((tx) => passReview(tx, deps, review));
  expect(await topUpById(database.client, topUp.topUpId)).toMatchObject({ state: 'credited', waitReason: null });
  expect(await walletOf(topUp.citizenId)).toBe(10_000n);
  const again = () => database.inTransaction((tx) => passReview(tx, deps, review));
  await expect(again()).rejects.toMatchObject({ kind: 'conflict', code: 'top_up_not_in_review' });
  await expect(
    database.inTransaction((tx) => passReview(tx, deps, { ...review, topUpId: systemIds.uuid() })),
  ).rejects.toMatchObject({ code: 'top_up_not_found' });
  await bridge.assertBooksInOrder();
});

test('a page that nobody paid on is closed at Stripe when its price holds no longer; one that was paid is credited', async () => {
  const [idle, late] = [await bridge.start(), await bridge.start()];
  bridge.clock.advance(121 * 60_000);
  bridge.pay(late.sessionId);
  await expireTopUps(deps);
  expect((await deps.stripe.checkout.sessions.retrieve(idle.sessionId)).status).toBe('expired');
  expect(await topUpById(database.client, idle.topUpId)).toMatchObject({ state: 'expired' });
  expect(await topUpById(database.client, late.topUpId)).toMatchObject({ state: 'credited' });
});

test('a booked payment is expected at Stripe with its whole amount, once', async () => {
  const { topUpId, sessionId } = await paid();
  await fulfil(deps, { sessionId });
  const { stripeChargeId } = await database.client.topUp.findUniqueOrThrow({ where: { id: topUpId } });
  const facts = await database.client.stripeFact.findMany({ where: { sourceId: stripeChargeId ?? '' } });
  expect(facts).toMatchObject([{ type: 'charge', amountMinor: 1_025n }]);
});
