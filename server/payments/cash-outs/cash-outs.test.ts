import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { noteTrustEvent } from '#server/citizens/trust-events.ts';
import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { post } from '#server/ledger/transfers.ts';
import { advanceCashOut, approveAndSend, requestCashOut } from '#server/payments/cash-outs/cash-out-flows.ts';
import { cashOutRoom } from '#server/payments/cash-outs/cash-out-queries.ts';
import { rejectCashOut } from '#server/payments/cash-outs/cash-outs.ts';
import { addDebt, openDebt } from '#server/payments/disputes/debts.ts';
import { systemIds } from '#server/platform/ids.ts';
import { projectNews } from '#server/provenance/jobs.ts';
import { amountsOf } from '#server/provenance/queries.ts';
import { testCashOuts } from '#server/testing/cash-out.ts';
import { move } from '#server/testing/ledger.ts';

const world = await testCashOuts();
const { bridge, deps } = world;
const { database, clock, sandbox } = bridge;
const dayMs = 86_400_000;
await world.fillHouse();

const house = async () => ({
  stripe: await bridge.house('stripe_balance', 'USD'),
  float: await bridge.house('ducat_float', 'USD'),
  fees: await bridge.house('fee_income', 'USD'),
  transit: await bridge.house('payout_in_transit', 'USD'),
  treasury: await bridge.house('treasury', 'DUCAT'),
});

