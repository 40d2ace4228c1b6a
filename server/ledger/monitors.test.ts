import { describe, expect, it, test } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { deliverCrossings } from '#server/ledger/maintenance-jobs.ts';
import {
  deliverMonitorEvents,
  deliveryMax,
  latestCrossings,
  monitorsOf,
  monitorsPerAccountMax,
  removeMonitor,
  setMonitor,
  type BalanceMonitor,
} from '#server/ledger/monitors.ts';
import { post } from '#server/ledger/transfers.ts';
import { systemClock } from '#server/platform/clock.ts';
import { systemIds } from '#server/platform/ids.ts';
import { testDatabase } from '#server/testing/database.ts';
import { deadlocks, openTransaction, untilSettled } from '#server/testing/ledger-contention.ts';
import { books, move } from '#server/testing/ledger.ts';

const connections = 8;
const database = await testDatabase({ connectionsMax: connections + 4 });
const { wallet, ...ledger } = books(database);
const issuance = systemAccountId('issuance', 'DUCAT');
const deps = { clock: systemClock, ids: systemIds };

function watch(accountId: bigint, rest: Partial<BalanceMonitor> = {}): Promise<bigint> {
  const monitor = { accountId, measure: 'balance', comparison: 'below', thresholdMinor: 50n, ...rest } as const;
  return database.inTransaction((tx) => setMonitor(tx, monitor));
}

const deliverNow = () => deliverCrossings(database, deps);
const deliver = async () => {
  await untilSettled(database);
  return deliverNow();
};

/** What was delivered about an account, in the order of its versions. */
async function delivered(accountId: bigint): Promise<unknown[]> {
  const events = await database.client.outboxEvent.findMany({
    where: { type: 'ledger.balance_crossed', subject: accountId.toString() },
  });
  const payloads = events.map(({ payload }) => payload as { version: string; monitorId: string });
  return payloads.sort((a, b) => Number(a.version) - Number(b.version) || Number(a.monitorId) - Number(b.monitorId));
}

const spend = (from: bigint, amountMinor: bigint) => move({ from, to: issuance, amountMinor });
const earn = (to: bigint, amountMinor: bigint) => move({ from: issuance, to, amountMinor });

