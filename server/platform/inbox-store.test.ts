import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { withClient } from '#server/testing/cluster.ts';
import { movableClock } from '#server/testing/clock.ts';
import { testDatabase } from '#server/testing/database.ts';
import { createDatabase, type Database } from '#server/platform/db.ts';
import { asRefusal } from '#server/platform/errors.ts';
import { systemIds } from '#server/platform/ids.ts';
import { storeEvent } from '#server/platform/inbox-store.ts';
import { once } from '#server/platform/once.ts';

once('log', () => pino({ level: 'silent' }));
const database = await testDatabase();

/** Events of a source of their own; `other` receives them as another process would. */
function arrivals() {
  const source = `test-${randomUUID().slice(0, 8)}`;
  const clock = movableClock(new Date('2026-01-01T00:00:00Z'));
  const receiveBy = (store: Database) => (eventId: string) =>
    storeEvent(
      { database: store, clock, ids: systemIds },
      { source, eventId, objectId: null, type: 'thing.happened', payload: `{"id":"${eventId}"}` },
    );
  const stored = async () => {
    const rows = await database.client.inboxEvent.findMany({ where: { source }, select: { eventId: true } });
    return rows.map(({ eventId }) => eventId).sort();
  };
  const statements = async () => {
    const rows = await database.client.$queryRaw<{ count: bigint }[]>`
      SELECT count(DISTINCT xmin::text) AS count FROM inbox_event WHERE source = ${source}`;
    return rows[0]?.count;
  };
  return { receive: receiveBy(database), receiveBy, stored, statements };
}

const numbered = (count: number) => Array.from({ length: count }, (_, number) => `evt_${String(number + 1_000)}`);

test('an event that arrives five times at once, among others, is stored once, and every sender hears that it is', async () => {
  const { receive, stored, statements } = arrivals();
  const ids = [...Array.from({ length: 5 }, () => 'evt_1'), 'evt_2', 'evt_2', 'evt_3'];
  await expect(Promise.all(ids.map((id) => receive(id)))).resolves.toHaveLength(8);
  expect(await stored()).toEqual(['evt_1', 'evt_2', 'evt_3']);
  expect(await statements()).toBe(1n);
  await receive('evt_1');
  expect(await stored()).toHaveLength(3);
});

test('500 events of one moment are stored in a few statements, and one that PostgreSQL cannot take keeps no other out', async () => {
  const { receive, stored, statements } = arrivals();
  const ids = numbered(500);
  // PostgreSQL has no text with this character.
  const poisoned = [...ids.slice(0, 250), 'evt_\u0000', ...ids.slice(250)];
  const results = await Promise.allSettled(poisoned.map((id) => receive(id)));
  expect(results.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([250]);
  expect(await stored()).toEqual(ids);
  // Eight travel as they arrived; the one with the refused event among them went again in halves.
  expect(await statements()).toBeLessThanOrEqual(16n);
});

test('each number of events that arrive at one moment is stored whole', async () => {
  for (const count of [1, 2, 3, 4, 5, 15, 16, 17, 31, 33, 63, 64, 65, 66]) {
    const { receive, stored } = arrivals();
    await Promise.all(numbered(count).map((id) => receive(id)));
    expect(await stored()).toEqual(numbered(count));
  }
});

test('two processes that are sent the same events in opposite order store each once', async () => {
  const { receiveBy, stored } = arrivals();
  const other = createDatabase(database.adminUrl);
  const ids = numbered(200);
  await Promise.all([...ids.map(receiveBy(database)), ...ids.toReversed().map(receiveBy(other))]);
  await other.close();
  expect(await stored()).toEqual(ids);
});

test('while too many wait, the next one is told to come again', async () => {
  const { receive, stored } = arrivals();
  const results = await Promise.allSettled(numbered(2_500).map((id) => receive(id)));
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  expect(refused).toHaveLength(500);
  expect(refused[0]).toMatchObject({ kind: 'unavailable', code: 'overloaded' });
  expect(await stored()).toHaveLength(2_000);
});

test('when PostgreSQL ends their connections, senders are told to come again, and nobody hears of an event that is not stored', async () => {
  const { receive, stored } = arrivals();
  const ids = numbered(40);
  await withClient(database.adminUrl, async (admin) => {
    await admin.query('BEGIN; LOCK TABLE inbox_event');
    const answers = Promise.allSettled(ids.map((id) => receive(id)));
    const waiting = `FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    let ended = 0;
    while (ended === 0) ended = (await admin.query(`SELECT pg_terminate_backend(pid) ${waiting}`)).rowCount ?? 0;
    await admin.query('COMMIT');
    const results = await answers;
    const told = ids.filter((_id, index) => results[index]?.status === 'fulfilled');
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(refused.length).toBeGreaterThan(0);
    for (const reason of refused) expect(asRefusal(reason)?.kind).toBe('unavailable');
    expect(await stored()).toEqual(told);
  });
  await Promise.all(ids.map((id) => receive(id)));
  expect(await stored()).toEqual(ids);
});
