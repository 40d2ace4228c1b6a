import { expect, it } from 'vitest';
import { Prisma } from '#server/platform/db.ts';
import { testDatabase } from '#server/testing/database.ts';
import { bigintsOf, uuidsOf } from './binary.ts';

const database = await testDatabase();
const numbers = [0n, 1n, -1n, 9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n];
const ids = [
  '00000000-0000-0000-0000-000000000000',
  '01234567-89ab-7def-8123-456789abcdef',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
];

it("numbers and ids arrive as they were, by the worker's connection and in a transaction of a caller", async () => {
  const arrived = { numbers: numbers.map(String), ids, none: [] };
  const sql = Prisma.sql`
    SELECT ${bigintsOf(numbers, (number) => number)}::bigint[]::text[] AS numbers,
      ${uuidsOf(ids, (id) => id)}::uuid[]::text[] AS ids, ${bigintsOf([], () => 0n)}::bigint[]::text[] AS none`;
  expect(await database.inSession((session) => session.query(sql))).toEqual([arrived]);
  expect(await database.inTransaction((tx) => tx.$queryRaw(sql))).toEqual([arrived]);
});
