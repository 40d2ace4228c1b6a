import { pino } from 'pino';
import { expect, test } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { groupTotal } from '#server/ledger/groups.ts';
import { setVelocityLimits, velocityLimits } from '#server/ledger/limits.ts';
import { deliverCrossings, foldAccountGroups, logCrossing, trimCounters } from '#server/ledger/maintenance-jobs.ts';
import { deliveryMax, setMonitor } from '#server/ledger/monitors.ts';
import { systemClock } from '#server/platform/clock.ts';
import { systemIds } from '#server/platform/ids.ts';
import { once } from '#server/platform/once.ts';
import { testDatabase } from '#server/testing/database.ts';
import { ledgerClock } from '#server/testing/ledger-clock.ts';
import { untilSettled } from '#server/testing/ledger-contention.ts';
import { openOwner } from '#server/testing/ledger-owner.ts';
import { books, move } from '#server/testing/ledger.ts';

/** What this process logs, line by line. */
const logged: string[] = [];
once('log', () => pino({}, { write: (line: string) => logged.push(line) }));

const database = await testDatabase();
const ledger = books(database);
const clock = ledgerClock(database);
const issuance = systemAccountId('issuance', 'DUCAT');

test('trimming takes exactly the counters that no limit counts any more', async () => {
  await clock.advanceToNoon();
  const owner = await openOwner(database, 1_000n);
  const purchases = { asset: 'DUCAT', kind: 'purchase', side: 'debit', amountMinorMax: 100n } as const;
  await database.inTransaction((tx) =>
    setVelocityLimits(tx, owner.name, [
      { ...purchases, period: '24_hours' },
      { ...purchases, period: '30_days' },
    ]),
  );
  const buy = async () =>
    ledger.post([move({ from: owner.wallet, to: issuance, amountMinor: 10n, kind: 'purchase', id: await clock.id() })]);
  const used = async () => (await velocityLimits(database.client, owner.name)).map(({ usedMinor }) => usedMinor);
  await buy();
  await clock.advance(24 * 3_600);
  await buy();
  expect(await trimCounters(database)).toBe(0);
  expect(await used()).toEqual([20n, 20n]);
  await clock.advance(3 * 3_600);
  expect(await trimCounters(database)).toBe(1);
  expect(await used()).toEqual([10n, 20n]);
  await clock.advance(29 * 86_400);
  expect(await used()).toEqual([0n, 20n]);
  expect(await trimCounters(database)).toBe(1);
  await clock.advance(3 * 86_400);
  expect(await trimCounters(database)).toBe(2);
  expect(await used()).toEqual([0n, 0n]);
  expect(await trimCounters(database)).toBe(0);
});

test('a delivery brings and logs more crossings than fit into one transaction, and a second one finds none', async () => {
  const account = await ledger.wallet();
  const monitor = { accountId: account, measure: 'balance', thresholdMinor: 1n } as const;
  await database.inTransaction((tx) => setMonitor(tx, { ...monitor, comparison: 'below' }));
  await database.inTransaction((tx) => setMonitor(tx, { ...monitor, comparison: 'at_or_above' }));
  const count = deliveryMax + 2;
  const id = await clock.id();
  const requests = Array.from({ length: count }, (_, place) => {
    const [from, to] = place % 2 === 0 ? [issuance, account] : [account, issuance];
    return move({ from, to, amountMinor: 1n, id: `${id.slice(0, 24)}${String(place).padStart(12, '0')}` });
  });
  await ledger.post(requests);
  await untilSettled(database);
  const deps = { clock: systemClock, ids: systemIds, report: logCrossing };
  expect(await deliverCrossings(database, deps)).toBe(count);
  expect(await deliverCrossings(database, deps)).toBe(0);
  const warnings = logged
    .map((line) => JSON.parse(line) as { level: number; accountId: string; version: string; msg: string })
    .filter(({ level, accountId }) => level === 40 && accountId === String(account));
  expect(warnings.map(({ version }) => BigInt(version))).toEqual(requests.map((_, place) => BigInt(place + 1)));
  expect(new Set(warnings.map(({ msg }) => msg))).toEqual(new Set(['a watched balance crossed its line']));
  const where = { type: 'ledger.balance_crossed', subject: String(account) };
  expect(await database.client.outboxEvent.count({ where })).toBe(count);
});

test('folding takes what was booked into the figures of the groups', async () => {
  await openOwner(database, 5n);
  await untilSettled(database);
  expect(await foldAccountGroups(database)).toBeGreaterThan(0);
  const { totalMinor, foldedMinor, tailRows } = await groupTotal(database.client, 'held_by_citizens');
  expect([foldedMinor, tailRows]).toEqual([totalMinor, 0]);
});
