import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { rememberCitizen } from '#server/citizens/service.ts';
import { fulfil, startTopUp } from '#server/payments/flows.ts';
import { topUpById, topUpsOf } from '#server/payments/queries.ts';
import { cards, starter, testBridge } from '#server/testing/payments.ts';
import { acceptTestTerms } from '#server/testing/trust.ts';

const bridge = await testBridge();
const { deps, database } = bridge;

async function paidTopUp(choice = starter) {
  const topUp = await bridge.start(choice);
  bridge.pay(topUp.sessionId);
  return topUp;
}

const walletOf = (citizenId: string) => bridge.balance(citizenId, 'wallet', 'DUCAT');

describe('starting', () => {
  test('the intent is written before Stripe is called, with the quoted amounts', async () => {
    const topUp = await bridge.start({ kind: 'package', packageId: 'trader' });
    const session = await deps.stripe.checkout.sessions.retrieve(topUp.sessionId, { expand: ['line_items'] });
    expect(session.amount_total).toBe(10_250);
    expect(session.line_items?.data.map((item) => item.amount_total)).toEqual([10_000, 250]);
    expect(session.client_reference_id).toBe(topUp.topUpId);
    const { topUps } = await topUpsOf(database.client, { citizenId: topUp.citizenId, limit: 5 });
    expect(topUps).toMatchObject([
      { id: topUp.topUpId, state: 'open', totalMinor: 10_250n, baseMinor: 100_000n, bonusMinor: 7_500n },
    ]);
  });

  test('the same key gives the same session, also when started twice at once', async () => {
    const input = { citizenId: await bridge.citizen(), choice: starter, key: randomUUID() };
    const started = await Promise.all(Array.from({ length: 4 }, () => startTopUp(deps, input)));
    started.push(await startTopUp(deps, input));
    expect(new Set(started.map((one) => one.checkoutUrl)).size).toBe(1);
    expect((await topUpsOf(database.client, { citizenId: input.citizenId, limit: 5 })).topUps).toHaveLength(1);
  });

  test('the same key with another amount is refused as idempotency_key_reused', async () => {
    const input = { citizenId: await bridge.citizen(), choice: starter, key: randomUUID() };
    await startTopUp(deps, input);
    const other = { ...input, choice: { kind: 'package', packageId: 'noble' } as const };
    await expect(startTopUp(deps, other)).rejects.toMatchObject({ kind: 'conflict', code: 'idempotency_key_reused' });
  });

  test.each([999n, 1_000_001n, 0n, -1_000n])(
    'a custom amount of %s cents is refused as amount_out_of_range and leaves nothing',
    async (priceMinor) => {
      const citizenId = await bridge.citizen();
      const input = { citizenId, choice: { kind: 'custom', priceMinor } as const, key: randomUUID() };
      await expect(startTopUp(deps, input)).rejects.toMatchObject({ kind: 'invalid', code: 'amount_out_of_range' });
      expect((await topUpsOf(database.client, { citizenId, limit: 5 })).topUps).toEqual([]);
    },
  );

  test('a citizen who has not accepted the terms is refused as terms_not_accepted, and nothing is begun', async () => {
    const username = `c_${randomUUID()}`;
    const profile = { username, displayName: username, socialClass: null, isAi: false };
    const { id: citizenId } = await database.inTransaction((tx) => rememberCitizen(tx, { profile, ...deps }));
    const input = { citizenId, choice: starter, key: randomUUID() };
    await expect(startTopUp(deps, input)).rejects.toMatchObject({ kind: 'forbidden', code: 'terms_not_accepted' });
    expect((await topUpsOf(database.client, { citizenId, limit: 5 })).topUps).toEqual([]);
    await database.inTransaction((tx) => acceptTestTerms(tx, { citizenId, clock: bridge.clock }));
    await expect(startTopUp(deps, input)).resolves.toMatchObject({ checkoutUrl: expect.any(String) as unknown });
  });

  test('a lost answer of Stripe is found again with the same key', async () => {
    const input = { citizenId: await bridge.citizen(), choice: starter, key: randomUUID() };
    bridge.sandbox.control({ action: 'fail_next', mode: 'after', count: 1 });
    const { checkoutUrl } = await startTopUp(deps, input);
    expect((await startTopUp(deps, input)).checkoutUrl).toBe(checkoutUrl);
    const sessions = await deps.stripe.checkout.sessions.list({ limit: 100 });
    const { topUpId } = await startTopUp(deps, input);
    expect(sessions.data.filter((session) => session.client_reference_id === topUpId)).toHaveLength(1);
  });

  test('Stripe out of reach is the refusal stripe_unavailable, and the same key works afterwards', async () => {
    const input = { citizenId: await bridge.citizen(), choice: starter, key: randomUUID() };
    bridge.sandbox.control({ action: 'fail_next', mode: 'before', count: 3 });
    await expect(startTopUp(deps, input)).rejects.toMatchObject({ kind: 'unavailable', code: 'stripe_unavailable' });
    await expect(startTopUp(deps, input)).resolves.toMatchObject({
      checkoutUrl: expect.stringContaining('/c/pay/') as string,
    });
  });
});