async function earnedIn(citizenId: string) {
  await projectNews(database);
  const wallet = await database.inTransaction((tx) =>
    openAccount(tx, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' }),
  );
  return (await amountsOf(database.client, wallet, new Date())).earned;
}

const rowOf = (id: string) => database.client.cashOut.findUniqueOrThrow({ where: { id } });

describe('a cash-out', () => {
  test('goes from requested over approved and processing to paid, and the books are whole at every step', async () => {
    const seller = await world.seller();
    const before = await house();
    const id = await world.request(seller, 600_00n);
    expect(await world.state(id)).toBe('requested');
    expect([await world.wallet(seller), await bridge.balance(id, 'escrow', 'DUCAT')]).toEqual([400_00n, 600_00n]);
    expect(await house()).toEqual(before);
    await world.approve(id);
    expect(await world.state(id)).toBe('processing');
    expect(await house()).toEqual({
      stripe: before.stripe + 58_50n,
      float: before.float - 60_00n,
      fees: before.fees + 1_50n,
      transit: before.transit,
      treasury: before.treasury + 600_00n,
    });
    await world.bankAnswers(id);
    expect(await rowOf(id)).toMatchObject({ state: 'paid', netMinor: 58_50n, feeMinor: 1_50n, step: null });
    const [transfer] = await world.transfersOf(id);
    const facts = await database.client.stripeFact.findMany({ where: { sourceId: transfer?.id ?? '' } });
    expect(facts).toMatchObject([{ type: 'transfer', amountMinor: -58_50n }]);
    await bridge.assertBooksInOrder();
  });

  test('takes cleared earnings only: bought, granted, held and what granted ducats paid for never become dollars', async () => {
    const seller = await world.seller({ ducatsMinor: 600_00n });
    await world.earn(seller, { ducatsMinor: 900_00n, paidWith: 'granted' });
    await world.earn(seller, { ducatsMinor: 900_00n, holdUntil: new Date(Date.now() + 365 * dayMs) });
    const treasury = systemAccountId('treasury', 'DUCAT');
    await database.inTransaction(async (tx) => {
      const wallet = await openAccount(tx, { owner: seller, kind: 'wallet', asset: 'DUCAT' });
      const mint = {
        from: systemAccountId('issuance', 'DUCAT'),
        to: treasury,
        amountMinor: 900_00n,
        kind: 'mint',
      } as const;
      await post(tx, [move(mint), move({ from: treasury, to: wallet, amountMinor: 900_00n, kind: 'top_up_base' })]);
    });
    await expect(world.request(seller, 600_10n)).rejects.toMatchObject({ code: 'cash_out_not_cleared' });
    await world.request(seller, 600_00n);
    expect(await earnedIn(seller)).toMatchObject({ clearedMinor: 0n, heldMinor: 900_00n });
    expect(await world.wallet(seller)).toBe(2_700_00n);
  });

  test('is one for one key, also at the same time, and the key of another amount is refused', async () => {
    const seller = await world.seller();
    const input = { citizenId: seller, ducatsMinor: 500_00n, key: randomUUID() };
    const made = await Promise.all(Array.from({ length: 4 }, () => requestCashOut(deps, input)));
    made.push(await requestCashOut(deps, input));
    expect(new Set(made.map(({ cashOutId }) => cashOutId)).size).toBe(1);
    expect(await world.wallet(seller)).toBe(500_00n);
    await expect(requestCashOut(deps, { ...input, ducatsMinor: 400_00n })).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
  });

  test('never takes more than there is, however many ask at once', async () => {
    const seller = await world.seller();
    const asked = await Promise.allSettled(Array.from({ length: 4 }, () => world.request(seller, 600_00n)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await world.wallet(seller)).toBe(400_00n);
  });

  test.each([
    [499_90n, 'cash_out_too_small'],
    [500_00n, null],
  ])('of %s centesimi is answered by %s: 50 dollars must remain', async (ducatsMinor, code) => {
    const seller = await world.seller();
    const asked = world.request(seller, ducatsMinor);
    if (code === null) await expect(asked).resolves.toBeTypeOf('string');
    else await expect(asked).rejects.toMatchObject({ code });
  });

  test('keeps a broken cent in the wallet', async () => {
    const seller = await world.seller();
    await world.request(seller, 600_09n);
    expect(await world.wallet(seller)).toBe(400_00n);
  });

  test('pays what the citizen owes first, without a fee on that part', async () => {
    const seller = await world.seller({ ducatsMinor: 2_000_00n });
    const receivable = await database.inTransaction((tx) =>
      openAccount(tx, { owner: seller, kind: 'receivable', asset: 'USD' }),
    );
    const owed = { from: receivable, to: systemAccountId('loss', 'USD'), amountMinor: 60_00n };
    await database.inTransaction(async (tx) => {
      const reference = systemIds.uuid();
      await addDebt(tx, deps, { citizenId: seller, cause: 'refund', reference, amountMinor: 60_00n });
      await post(tx, [move(owed)]);
    });
    await expect(world.request(seller, 1_099_90n)).rejects.toMatchObject({ code: 'cash_out_too_small' });
    const before = await house();
    const id = await world.request(seller, 1_600_00n);
    await world.approve(id);
    expect(await rowOf(id)).toMatchObject({ debtMinor: 60_00n, feeMinor: 2_50n, netMinor: 97_50n });
    expect(await bridge.balance(seller, 'receivable', 'USD')).toBe(0n);
    expect(await openDebt(database.client, seller)).toBe(0n);
    expect((await house()).float).toBe(before.float - 160_00n);
    await bridge.assertBooksInOrder();
  });

  test('that is rejected leaves what is owed as it was; meanwhile nothing else pays the same debt', async () => {
    const seller = await world.seller({ ducatsMinor: 2_000_00n });
    const debt = { citizenId: seller, cause: 'refund', reference: systemIds.uuid(), amountMinor: 60_00n } as const;
    await database.inTransaction((tx) => addDebt(tx, deps, debt));
    const id = await world.request(seller, 1_600_00n);
    expect(await openDebt(database.client, seller)).toBe(0n);
    const reject = { cashOutId: id, operatorId: await world.operator(), reason: 'The sale looks odd.' };
    await database.inTransaction((tx) => rejectCashOut(tx, deps, reject));
    expect(await openDebt(database.client, seller)).toBe(60_00n);
    expect(await world.wallet(seller)).toBe(2_000_00n);
  });

  test('is refused while sellers wait for what a dispute took from them', async () => {
    const seller = await world.seller({ ducatsMinor: 2_000_00n });
    const debt = { citizenId: seller, cause: 'clawback', reference: systemIds.uuid(), amountMinor: 1_00n } as const;
    await database.inTransaction((tx) => addDebt(tx, deps, debt));
    await expect(world.request(seller, 1_600_00n)).rejects.toMatchObject({ code: 'debt_to_sellers' });
  });
});

describe('trust', () => {
  test('below level 2 nothing is cashed out', async () => {
    const seller = await world.seller({ level: 1 });
    await expect(world.request(seller, 500_00n)).rejects.toMatchObject({ code: 'cash_out_level' });
    expect(await world.wallet(seller)).toBe(1_000_00n);
  });

  test('without a bank account, and for seven days after it was named or changed, nothing is cashed out', async () => {
    const seller = await bridge.citizen(3);
    await world.earn(seller, { ducatsMinor: 3_000_00n });
    await expect(world.request(seller, 500_00n)).rejects.toMatchObject({ code: 'payout_account_missing' });
    await world.onboard(seller);
    await expect(world.request(seller, 500_00n)).rejects.toMatchObject({ code: 'cash_out_not_before' });
    await world.advance(7);
    clock.advance(1);
    await world.request(seller, 500_00n);
    await world.onboard(seller, '000111111116');
    await expect(world.request(seller, 500_00n)).rejects.toMatchObject({ code: 'cash_out_not_before' });
    await world.advance(7);
    clock.advance(1);
    await world.request(seller, 500_00n);
  });

  test('a second factor that was reset lets nothing out for five days', async () => {
    const seller = await world.seller();
    const event = { citizenId: seller, kind: 'factors_reset', reference: 'r1', ids: systemIds } as const;
    await database.inTransaction((tx) => noteTrustEvent(tx, { ...event, occurredAt: clock.now() }));
    await world.advance(4);
    await expect(world.request(seller, 500_00n)).rejects.toMatchObject({ code: 'cash_out_not_before' });
    await world.advance(1);
    clock.advance(1);
    // Until there is a factor again the limits are those of level 0.
    await expect(world.request(seller, 500_00n)).rejects.toMatchObject({ code: 'cash_out_level' });
    await database.client.citizen.update({ where: { id: seller }, data: { hasSecondFactor: true } });
    await world.request(seller, 500_00n);
  });

  test('the limits of the level are the ledger’s: what is over them is refused and moves nothing', async () => {
    const seller = await world.seller({ level: 2, ducatsMinor: 9_000_00n });
    await world.request(seller, 5_000_00n);
    await expect(world.request(seller, 500_00n)).rejects.toMatchObject({ code: 'limit_exceeded' });
    expect(await world.wallet(seller)).toBe(4_000_00n);
    expect(await database.client.cashOut.count({ where: { citizenId: seller } })).toBe(1);
  });

  test('a charge that was taken back meanwhile stops what is approved: the ducats go back', async () => {
    const seller = await world.seller();
    const id = await world.request(seller, 600_00n);
    await database.client.cashOut.update({ where: { id }, data: { state: 'approved', approvedAt: clock.now() } });
    const event = { citizenId: seller, kind: 'chargeback', reference: 'd1', ids: systemIds } as const;
    // An operator's decision on the level outweighs setbacks of before it, never of after it.
    clock.advance(1);
    await database.inTransaction((tx) => noteTrustEvent(tx, { ...event, occurredAt: clock.now() }));
    await advanceCashOut(deps, id);
    expect(await rowOf(id)).toMatchObject({ state: 'rejected', failureCode: 'trust_frozen' });
    expect(await world.wallet(seller)).toBe(1_000_00n);
    expect(await world.transfersOf(id)).toEqual([]);
  });

  test('a bank account that was changed after the request is sent nothing', async () => {
    const seller = await world.seller();
    const id = await world.request(seller, 600_00n);
    await world.onboard(seller, '000111111113');
    await world.approve(id);
    expect(await rowOf(id)).toMatchObject({ state: 'rejected', failureCode: 'bank_account_changed' });
    expect(await world.transfersOf(id)).toEqual([]);
    expect(await world.wallet(seller)).toBe(1_000_00n);
  });

  test('shows what is possible from the moment a new bank account has rested, whenever trust was last refreshed', async () => {
    const seller = await world.seller({ ducatsMinor: 600_00n });
    await world.onboard(seller, '000111111116');
    await bridge.refreshTrust(seller);
    await projectNews(database);
    const room = () => cashOutRoom(database.client, { citizenId: seller, provider: 'sandbox', now: deps.clock.now() });
    expect(await room()).toMatchObject({ availableMinor: 0n, dayLeftMinor: 0n });
    await world.advance(8);
    expect(await room()).toMatchObject({ cashOutFrom: null, availableMinor: 600_00n, dayLeftMinor: 25_000_00n });
    await world.request(seller, 600_00n);
    expect(await room()).toMatchObject({ dayLeftMinor: 24_400_00n, monthLeftMinor: 249_400_00n });
  });
});

describe('operators', () => {
  test('one is enough up to 500 dollars, two different ones are needed above, and the same never counts twice', async () => {
    const seller = await world.seller({ ducatsMinor: 20_000_00n });
    const small = await world.request(seller, 5_000_00n);
    const large = await world.request(seller, 5_000_10n);
    const [first, second] = [await world.operator(), await world.operator()];
    expect(await approveAndSend(deps, { cashOutId: small, operatorId: first })).toEqual({ isApproved: true });
    expect(await approveAndSend(deps, { cashOutId: large, operatorId: first })).toEqual({ isApproved: false });
    expect(await world.transfersOf(large)).toEqual([]);
    await expect(approveAndSend(deps, { cashOutId: large, operatorId: first })).rejects.toMatchObject({
      code: 'cash_out_same_operator',
    });
    expect(await world.state(large)).toBe('requested');
    expect(await approveAndSend(deps, { cashOutId: large, operatorId: second })).toEqual({ isApproved: true });
    expect(await world.transfersOf(large)).toHaveLength(1);
  });

  test('the same one twice at the same moment is one', async () => {
    const seller = await world.seller({ ducatsMinor: 20_000_00n });
    const cashOutId = await world.request(seller, 6_000_00n);
    const operatorId = await world.operator();
    const both = await Promise.allSettled([1, 2].map(() => approveAndSend(deps, { cashOutId, operatorId })));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await world.state(cashOutId)).toBe('requested');
  });

  test('nobody decides about their own, and what is decided stays decided', async () => {
    const seller = await world.seller();
    const cashOutId = await world.request(seller, 600_00n);
    const own = { cashOutId, operatorId: seller, reason: 'Because I want it.' };
    await expect(approveAndSend(deps, own)).rejects.toMatchObject({ code: 'cash_out_own' });
    const reject = (operatorId: string) =>
      database.inTransaction((tx) => rejectCashOut(tx, deps, { cashOutId, operatorId, reason: 'The sale looks odd.' }));
    await expect(reject(seller)).rejects.toMatchObject({ code: 'cash_out_own' });
    await reject(await world.operator());
    await expect(approveAndSend(deps, { cashOutId, operatorId: await world.operator() })).rejects.toMatchObject({
      code: 'cash_out_decided',
    });
  });

  test('a no gives the very same ducats back, and the citizen reads why', async () => {
    const seller = await world.seller({ ducatsMinor: 600_00n });
    const held = new Date(Date.now() + 365 * dayMs);
    await world.earn(seller, { ducatsMinor: 100_00n, holdUntil: held });
    const before = await earnedIn(seller);
    const cashOutId = await world.request(seller, 600_00n);
    const decision = { cashOutId, operatorId: await world.operator(), reason: 'The sale looks odd.' };
    await database.inTransaction((tx) => rejectCashOut(tx, deps, decision));
    expect(await earnedIn(seller)).toEqual(before);
    expect(await world.state(cashOutId)).toBe('rejected');
    const told = await database.client.notification.findMany({
      where: { citizenId: seller, kind: 'cash_out_ended' },
    });
    expect(told.map(({ details }) => details)).toEqual([{ amount: '$58.50', to: 'rejected' }]);
    await bridge.assertBooksInOrder();
  });
});

describe('the bank', () => {
  test('that does not take it ends it as failed: dollars and ducats are back, and they are cleared earnings again', async () => {
    const seller = await world.seller({ bankAccount: '000111111113' });
    const [before, earned] = [await house(), await earnedIn(seller)];
    const id = await world.request(seller, 600_00n);
    await world.approve(id);
    await world.bankAnswers(id);
    expect(await rowOf(id)).toMatchObject({ state: 'processing', step: 'reversal', failureCode: 'account_closed' });
    await advanceCashOut(deps, id);
    expect(await rowOf(id)).toMatchObject({ state: 'failed', failureCode: 'account_closed' });
    expect(await house()).toEqual(before);
    expect((await earnedIn(seller)).clearedMinor).toBe(earned.clearedMinor);
    const { stripeReversalId } = await rowOf(id);
    const facts = await database.client.stripeFact.findMany({ where: { sourceId: stripeReversalId ?? '' } });
    expect(facts).toMatchObject([{ type: 'transfer_refund', amountMinor: 58_50n }]);
    await bridge.assertBooksInOrder();
  });

  test('that sends it back after it was paid is heard: the ducats return, and can be cashed out again', async () => {
    const seller = await world.seller();
    const before = await house();
    const id = await world.request(seller, 600_00n);
    await world.approve(id);
    await world.bankAnswers(id);
    expect(await world.state(id)).toBe('paid');
    const { stripePayoutId } = await rowOf(id);
    sandbox.control({ action: 'fail_payout', payout: stripePayoutId ?? '' });
    await bridge.delivered('payout.failed', stripePayoutId ?? '');
    await bridge.drain();
    await advanceCashOut(deps, id);
    expect(await world.state(id)).toBe('returned');
    expect(await house()).toEqual(before);
    expect(await world.wallet(seller)).toBe(1_000_00n);
    const again = await world.request(seller, 1_000_00n);
    await world.approve(again);
    expect(await world.transfersOf(again)).toHaveLength(1);
    await bridge.assertBooksInOrder();
  });
});
