import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  advanceCashOut,
  approveAndSend,
  lookUpCashOut,
  requestCashOut,
  resolveUnknown,
  type CashOutDeps,
} from '#server/payments/cash-outs/cash-out-flows.ts';
import { workOnCashOuts } from '#server/payments/cash-outs/cash-out-jobs.ts';
import { recordBank } from '#server/payments/cash-outs/cash-out-steps.ts';
import { startOnboarding } from '#server/payments/cash-outs/payout-account-flows.ts';
import { payoutFrom } from '#server/payments/stripe/stripe-connect.ts';
import { dyingAt, testCashOuts } from '#server/testing/cash-out.ts';

const world = await testCashOuts();
const { bridge, deps } = world;
const { database, clock, sandbox } = bridge;
await world.fillHouse();

const minuteMs = 60_000;
const rowOf = (id: string) => database.client.cashOut.findUniqueOrThrow({ where: { id } });
const mortal = (transaction: number): CashOutDeps => ({ ...deps, database: dyingAt(database, transaction) });
const fail = (mode: 'before' | 'after', route: string, count = 1) =>
  sandbox.control({ action: 'fail_next', mode, route, count });
/** The SDK repeats a call twice by itself, with the same key. */
const everyTry = 3;

async function requested(options: Parameters<typeof world.seller>[0] = {}) {
  const seller = await world.seller(options);
  return { seller, id: await world.request(seller, 600_00n), operatorId: await world.operator() };
}

async function payoutsOf(id: string) {
  const { stripeAccountId } = await rowOf(id);
  return (await deps.stripe.payouts.list({ limit: 100 }, { stripeAccount: stripeAccountId })).data;
}

/** Exactly one transfer and one payout, of the right amount, and the ducats are gone once. */
async function assertPaidOnce({ id, seller }: { id: string; seller: string }): Promise<void> {
  expect(await rowOf(id)).toMatchObject({ state: 'processing', step: 'bank' });
  expect((await world.transfersOf(id)).map(({ amount }) => amount)).toEqual([58_50]);
  expect((await payoutsOf(id)).map(({ amount }) => amount)).toEqual([58_50]);
  expect(await world.wallet(seller)).toBe(400_00n);
  await bridge.assertBooksInOrder();
}

/** Two workers, later, as often as it takes. */
async function workersGoOn(): Promise<void> {
  clock.advance(3 * minuteMs);
  await Promise.all([workOnCashOuts(deps), workOnCashOuts(deps)]);
  await workOnCashOuts(deps);
}

describe('a process that dies', () => {
  test('at `requested_not_written` has taken nothing, and the same key makes the one request', async () => {
    const seller = await world.seller();
    const input = { citizenId: seller, ducatsMinor: 600_00n, key: randomUUID() };
    await expect(requestCashOut(mortal(2), input)).rejects.toThrow('killed');
    expect(await world.wallet(seller)).toBe(1_000_00n);
    const first = await requestCashOut(deps, input);
    expect(await requestCashOut(deps, input)).toEqual(first);
    expect(await world.wallet(seller)).toBe(400_00n);
  });

  test('at `approved_not_claimed` leaves it to the worker', async () => {
    const { seller, id, operatorId } = await requested();
    await expect(approveAndSend(mortal(2), { cashOutId: id, operatorId })).rejects.toThrow('killed');
    expect(await world.state(id)).toBe('approved');
    await workersGoOn();
    await assertPaidOnce({ id, seller });
  });

  test('at `claimed_not_sent` leaves nothing at the provider: an operator is asked, and sends it once', async () => {
    const { seller, id, operatorId } = await requested();
    const dead: CashOutDeps = { ...deps, stripe: unreachable() };
    await expect(approveAndSend(dead, { cashOutId: id, operatorId })).rejects.toThrow('killed');
    expect(await rowOf(id)).toMatchObject({ state: 'processing', step: 'transfer' });
    await advanceCashOut(deps, id);
    expect(await world.transfersOf(id), 'what somebody is at is claimed by nobody else').toEqual([]);
    await workersGoOn();
    expect(await world.state(id)).toBe('unknown');
    expect(await world.transfersOf(id)).toEqual([]);
    await resolveUnknown(deps, { cashOutId: id, operatorId, choice: 'send_again' });
    await assertPaidOnce({ id, seller });
  });

  test.each([
    ['the transfer', 3],
    ['the payout', 5],
  ])(
    'at `sent_not_recorded` of %s is found out by the worker, which sends nothing twice',
    async (_what, transaction) => {
      const { seller, id, operatorId } = await requested();
      await expect(approveAndSend(mortal(transaction), { cashOutId: id, operatorId })).rejects.toThrow('killed');
      await workersGoOn();
      await assertPaidOnce({ id, seller });
    },
  );

  test('between two steps leaves the next one to the worker', async () => {
    const { seller, id, operatorId } = await requested();
    await expect(approveAndSend(mortal(4), { cashOutId: id, operatorId })).rejects.toThrow('killed');
    expect(await rowOf(id)).toMatchObject({ state: 'processing', step: 'payout', stepStartedAt: null });
    await workersGoOn();
    await assertPaidOnce({ id, seller });
  });

  test('at `sent_not_recorded` of a reversal takes the money home once', async () => {
    const { seller, id } = await requested({ bankAccount: '000111111113' });
    await world.approve(id);
    await world.bankAnswers(id);
    await expect(advanceCashOut(mortal(2), id)).rejects.toThrow('killed');
    await workersGoOn();
    expect(await world.state(id)).toBe('failed');
    const [transfer] = await world.transfersOf(id);
    expect(transfer?.reversals.data).toHaveLength(1);
    expect(await world.wallet(seller)).toBe(1_000_00n);
    await bridge.assertBooksInOrder();
  });

  test('while somebody’s account is opened leaves one account', async () => {
    const citizenId = await bridge.citizen(3);
    const begin = (with_: CashOutDeps) => startOnboarding({ ...with_, appUrl: 'http://127.0.0.1:9' }, { citizenId });
    await expect(begin(mortal(2))).rejects.toThrow('killed');
    await Promise.all([begin(deps), begin(deps)]);
    const all = await deps.stripe.accounts.list({ limit: 100 });
    expect(all.data.filter(({ metadata }) => metadata?.['citizen_id'] === citizenId)).toHaveLength(1);
  });
});

