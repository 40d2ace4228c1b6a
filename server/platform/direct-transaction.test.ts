import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { expect, it, vi } from 'vitest';
import { Prisma } from '#server/platform/db.ts';
import type { Tx } from '#server/platform/db.ts';
import { isDatabaseUnavailable } from '#server/platform/errors.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';

const database = await testDatabase({ connectionsMax: 1 });
const { client } = database;
const direct = <T>(work: (tx: Tx) => Promise<T>) => database.inTransaction(work, { isDirect: true });
const row = (type: string) => ({ id: randomUUID(), type, subject: 'a', payload: {}, occurredAt: new Date() });
const kept = (type: string) => client.outboxEvent.count({ where: { type } });

function write(tx: Tx, { id, type }: { id: string; type: string }): Promise<number> {
  return tx.$executeRaw`
    INSERT INTO outbox_event (id, type, subject, payload, occurred_at)
    VALUES (${id}::uuid, ${type}, 'a', '{}', ${new Date()}::timestamptz)`;
}

it('values go and come as they do by way of Prisma', async () => {
  const values = Prisma.sql`
    SELECT ${7}::integer AS whole, ${7}::smallint AS small, ${9_007_199_254_740_993n}::bigint AS big, ${true}::boolean AS yes,
           ${'Goblet "of" \\ {cristallo}'}::text AS text, ${null}::text AS nothing, ${'a'}::varchar AS varied,
           ${'0190000e-0000-7000-8000-000000000000'}::uuid AS id, ${new Date(1_790_000_000_289)}::timestamptz AS moment,
           timestamptz '2026-03-29 01:30:00.999999+00' AS precise, date '2026-11-22' AS day, 12.340::numeric AS exact,
           ${'{"a": [1, null, "x"]}'}::jsonb AS json, json '[1]' AS plain, ${new Uint8Array([0, 92, 255])}::bytea AS bytes,
           1.5::float8 AS double, 'x'::name AS name,
           ${['a', 'b,"c"', 'NULL']}::text[] AS texts, ${[1, 2]}::integer[] AS wholes, ARRAY[1, NULL]::bigint[] AS bigs,
           ${['0190000e-0000-7000-8000-000000000000']}::uuid[] AS ids, ARRAY[true, false] AS flags, '{}'::text[] AS none`;
  const [straight] = await direct((tx) => tx.$queryRaw<object[]>(values));
  const [roundabout] = await client.$queryRaw<object[]>(values);
  expect(straight).toEqual(roundabout);
  const word = 'blown';
  await expect(direct((tx) => tx.$queryRaw`SELECT ${word}::text AS word`)).resolves.toEqual([{ word }]);
});

it('a value that nobody reads here ends the statement', async () => {
  await expect(direct((tx) => tx.$queryRaw`SELECT point '(1,2)' AS place`)).rejects.toThrow('type 600');
});

it('SQL and models of one transaction see each other, and are kept or given up together', async () => {
  const both = async (tx: Tx, type: string) => {
    await write(tx, row(type));
    await tx.outboxEvent.createMany({ data: [row(type)] });
    expect(await tx.$executeRaw`UPDATE outbox_event SET subject = 'b' WHERE type = ${type}`).toBe(2);
    return tx.outboxEvent.count({ where: { type, subject: 'b' } });
  };
  expect(await direct((tx) => both(tx, 'direct.kept'))).toBe(2);
  expect(await kept('direct.kept')).toBe(2);
  const givenUp = direct(async (tx) => {
    await both(tx, 'direct.back');
    throw new Error('not this time');
  });
  await expect(givenUp).rejects.toThrow('not this time');
  expect(await kept('direct.back')).toBe(0);
});

it('is begun and ended once, also where a model comes first and Prisma joins', async () => {
  const sent = vi.spyOn(Client.prototype, 'query');
  try {
    await direct((tx) => tx.outboxEvent.createMany({ data: [row('direct.model')] }));
    // The statement with its BEGIN, and COMMIT.
    expect(sent).toHaveBeenCalledTimes(2);
  } finally {
    sent.mockRestore();
  }
  expect(await kept('direct.model')).toBe(1);
});

it('a refused statement says its code and leaves nothing behind, often enough to be prepared', async () => {
  const known = row('direct.twice');
  await direct((tx) => write(tx, known));
  for (let turn = 0; turn < 15; turn += 1) {
    await expect(direct((tx) => write(tx, known))).rejects.toThrow(/`23505`.*unique constraint/);
  }
  await direct((tx) => write(tx, row('direct.after')));
  expect(await kept('direct.after')).toBe(1);
});

it('work that goes on after a refused statement is not taken for kept', async () => {
  const known = row('direct.known');
  await direct((tx) => write(tx, known));
  const careless = direct(async (tx) => {
    await write(tx, row('direct.lost'));
    await write(tx, known).catch(() => 0);
  });
  await expect(careless).rejects.toThrow('cannot be kept');
  expect(await kept('direct.lost')).toBe(0);
});

it('what is asked after the end is refused and reaches nobody', async () => {
  const late = await direct((tx) => Promise.resolve({ ask: () => write(tx, row('direct.late')), tx }));
  await expect(late.ask()).rejects.toThrow('already closed');
  await expect(late.tx.outboxEvent.count({ where: { type: 'direct.late' } })).rejects.toThrow('already closed');
  expect(await kept('direct.late')).toBe(0);
});

it('a connection that is lost is an outage, and the next transaction gets another', async () => {
  const lost = direct(async (tx) => {
    await write(tx, row('direct.gone'));
    const [mine] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    await asSuperuser(database, `SELECT pg_terminate_backend(${String(mine?.pid)})`);
    await write(tx, row('direct.gone'));
  });
  expect(isDatabaseUnavailable(await lost.catch((error: unknown) => error))).toBe(true);
  expect(await kept('direct.gone')).toBe(0);
  expect(await direct((tx) => write(tx, row('direct.again')))).toBe(1);
});
