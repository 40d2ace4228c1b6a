import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { expect, it, vi } from 'vitest';
import { testDatabase } from '#server/testing/database.ts';

const database = await testDatabase({ connectionsMax: 1 });
const { client } = database;

/** What is sent, each time waiting for the answer. */
async function sentBy(work: () => Promise<unknown>): Promise<number> {
  const sent = vi.spyOn(Client.prototype, 'query');
  try {
    await work().catch(() => null);
    return sent.mock.calls.length;
  } finally {
    sent.mockRestore();
  }
}

const flag = (name: string) => ({ id: randomUUID(), type: name, subject: 'a', payload: {}, occurredAt: new Date() });
const kept = (type: string) => client.outboxEvent.count({ where: { type } });

it('a transaction of one statement is two round trips, and one that asks nothing is none', async () => {
  const one = () => database.inTransaction((tx) => tx.$queryRaw`SELECT 1 AS one`);
  await one();
  expect(await sentBy(one)).toBe(2);
  expect(await sentBy(() => database.inTransaction(() => Promise.resolve()))).toBe(0);
});

it('the first statement is inside of its transaction: what it wrote goes back with the rest', async () => {
  // Often enough that the statement is prepared meanwhile.
  for (let turn = 0; turn < 25; turn += 1) {
    const failing = database.inTransaction(async (tx) => {
      await tx.outboxEvent.createMany({ data: [flag('test.back')] });
      throw new Error('not this time');
    });
    await expect(failing).rejects.toThrow('not this time');
  }
  expect(await kept('test.back')).toBe(0);
  await database.inTransaction((tx) => tx.outboxEvent.createMany({ data: [flag('test.kept')] }));
  expect(await kept('test.kept')).toBe(1);
});

it('a first statement that PostgreSQL refuses leaves nothing behind for whoever comes next', async () => {
  const row = flag('test.twice');
  const insert = () => database.inTransaction((tx) => tx.outboxEvent.createMany({ data: [row] }));
  await insert();
  for (let turn = 0; turn < 15; turn += 1) await expect(insert()).rejects.toThrow();
  // Of the same connection, and no transaction of anybody's.
  await client.outboxEvent.createMany({ data: [flag('test.alone')] });
  expect(await kept('test.alone')).toBe(1);
  expect(await kept('test.twice')).toBe(1);
});

it('a transaction that asked nothing owes its BEGIN to nobody', async () => {
  await database.inTransaction(() => Promise.resolve());
  await client.outboxEvent.createMany({ data: [flag('test.later')] });
  const [state] = await client.$queryRaw<{ alone: boolean }[]>`
    SELECT now() = statement_timestamp() AS alone FROM (SELECT pg_sleep(0)) AS moment`;
  expect(state?.alone).toBe(true);
});
