import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { systemIds } from '#server/platform/ids.ts';
import {
  attemptsMax,
  backOffMs,
  claimDue,
  drainInbox,
  inboxCounts,
  receiveEvent,
  type InboxHandler,
} from '#server/platform/inbox.ts';
import { once } from '#server/platform/once.ts';
import { movableClock } from '#server/testing/clock.ts';
import { testDatabase } from '#server/testing/database.ts';

once('log', () => pino({ level: 'silent' }));
const database = await testDatabase();
const start = new Date('2026-01-01T00:00:00Z');

/** Every test has a source of its own, so that they share a database without meeting. */
function inbox() {
  const source = `test-${randomUUID().slice(0, 8)}`;
  const clock = movableClock(start);
  const deps = { database, clock, ids: systemIds, jitter: () => 1 };
  return {
    source,
    clock,
    receive: (eventId: string) =>
      database.inTransaction((tx) =>
        receiveEvent(tx, deps, { source, eventId, type: 'thing.happened', payload: `{"id":"${eventId}"}` }),
      ),
    drain: (handler: InboxHandler) => drainInbox(deps, { source, handler, limit: 10 }),
    claim: (limit = 10) => database.inTransaction((tx) => claimDue(tx, { source, limit, now: clock.now() })),
    row: (eventId: string) =>
      database.client.inboxEvent.findUniqueOrThrow({ where: { source_eventId: { source, eventId } } }),
  };
}

test('an event is stored once, also when it arrives five times at once', async () => {
  const { receive, source } = inbox();
  const stored = await Promise.all(Array.from({ length: 5 }, () => receive('evt_1')));
  expect(stored.filter((isNew) => isNew)).toHaveLength(1);
  expect(await database.client.inboxEvent.count({ where: { source } })).toBe(1);
});

test('the effect and the handled mark are one transaction: an effect that fails leaves neither', async () => {
  const { receive, drain, row, source } = inbox();
  await receive('evt_1');
  const report = await drain(() =>
    Promise.resolve({
      state: 'handled',
      effect: async (tx) => {
        await tx.outboxEvent.create({
          data: { id: systemIds.uuid(), type: source, subject: 'x', payload: {}, occurredAt: start },
        });
        throw new Error('the effect failed half way');
      },
    }),
  );
  expect(report).toEqual({ claimed: 1, handled: 0, ignored: 0, failed: 1 });
  expect(await row('evt_1')).toMatchObject({
    state: 'failed',
    attempts: 1,
    lastError: 'Error: the effect failed half way',
  });
  expect(await database.client.outboxEvent.count({ where: { type: source } })).toBe(0);
});

test('a failed event is tried again only after a growing pause, and then succeeds', async () => {
  const { receive, drain, row, clock } = inbox();
  await receive('evt_1');
  await drain(() => Promise.reject(new Error('Stripe is away')));
  expect((await drain(() => Promise.resolve({ state: 'handled' }))).claimed).toBe(0);
  clock.advance(backOffMs(1, 1));
  expect(await drain(() => Promise.resolve({ state: 'handled' }))).toMatchObject({ handled: 1 });
  expect(await row('evt_1')).toMatchObject({ state: 'handled', attempts: 2, lastError: null });
});

test('an event that always fails is given up after a bounded number of attempts and stays visible', async () => {
  const { receive, drain, row, clock } = inbox();
  await receive('evt_1');
  let attempts = 0;
  for (let round = 0; round < attemptsMax + 5; round += 1) {
    attempts += (await drain(() => Promise.reject(new Error('poison')))).claimed;
    clock.advance(2 * 3_600_000);
  }
  expect(attempts).toBe(attemptsMax);
  expect(await row('evt_1')).toMatchObject({ state: 'failed', attempts: attemptsMax });
});

test('an unknown event is marked ignored', async () => {
  const { receive, drain, row } = inbox();
  await receive('evt_1');
  expect(await drain(() => Promise.resolve({ state: 'ignored' }))).toMatchObject({ ignored: 1 });
  expect(await row('evt_1')).toMatchObject({ state: 'ignored', handledAt: start });
});

test('two workers never claim the same event', async () => {
  const { receive, claim } = inbox();
  for (let number = 0; number < 20; number += 1) await receive(`evt_${String(number)}`);
  const claimed = (await Promise.all([claim(), claim(), claim()])).flat().map((event) => event.eventId);
  expect(new Set(claimed).size).toBe(claimed.length);
  expect((await claim(20)).length + claimed.length).toBe(20);
});

test('an event whose worker died comes back when its lease ends, and its effect happens once', async () => {
  const { receive, claim, drain, clock, source } = inbox();
  await receive('evt_1');
  expect(await claim()).toHaveLength(1);
  expect((await drain(() => Promise.resolve({ state: 'handled' }))).claimed).toBe(0);
  clock.advance(91_000);
  const handler: InboxHandler = (event) =>
    Promise.resolve({
      state: 'handled',
      effect: async (tx) => {
        await tx.outboxEvent.create({
          data: { id: systemIds.uuid(), type: source, subject: event.eventId, payload: {}, occurredAt: start },
        });
      },
    });
  const slow: InboxHandler = async (event) => {
    const outcome = await handler(event);
    // While this one is busy its lease ends and another worker handles the event.
    clock.advance(91_000);
    await drain(handler);
    return outcome;
  };
  await drain(slow);
  expect(await database.client.outboxEvent.count({ where: { type: source } })).toBe(1);
});

test('the overview counts events by state and names the oldest that waits', async () => {
  const { receive } = inbox();
  const before = await inboxCounts(database.client);
  await receive('evt_1');
  const after = await inboxCounts(database.client);
  expect(after.received - before.received).toBe(1);
  expect(after.oldestWaitingAt).toEqual(start);
});