describe('an answer that is lost', () => {
  test.each(['POST /v1/transfers', 'POST /v1/payouts'])(
    'of %s goes to the operators’ queue, is looked up, and is never sent twice',
    async (route) => {
      const { seller, id, operatorId } = await requested();
      fail('after', route, everyTry);
      await approveAndSend(deps, { cashOutId: id, operatorId });
      expect(await world.state(id)).toBe('unknown');
      clock.advance(60 * minuteMs);
      await workersGoOn();
      expect(await world.state(id), 'no worker decides about it').toBe('unknown');
      await resolveUnknown(deps, { cashOutId: id, operatorId, choice: 'look' });
      await assertPaidOnce({ id, seller });
    },
  );

  test('is looked up also where an operator wants to give back or to send again', async () => {
    for (const choice of ['give_back', 'send_again'] as const) {
      const { seller, id, operatorId } = await requested();
      fail('after', 'POST /v1/transfers', everyTry);
      await approveAndSend(deps, { cashOutId: id, operatorId });
      clock.advance(60 * minuteMs);
      expect(await resolveUnknown(deps, { cashOutId: id, operatorId, choice })).toEqual({ hasArrived: true });
      await assertPaidOnce({ id, seller });
    }
  });

  test('two operators who send again at once send one payment', async () => {
    const { seller, id, operatorId } = await requested();
    fail('before', 'POST /v1/transfers', everyTry);
    await approveAndSend(deps, { cashOutId: id, operatorId });
    expect(await world.state(id)).toBe('unknown');
    const again = () => resolveUnknown(deps, { cashOutId: id, operatorId, choice: 'send_again' });
    await Promise.allSettled([again(), again(), again()]);
    await workersGoOn();
    await assertPaidOnce({ id, seller });
  });

  test('what never arrived is given back only when nothing can be on its way any more', async () => {
    const { seller, id, operatorId } = await requested();
    fail('before', 'POST /v1/transfers', everyTry);
    await approveAndSend(deps, { cashOutId: id, operatorId });
    const giveBack = () => resolveUnknown(deps, { cashOutId: id, operatorId, choice: 'give_back' });
    clock.advance(5 * minuteMs);
    await expect(giveBack()).rejects.toMatchObject({ code: 'cash_out_too_fresh' });
    expect(await world.wallet(seller)).toBe(400_00n);
    clock.advance(11 * minuteMs);
    await giveBack();
    expect(await rowOf(id)).toMatchObject({ state: 'failed', failureCode: 'never_arrived' });
    expect(await world.wallet(seller)).toBe(1_000_00n);
    await expect(giveBack()).rejects.toMatchObject({ code: 'cash_out_not_unknown' });
    await expect(approveAndSend(deps, { cashOutId: id, operatorId })).rejects.toMatchObject({
      code: 'cash_out_decided',
    });
    expect(await lookUpCashOut(deps, { cashOutId: id })).toBeNull();
    await bridge.assertBooksInOrder();
  });
});

