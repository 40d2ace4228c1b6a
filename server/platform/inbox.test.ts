import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { systemIds } from '#server/platform/ids.ts';
import { attemptsMax, backOffMs, claimDue, drainInbox, type InboxHandler } from '#server/platform/inbox.ts';
import { storeEvent } from '#server/platform/inbox-store.ts';
import { inboxCounts, inboxEvents, replayEvent } from '#server/platform/inbox-reading.ts';
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
    receive: (eventId: string, objectId: string | null = null) =>
      storeEvent(deps, { source, eventId, objectId, type: 'thing.happened', payload: `{"id":"${eventId}"}` }),
    drain: (handler: InboxHandler) => drainInbox(deps, { source, handler, limit: 10 }),
    claim: (limit = 10) => database.inTransaction((tx) => claimDue(tx, { source, limit, now: clock.now() })),
    row: (eventId: string) =>
      database.client.inboxEvent.findUniqueOrThrow({ where: { source_eventId: { source, eventId } } }),
  };
}

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

test('two events of one object are never out at the same time, whoever claims; those of others are', async () => {
  const { receive, claim, drain, clock } = inbox();
  for (const number of [1, 2, 3]) {
    await receive(`evt_${String(number)}`, 'ch_1');
    // What arrives in one millisecond has no order.
    clock.advance(1);
  }
  await receive('evt_4', 'ch_2');
  await receive('evt_5');
  const claimed = (await Promise.all([claim(), claim(), claim()])).flat();
  expect(claimed.map(({ objectId }) => objectId).filter((id) => id === 'ch_1')).toHaveLength(1);
  expect(claimed).toHaveLength(3);
  // The workers died: each object is free again when its lease ends.
  clock.advance(91_000);
  const handled: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    await drain((event) => {
      if (event.objectId === 'ch_1') handled.push(event.eventId);
      return Promise.resolve({ state: 'handled' });
    });
  }
  expect(handled).toEqual(['evt_1', 'evt_2', 'evt_3']);
});

test('an event that waits after a failure does not keep back the next one of its object', async () => {
  const { receive, drain } = inbox();
  await receive('evt_1', 'ch_1');
  await drain(() => Promise.reject(new Error('Stripe is away')));
  await receive('evt_2', 'ch_1');
  expect(await drain(() => Promise.resolve({ state: 'handled' }))).toMatchObject({ claimed: 1, handled: 1 });
});

test('an event that was given up is handled again at once when an operator says so', async () => {
  const { receive, drain, row, clock } = inbox();
  await receive('evt_1');
  for (let round = 0; round < attemptsMax; round += 1) {
    await drain(() => Promise.reject(new Error('poison')));
    clock.advance(2 * 3_600_000);
  }
  const { id } = await row('evt_1');
  const [listed] = (await inboxEvents(database.client, { id: 'evt_1', state: 'failed', limit: 1 })).events;
  expect(listed).toMatchObject({ id, attempts: attemptsMax, nextAttemptAt: null, lastError: 'Error: poison' });
  await database.inTransaction((tx) => replayEvent(tx, { clock }, id));
  expect(await drain(() => Promise.resolve({ state: 'handled' }))).toMatchObject({ handled: 1 });
});

test('an event that is being handled is not replayed: event_in_work', async () => {
  const { receive, claim, row, clock } = inbox();
  await receive('evt_1');
  await claim();
  const { id } = await row('evt_1');
  const again = () => database.inTransaction((tx) => replayEvent(tx, { clock }, id));
  await expect(again()).rejects.toMatchObject({ kind: 'conflict', code: 'event_in_work' });
  clock.advance(91_000);
  await expect(again()).resolves.toBeUndefined();
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