describe('a monitor', () => {
  it('raises one event when its line is crossed, and none while the balance stays beyond it', async () => {
    const account = await wallet(100n);
    const monitorId = await watch(account);
    await ledger.post([spend(account, 50n)]);
    expect(await deliver()).toBe(0);
    await ledger.post([spend(account, 1n)]);
    await ledger.post([spend(account, 9n), spend(account, 10n)]);
    expect(await deliver()).toBe(1);
    const [event] = await delivered(account);
    expect(event).toEqual({
      monitorId: String(monitorId),
      accountId: String(account),
      version: '3',
      measure: 'balance',
      comparison: 'below',
      thresholdMinor: '50',
      figureMinor: '49',
      occurredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
    });
    expect(await deliver()).toBe(0);
    expect(await delivered(account)).toHaveLength(1);
  });

  it('raises one event per crossing, also back and forth within one batch, each for its own direction', async () => {
    const account = await wallet(100n);
    await watch(account);
    await watch(account, { comparison: 'at_or_above' });
    await ledger.post([
      spend(account, 60n),
      earn(account, 20n),
      spend(account, 20n),
      earn(account, 10n),
      spend(account, 1n),
    ]);
    await deliver();
    expect(await delivered(account)).toMatchObject([
      { comparison: 'below', version: '2', figureMinor: '40' },
      { comparison: 'at_or_above', version: '3', figureMinor: '60' },
      { comparison: 'below', version: '4', figureMinor: '40' },
      { comparison: 'at_or_above', version: '5', figureMinor: '50' },
      { comparison: 'below', version: '6', figureMinor: '49' },
    ]);
  });

  it('of what is available also sees reservations and what gives them back; one of the balance does not', async () => {
    const account = await wallet(100n);
    await watch(account, { measure: 'available' });
    await watch(account);
    const hold = move({ from: account, to: issuance, amountMinor: 60n, pending: {} });
    await ledger.post([hold]);
    await ledger.post([move({ from: account, to: issuance, amountMinor: 0n, voidPendingId: hold.id })]);
    await ledger.post([move({ from: account, to: issuance, amountMinor: 51n, pending: {} })]);
    await deliver();
    expect(await delivered(account)).toMatchObject([
      { measure: 'available', version: '2', figureMinor: '40' },
      { measure: 'available', version: '4', figureMinor: '49' },
    ]);
  });

  it('raises nothing for a refusal, an undone group or a call that was rolled back', async () => {
    const account = await wallet(100n);
    await watch(account);
    await ledger.post([spend(account, 500n), { ...spend(account, 60n), linked: true }, spend(account, 60n)]);
    const failing = database.inTransaction(async (tx) => {
      await post(tx, [spend(account, 60n)]);
      throw new Error('rolled back on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await deliver()).toBe(0);
  });

  it('that is set when its condition is met already waits for the next crossing', async () => {
    const account = await wallet(10n);
    await watch(account);
    await ledger.post([spend(account, 1n)]);
    expect(await deliver()).toBe(0);
    await ledger.post([earn(account, 100n), spend(account, 100n)]);
    expect(await deliver()).toBe(1);
  });

  it('of an account that never had an entry starts from nothing', async () => {
    const account = await wallet();
    await watch(account, { comparison: 'at_or_above', thresholdMinor: 0n });
    await watch(account, { comparison: 'at_or_above', thresholdMinor: 1n });
    await ledger.post([earn(account, 1n)]);
    await deliver();
    expect(await delivered(account)).toMatchObject([{ thresholdMinor: '1' }]);
  });

  it('set twice is one; removed, it raises nothing more and what it raised is dropped', async () => {
    const account = await wallet(100n);
    const id = await watch(account);
    expect(await watch(account)).toBe(id);
    expect(await monitorsOf(database.client, account)).toEqual([
      { id, accountId: account, measure: 'balance', comparison: 'below', thresholdMinor: 50n },
    ]);
    await ledger.post([spend(account, 60n)]);
    expect(await database.inTransaction((tx) => removeMonitor(tx, id))).toBe(true);
    await ledger.post([earn(account, 60n), spend(account, 60n)]);
    expect(await deliver()).toBe(1);
    expect(await delivered(account)).toEqual([]);
    expect(await database.inTransaction((tx) => removeMonitor(tx, id))).toBe(false);
  });

  it('is seen by the sort of account that crossed it, newest first and not more than asked for', async () => {
    const account = await wallet(100n);
    await watch(account, { measure: 'available' });
    await watch(issuance, { comparison: 'at_or_above', thresholdMinor: 0n });
    for (const amountMinor of [60n, 60n, 60n]) {
      await ledger.post([spend(account, amountMinor)]);
      await ledger.post([earn(account, amountMinor)]);
      await deliver();
    }
    const seen = await latestCrossings(database.client, 2);
    const crossing = { kind: 'wallet', asset: 'DUCAT', isHouse: false, measure: 'available', comparison: 'below' };
    expect(seen).toMatchObject([1, 2].map(() => ({ ...crossing, thresholdMinor: 50n, figureMinor: 40n })));
    const all = await latestCrossings(database.client, deliveryMax);
    expect(all.slice(0, 2)).toEqual(seen);
    const times = all.map(({ occurredAt }) => occurredAt.getTime());
    expect(times).toEqual(times.toSorted((left, right) => right - left));
    await expect(latestCrossings(database.client, deliveryMax + 1)).rejects.toThrow('1 to 500');
  });

  it('of no account, at an impossible line, or one too many is refused', async () => {
    await expect(watch(987_654_321n)).rejects.toMatchObject({ kind: 'not_found', code: 'account_not_found' });
    const account = await wallet();
    await expect(watch(account, { thresholdMinor: 10n ** 19n })).rejects.toMatchObject({
      code: 'threshold_out_of_range',
    });
    for (let line = 0n; line < monitorsPerAccountMax; line += 1n) await watch(account, { thresholdMinor: line });
    await expect(watch(account, { thresholdMinor: 99n })).rejects.toMatchObject({ code: 'too_many_monitors' });
    expect(await watch(account, { thresholdMinor: 0n })).toBeGreaterThan(0n);
  });
});

test('a crossing in a call that is not finished is delivered after it, and none is lost to one that overtook it', async () => {
  const [slow, fast] = [await wallet(100n), await wallet(100n)];
  await watch(slow);
  await watch(fast);
  const treasury = systemAccountId('treasury', 'DUCAT');
  const open = await openTransaction(database, (tx) =>
    post(tx, [move({ from: slow, to: treasury, amountMinor: 60n })]),
  );
  await ledger.post([spend(fast, 60n)]);
  expect(await deliverNow()).toBe(0);
  await open.commit();
  expect(await deliver()).toBe(2);
  expect([await delivered(slow), await delivered(fast)].map((events) => events.length)).toEqual([1, 1]);
});

test('a delivery that is rolled back delivers later, once', async () => {
  const account = await wallet(100n);
  await watch(account);
  await ledger.post([spend(account, 60n)]);
  await untilSettled(database);
  const failing = database.inTransaction(async (tx) => {
    expect(await deliverMonitorEvents(tx, deps)).toMatchObject({ taken: 1 });
    throw new Error('rolled back on purpose');
  });
  await expect(failing).rejects.toThrow('on purpose');
  expect(await delivered(account)).toEqual([]);
  expect(await deliver()).toBe(1);
  expect(await delivered(account)).toHaveLength(1);
});

test('8 connections that cross the line while two deliver bring each crossing exactly once', async () => {
  const [account, other] = [await wallet(100n), await wallet(10_000n)];
  await watch(account);
  await watch(account, { comparison: 'at_or_above' });
  let isPosting = true;
  const deliverer = async () => {
    while (isPosting) await deliverNow();
  };
  const poster = async () => {
    for (let round = 0; round < 15; round += 1) {
      await ledger.post([
        move({ from: account, to: other, amountMinor: 60n }),
        move({ from: other, to: account, amountMinor: 60n }),
      ]);
    }
  };
  const deliverers = [deliverer(), deliverer()];
  await Promise.all(Array.from({ length: connections }, poster));
  isPosting = false;
  await Promise.all(deliverers);
  await deliver();
  const entries = await database.client.ledgerEntry.findMany({
    where: { accountId: account },
    orderBy: { version: 'asc' },
  });
  const crossed = entries.flatMap(({ version, balance }, place) => {
    const before = entries[place - 1]?.balance ?? 0n;
    if (before >= 50n === balance >= 50n || place === 0) return [];
    return [{ version: String(version), comparison: balance < 50n ? 'below' : 'at_or_above' }];
  });
  expect(crossed.length).toBe(connections * 15 * 2);
  const events = await delivered(account);
  expect(events).toMatchObject(crossed);
  expect(events).toHaveLength(crossed.length);
  expect(await deadlocks(database)).toBe(0n);
});

test('the books are in order after all of this', async () => {
  expect(await checkLedger(database.client)).toMatchObject({ ok: true, findings: [] });
});