describe('a sweep', () => {
  test('by two workers at once sends each cash-out once', async () => {
    // One after the other: each moves the clock past the rest of its own bank account.
    const all = [await requested(), await requested(), await requested()];
    const approved = { state: 'approved', approvedAt: clock.now() };
    await database.client.cashOut.updateMany({ where: { id: { in: all.map(({ id }) => id) } }, data: approved });
    await Promise.all([workOnCashOuts(deps), workOnCashOuts(deps), workOnCashOuts(deps)]);
    for (const one of all) await assertPaidOnce(one);
  });

  test('waits where the house has not that much at Stripe, and then makes the very same payment', async () => {
    const { seller, id, operatorId } = await requested();
    const { available } = await deps.stripe.balance.retrieve();
    const amount = available[0]?.amount ?? 0;
    const emptied = await deps.stripe.payouts.create({ amount, currency: 'usd' });
    await approveAndSend(deps, { cashOutId: id, operatorId });
    expect(await rowOf(id)).toMatchObject({ state: 'processing', lastError: 'balance_insufficient', attempt: 1 });
    await workOnCashOuts(deps);
    expect(await world.transfersOf(id), 'not before its time').toEqual([]);
    await world.fillHouse();
    clock.advance(16 * minuteMs);
    await workOnCashOuts(deps);
    await assertPaidOnce({ id, seller });
    sandbox.control({ action: 'fail_payout', payout: emptied.id });
  });

  test('hears of the bank’s answer also when no event came', async () => {
    const { id, operatorId } = await requested();
    sandbox.control({ action: 'drop_next', count: 20 });
    await approveAndSend(deps, { cashOutId: id, operatorId });
    sandbox.control({ action: 'arrive', payout: (await rowOf(id)).stripePayoutId ?? '' });
    clock.advance(11 * minuteMs);
    await workOnCashOuts(deps);
    expect(await world.state(id)).toBe('paid');
    sandbox.control({ action: 'drop_next', count: 0 });
  });
});

describe('the bank’s answer', () => {
  test('may come before the payout was recorded, several times, and late: it counts once', async () => {
    const { seller, id, operatorId } = await requested();
    await expect(approveAndSend(mortal(5), { cashOutId: id, operatorId })).rejects.toThrow('killed');
    const [sent] = await payoutsOf(id);
    const which = { accountId: (await rowOf(id)).stripeAccountId, payoutId: sent?.id ?? '' };
    sandbox.control({ action: 'arrive', payout: which.payoutId });
    const paid = await payoutFrom(deps.stripe, which);
    expect(paid.status).toBe('paid');
    const hear = (payout: typeof paid) =>
      database.inTransaction((tx) => recordBank(tx, deps, { cashOutId: id, payout }));
    await Promise.all([hear(paid), hear(paid), hear(paid)]);
    expect(await world.state(id)).toBe('paid');
    sandbox.control({ action: 'fail_payout', payout: which.payoutId });
    const failed = await payoutFrom(deps.stripe, which);
    await hear(failed);
    await hear(failed);
    await workersGoOn();
    await hear(failed);
    await hear(paid);
    expect(await world.state(id)).toBe('returned');
    expect(await world.wallet(seller)).toBe(1_000_00n);
    const kinds = await database.client.cashOutEvent.findMany({ where: { cashOutId: id }, orderBy: { number: 'asc' } });
    expect(kinds.map(({ kind }) => kind).filter((kind) => ['paid', 'bank_failed', 'returned'].includes(kind))).toEqual([
      'paid',
      'bank_failed',
      'returned',
    ]);
    await bridge.assertBooksInOrder();
  });

  test('of somebody else’s payout changes nothing', async () => {
    const { id, operatorId } = await requested();
    await approveAndSend(deps, { cashOutId: id, operatorId });
    const payout = { id: 'po_other', status: 'paid', failureCode: null, cashOutId: id } as const;
    const hear = database.inTransaction((tx) => recordBank(tx, deps, { cashOutId: id, payout }));
    await expect(hear).rejects.toMatchObject({ code: 'payout_unknown' });
    expect(await world.state(id)).toBe('processing');
  });
});

/** The process dies at the moment it wants to call. */
function unreachable(): CashOutDeps['stripe'] {
  return new Proxy(deps.stripe, {
    get: () => {
      throw new Error('killed');
    },
  });
}