describe('crediting', () => {
  test('a paid top-up credits base and bonus, and the bridge is at zero afterwards', async () => {
    const float = await bridge.house('ducat_float', 'USD');
    const topUp = await paidTopUp({ kind: 'package', packageId: 'trader' });
    const view = await fulfil(deps, { sessionId: topUp.sessionId, citizenId: topUp.citizenId });
    expect(view).toMatchObject({ state: 'credited', baseMinor: 100_000n, bonusMinor: 7_500n });
    expect(await walletOf(topUp.citizenId)).toBe(107_500n);
    expect(await bridge.house('bridge', 'USD')).toBe(0n);
    expect((await bridge.house('ducat_float', 'USD')) - float).toBe(10_000n);
    await bridge.assertBooksInOrder();
  });

  test('what treasury and promotion lack is minted in the same request', async () => {
    const issued = await bridge.house('issuance', 'DUCAT');
    const topUp = await paidTopUp({ kind: 'package', packageId: 'noble' });
    await fulfil(deps, { sessionId: topUp.sessionId });
    expect(await bridge.house('issuance', 'DUCAT')).toBe(issued - 575_000n);
    expect(await bridge.house('treasury', 'DUCAT')).toBe(0n);
    expect(await bridge.house('promotion', 'DUCAT')).toBe(0n);
  });

  test('eight fulfilments at the same time credit once', async () => {
    const topUp = await paidTopUp();
    const views = await Promise.all(Array.from({ length: 8 }, () => fulfil(deps, { sessionId: topUp.sessionId })));
    expect(views.map((view) => view.state)).toEqual(Array.from({ length: 8 }, () => 'credited'));
    expect(await walletOf(topUp.citizenId)).toBe(10_000n);
  });

  test('webhook and success page at the same time credit once', async () => {
    const topUp = await paidTopUp();
    await bridge.delivered('checkout.session.completed', topUp.sessionId);
    const both = await Promise.all([bridge.drain(), fulfil(deps, { sessionId: topUp.sessionId }), bridge.drain()]);
    expect(both[0].handled + both[2].handled).toBeGreaterThan(0);
    expect(await walletOf(topUp.citizenId)).toBe(10_000n);
    await bridge.assertBooksInOrder();
  });

  test('an event that comes after the success page credits nothing more', async () => {
    const topUp = await paidTopUp();
    await fulfil(deps, { sessionId: topUp.sessionId });
    await bridge.delivered('checkout.session.completed', topUp.sessionId);
    await bridge.drain();
    expect(await walletOf(topUp.citizenId)).toBe(10_000n);
  });

  test('an unpaid session credits nothing and stays open', async () => {
    const topUp = await bridge.start();
    expect(await fulfil(deps, { sessionId: topUp.sessionId })).toMatchObject({ state: 'open', creditedAt: null });
    expect(await walletOf(topUp.citizenId)).toBe(0n);
  });

  test('a declined card credits nothing', async () => {
    const topUp = await bridge.start();
    bridge.pay(topUp.sessionId, cards.decline);
    expect(await fulfil(deps, { sessionId: topUp.sessionId })).toMatchObject({ state: 'open' });
    expect(await walletOf(topUp.citizenId)).toBe(0n);
  });

  test('an expired session closes the top-up', async () => {
    const topUp = await bridge.start();
    bridge.sandbox.control({ action: 'expire', session: topUp.sessionId });
    await bridge.delivered('checkout.session.expired', topUp.sessionId);
    await bridge.drain();
    expect(await topUpById(database.client, topUp.topUpId)).toMatchObject({ state: 'expired' });
  });

  test("somebody else's session is refused as top_up_not_found", async () => {
    const topUp = await paidTopUp();
    const stranger = fulfil(deps, { sessionId: topUp.sessionId, citizenId: randomUUID() });
    await expect(stranger).rejects.toMatchObject({ kind: 'not_found', code: 'top_up_not_found' });
    expect(await walletOf(topUp.citizenId)).toBe(0n);
  });

  test('a session paid before its answer was recorded is found by its metadata and credited', async () => {
    const topUp = await paidTopUp();
    await database.client.topUp.update({
      where: { id: topUp.topUpId },
      data: { state: 'started', stripeSessionId: null, checkoutUrl: null },
    });
    await bridge.delivered('checkout.session.completed', topUp.sessionId);
    await bridge.drain();
    expect(await walletOf(topUp.citizenId)).toBe(10_000n);
  });

  test('a payment of another amount than was quoted is refused and credits nothing', async () => {
    const topUp = await paidTopUp();
    await database.client.topUp.update({ where: { id: topUp.topUpId }, data: { feeMinor: 24n, totalMinor: 1_024n } });
    await expect(fulfil(deps, { sessionId: topUp.sessionId })).rejects.toMatchObject({
      code: 'top_up_amount_mismatch',
    });
    expect(await walletOf(topUp.citizenId)).toBe(0n);
  });
});
