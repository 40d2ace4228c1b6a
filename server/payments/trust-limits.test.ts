import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { assignTrust, trustStanding } from '#server/citizens/trust.ts';
import { noteTrustEvent } from '#server/citizens/trust-events.ts';
import { findAccount, openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { setVelocityLimits, velocityLimits } from '#server/ledger/limits.ts';
import { post } from '#server/ledger/transfers.ts';
import { fulfil, startTopUp } from '#server/payments/flows.ts';
import { releaseWaitingTopUps } from '#server/payments/jobs.ts';
import { topUpById } from '#server/payments/queries.ts';
import type { TopUpChoice } from '#server/payments/schema.ts';
import { topUpRoom } from '#server/payments/top-up-room.ts';
import { systemIds } from '#server/platform/ids.ts';
import { ledgerClock } from '#server/testing/ledger-clock.ts';
import { move } from '#server/testing/ledger.ts';
import { testBridge, type OpenTopUp } from '#server/testing/payments.ts';

const bridge = await testBridge();
const { database, deps } = bridge;
const { client } = database;
const ledger = ledgerClock(database);
const connections = 16;
const hourMs = 3_600_000;

const explorer: TopUpChoice = { kind: 'package', packageId: 'explorer' };
const cents = (priceMinor: bigint): TopUpChoice => ({ kind: 'custom', priceMinor });
const walletOf = (citizenId: string) => bridge.balance(citizenId, 'wallet', 'DUCAT');
const stateOf = async (topUp: OpenTopUp) => (await topUpById(client, topUp.topUpId))?.state;

async function paid(citizenId: string, choice?: TopUpChoice): Promise<OpenTopUp> {
  const topUp = await bridge.start(choice, citizenId);
  bridge.pay(topUp.sessionId);
  return topUp;
}

/** Paid by somebody whom the ledger lets buy nothing. */
async function waiting(choice: TopUpChoice): Promise<OpenTopUp> {
  const citizenId = await bridge.citizen(3);
  const topUp = await paid(citizenId, choice);
  await database.inTransaction((tx) =>
    setVelocityLimits(tx, citizenId, [
      { asset: 'DUCAT', kind: 'top_up_base', side: 'credit', period: '24_hours', amountMinorMax: 1n },
    ]),
  );
  await fulfil(deps, { sessionId: topUp.sessionId });
  expect(await stateOf(topUp)).toBe('waiting');
  return topUp;
}

const roomOf = async (citizenId: string) => {
  const { limits } = await trustStanding(client, { citizenId, now: deps.clock.now() });
  return topUpRoom(client, { citizenId, limits });
};

/** Whatever an operator gave is taken back: the citizen stands where the facts put a newcomer. */
async function fall(citizenId: string): Promise<void> {
  const decision = { level: null, contract: null, reason: 'Back to the facts.', decidedBy: null };
  await database.inTransaction((tx) => assignTrust(tx, { citizenId, ...decision, ...deps }));
  await bridge.refreshTrust(citizenId);
}

/** Both clocks, because the ledger counts by its own. */
async function laterBy(seconds: number): Promise<void> {
  bridge.clock.advance(seconds * 1_000);
  await ledger.advance(seconds);
}

const later = (hours: number) => laterBy(hours * 3_600);

describe('a citizen of level 0', () => {
  test(`is never credited more than 50 dollars of ducats in 24 hours, over ${String(connections)} connections at once`, async () => {
    const citizenId = await bridge.citizen(null);
    await bridge.refreshTrust(citizenId);
    const topUp = await bridge.start(cents(1_000n), citizenId);
    bridge.pay(topUp.sessionId);
    await fulfil(deps, { sessionId: topUp.sessionId });
    const to = (await findAccount(client, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' })) ?? 0n;
    const from = systemAccountId('issuance', 'DUCAT');
    const credit = () =>
      database.inTransaction((tx) => post(tx, [move({ from, to, amountMinor: 4_000n, kind: 'top_up_base' })]));
    const results = (await Promise.all(Array.from({ length: connections }, credit))).flat();
    expect(results.filter(({ status }) => status === 'created')).toHaveLength(10);
    expect(results.filter((each) => each.status === 'refused' && each.code === 'limit_exceeded')).toHaveLength(6);
    expect(await walletOf(citizenId)).toBe(50_000n);
  });

  test('is refused before paying what the limits leave no room for, and told what is left and when more is', async () => {
    bridge.clock.set(await ledger.now());
    const citizenId = await bridge.citizen(null);
    const tooMuch = startTopUp(deps, { citizenId, choice: cents(5_001n), key: randomUUID() });
    await expect(tooMuch).rejects.toMatchObject({
      kind: 'forbidden',
      code: 'top_up_limit',
      details: { leftUsdMinor: '5000', moreFrom: null, level: 0, nextLevel: 1 },
    });
    const first = await paid(citizenId);
    await fulfil(deps, { sessionId: first.sessionId });
    const second = startTopUp(deps, { citizenId, choice: explorer, key: randomUUID() });
    const hour = Math.floor(deps.clock.now().getTime() / hourMs) * hourMs;
    await expect(second).rejects.toMatchObject({
      code: 'top_up_limit',
      details: {
        leftUsdMinor: '4000',
        moreFrom: new Date(hour + 25 * hourMs).toISOString(),
        missing: 'account_age,verified_email,second_factor,clean_purchase',
      },
    });
    expect(await client.topUp.count({ where: { citizenId } })).toBe(1);
    await expect(bridge.start(cents(4_000n), citizenId)).resolves.toMatchObject({ citizenId });
  });

  test('has room again when the refusal said so, and not before', async () => {
    bridge.clock.set(await ledger.now());
    const citizenId = await bridge.citizen(null);
    const first = await paid(citizenId, explorer);
    await fulfil(deps, { sessionId: first.sessionId });
    const again = () => startTopUp(deps, { citizenId, choice: explorer, key: randomUUID() });
    const refusal = (await again().catch((error: unknown) => error)) as { details: { moreFrom: string } };
    const waitMs = new Date(refusal.details.moreFrom).getTime() - deps.clock.now().getTime();
    await laterBy(Math.floor(waitMs / 1_000) - 30);
    await expect(again()).rejects.toMatchObject({ code: 'top_up_limit' });
    await laterBy(31);
    await expect(again()).resolves.toMatchObject({ topUpId: expect.any(String) as string });
  });

  test('repeats an attempt by its key although there is no more room for another', async () => {
    const input = { citizenId: await bridge.citizen(null), choice: explorer, key: randomUUID() };
    const first = await startTopUp(deps, input);
    expect(await startTopUp(deps, input)).toEqual(first);
  });

  test('with one page to pay on opens another: the first one closes where both would be too much', async () => {
    const citizenId = await bridge.citizen(null);
    const left = await bridge.start(cents(3_000n), citizenId);
    const beside = await bridge.start(cents(2_000n), citizenId);
    expect([await stateOf(left), await stateOf(beside)]).toEqual(['open', 'open']);
    const instead = await bridge.start(cents(3_000n), citizenId);
    expect([await stateOf(left), await stateOf(beside), await stateOf(instead)]).toEqual(['expired', 'open', 'open']);
    const session = await deps.stripe.checkout.sessions.retrieve(left.sessionId);
    expect(session.status).toBe('expired');
  });

  test('who paid a page meanwhile has it credited, and pays no second one beyond the limit', async () => {
    const citizenId = await bridge.citizen(null);
    const first = await paid(citizenId, cents(3_000n));
    const second = startTopUp(deps, { citizenId, choice: cents(3_000n), key: randomUUID() });
    await expect(second).rejects.toMatchObject({ code: 'top_up_limit', details: { leftUsdMinor: '2000' } });
    expect(await stateOf(first)).toBe('credited');
    expect(await walletOf(citizenId)).toBe(30_000n);
  });
});

describe('what is paid beyond the limits', () => {
  test('is booked in dollars, and its ducats wait in suspense until there is room: none is lost, none comes twice', async () => {
    await ledger.advanceToNoon();
    bridge.clock.set(await ledger.now());
    const [suspense, float] = [await bridge.house('suspense', 'DUCAT'), await bridge.house('ducat_float', 'USD')];
    const citizenId = await bridge.citizen(3);
    const topUps = await Promise.all(Array.from({ length: connections }, () => paid(citizenId)));
    await fall(citizenId);
    await Promise.all(topUps.map(({ sessionId }) => fulfil(deps, { sessionId })));
    const states = await Promise.all(topUps.map(stateOf));
    expect(states.toSorted()).toEqual([...Array<string>(5).fill('credited'), ...Array<string>(11).fill('waiting')]);
    expect(await walletOf(citizenId)).toBe(50_000n);
    expect((await bridge.house('suspense', 'DUCAT')) - suspense).toBe(110_000n);
    expect((await bridge.house('ducat_float', 'USD')) - float).toBe(16_000n);
    expect(await bridge.house('bridge', 'USD')).toBe(0n);

    expect(await releaseWaitingTopUps(deps)).toBe(0);
    await later(25);
    const both = await Promise.all([releaseWaitingTopUps(deps), releaseWaitingTopUps(deps)]);
    expect(both[0] + both[1]).toBe(5);
    expect(await walletOf(citizenId)).toBe(100_000n);
    await later(25);
    expect(await releaseWaitingTopUps(deps)).toBe(5);
    await later(25);
    expect(await releaseWaitingTopUps(deps)).toBe(1);
    expect(await releaseWaitingTopUps(deps)).toBe(0);
    expect(await walletOf(citizenId)).toBe(160_000n);
    expect(await bridge.house('suspense', 'DUCAT')).toBe(suspense);
    await bridge.assertBooksInOrder();
  });

  test('takes its bonus along, and counts as used while it waits', async () => {
    bridge.clock.set(await ledger.now());
    const citizenId = await bridge.citizen(3);
    const topUp = await paid(citizenId, explorer);
    const other = await paid(citizenId, cents(1_000n));
    await fall(citizenId);
    await fulfil(deps, { sessionId: other.sessionId });
    await fulfil(deps, { sessionId: topUp.sessionId });
    await fulfil(deps, { sessionId: topUp.sessionId });
    expect(await stateOf(topUp)).toBe('waiting');
    expect(await roomOf(citizenId)).toMatchObject({ day: { usedMinor: 6_000n, leftMinor: 0n } });
    await later(25);
    await releaseWaitingTopUps(deps);
    expect(await walletOf(citizenId)).toBe(10_000n + 52_500n);
    expect(await topUpById(client, topUp.topUpId)).toMatchObject({ state: 'credited', creditedAt: deps.clock.now() });
  });

  test('and finds no room keeps nobody behind it waiting, however many it is', async () => {
    bridge.clock.set(await ledger.now());
    const stuck = await Promise.all([1, 2, 3].map(() => waiting(explorer)));
    const fits = await waiting(cents(1_000n));
    await database.inTransaction((tx) => setVelocityLimits(tx, fits.citizenId, []));
    expect(await releaseWaitingTopUps(deps, {}, 1)).toBe(1);
    expect(await stateOf(fits)).toBe('credited');
    expect(await Promise.all(stuck.map(stateOf))).toEqual(['waiting', 'waiting', 'waiting']);
  });

  test('by an event of Stripe is handled like any other, once', async () => {
    bridge.clock.set(await ledger.now());
    const citizenId = await bridge.citizen(3);
    const topUp = await paid(citizenId, explorer);
    await database.inTransaction((tx) =>
      setVelocityLimits(tx, citizenId, [
        { asset: 'DUCAT', kind: 'top_up_base', side: 'credit', period: '24_hours', amountMinorMax: 1n },
      ]),
    );
    await bridge.delivered('checkout.session.completed', topUp.sessionId);
    expect(await bridge.drain()).toMatchObject({ failed: 0 });
    expect(await stateOf(topUp)).toBe('waiting');
    expect(await walletOf(citizenId)).toBe(0n);
  });
});

describe('the books obey a standing', () => {
  test('with the limits of the level in ducats, set anew only where they change', async () => {
    const citizenId = await bridge.citizen(1);
    await bridge.refreshTrust(citizenId);
    const limits = await velocityLimits(client, citizenId);
    expect(limits.map(({ kind, side, period, amountMinorMax }) => [kind, side, period, amountMinorMax])).toEqual([
      ['top_up_base', 'credit', '24_hours', 200_000n],
      ['top_up_base', 'credit', '30_days', 1_000_000n],
      ['cash_out', 'debit', '24_hours', 0n],
      ['cash_out', 'debit', '30_days', 0n],
      ['peer_transfer', 'debit', '24_hours', 200_000n],
      ['peer_transfer', 'debit', '30_days', 1_000_000n],
    ]);
    const rows = () => client.$queryRaw<{ xmin: string }[]>`
      SELECT xmin::text FROM ledger.velocity_limit WHERE owner = ${citizenId} ORDER BY period`;
    const before = await rows();
    await bridge.refreshTrust(citizenId);
    expect(await rows()).toEqual(before);
    await fall(citizenId);
    expect((await velocityLimits(client, citizenId))[0]).toMatchObject({ amountMinorMax: 50_000n });
  });

  test('and let out for dollars what the level allows, and nothing while a reset waits', async () => {
    const citizenId = await bridge.citizen(2);
    await bridge.refreshTrust(citizenId);
    const wallet = await database.inTransaction((tx) =>
      openAccount(tx, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' }),
    );
    const earned = move({
      from: systemAccountId('issuance', 'DUCAT'),
      to: wallet,
      amountMinor: 9_000_000n,
      kind: 'mint',
    });
    await database.inTransaction((tx) => post(tx, [earned]));
    const cashOut = (amountMinor: bigint) => {
      const transfer = move({ from: wallet, to: systemAccountId('treasury', 'DUCAT'), amountMinor, kind: 'cash_out' });
      return database.inTransaction((tx) => post(tx, [transfer]));
    };
    // 500 dollars a day are 5,000 ducats.
    const results = (await Promise.all(Array.from({ length: connections }, () => cashOut(50_000n)))).flat();
    expect(results.filter(({ status }) => status === 'created')).toHaveLength(10);
    expect(results.filter((each) => each.status === 'refused' && each.code === 'limit_exceeded')).toHaveLength(6);
    await later(26);
    expect(await cashOut(50_000n)).toMatchObject([{ status: 'created' }]);
    const occurredAt = deps.clock.now();
    const reset = { citizenId, kind: 'factors_reset', reference: citizenId, occurredAt, ids: systemIds } as const;
    await database.inTransaction((tx) => noteTrustEvent(tx, reset));
    await bridge.refreshTrust(citizenId);
    expect(await cashOut(1n)).toMatchObject([{ code: 'limit_exceeded' }]);
    await later(5 * 24);
    // Until there is a second factor again, the limits are those of level 0.
    await bridge.refreshTrust(citizenId);
    expect(await cashOut(1n)).toMatchObject([{ code: 'limit_exceeded' }]);
    await database.client.citizen.update({ where: { id: citizenId }, data: { hasSecondFactor: true } });
    await bridge.refreshTrust(citizenId);
    expect(await cashOut(1n)).toMatchObject([{ status: 'created' }]);
  });

  test('and freeze the wallet from a chargeback until it is settled: nothing is spent and nothing bought', async () => {
    bridge.clock.set(await ledger.now());
    const citizenId = await bridge.citizen(3);
    const topUp = await paid(citizenId);
    await fulfil(deps, { sessionId: topUp.sessionId });
    bridge.clock.advance(1_000);
    const note = (kind: 'chargeback' | 'chargeback_settled') =>
      database.inTransaction((tx) =>
        noteTrustEvent(tx, {
          citizenId,
          kind,
          reference: topUp.topUpId,
          occurredAt: deps.clock.now(),
          ids: systemIds,
        }),
      );
    await note('chargeback');
    await bridge.refreshTrust(citizenId);
    const from = (await findAccount(client, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' })) ?? 0n;
    const spend = async () => {
      const transfer = move({ from, to: systemAccountId('fees', 'DUCAT'), amountMinor: 1n, kind: 'purchase' });
      return await database.inTransaction((tx) => post(tx, [transfer]));
    };
    expect(await spend()).toMatchObject([{ code: 'account_frozen' }]);
    await expect(bridge.start(cents(1_000n), citizenId)).rejects.toMatchObject({ code: 'trust_frozen' });
    bridge.clock.advance(1_000);
    await note('chargeback_settled');
    expect(await bridge.refreshTrust(citizenId)).toMatchObject({ level: 0, isFrozen: false });
    expect(await spend()).toMatchObject([{ status: 'created' }]);
    await expect(bridge.start(cents(1_000n), citizenId)).resolves.toMatchObject({ citizenId });
  });

  test('of a closed account are left as they are, and nothing is sold to it', async () => {
    const citizenId = await bridge.citizen(3);
    await client.citizen.update({ where: { id: citizenId }, data: { closedAt: deps.clock.now() } });
    await expect(bridge.start(cents(1_000n), citizenId)).rejects.toMatchObject({ code: 'account_closed' });
    expect(await velocityLimits(client, citizenId)).toEqual([]);
  });
});
