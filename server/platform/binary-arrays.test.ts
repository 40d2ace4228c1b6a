import { expect, test } from 'vitest';
import { Prisma } from '#server/platform/db.ts';
import { testDatabase } from '#server/testing/database.ts';
import { bigintsOf, Slate, textArray, uuidsOf } from './binary-arrays.ts';

const database = await testDatabase();
const numbers = [0n, 1n, -1n, 9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n];
const ids = [
  '00000000-0000-0000-0000-000000000000',
  '01234567-89ab-7def-8123-456789abcdef',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
];

test("numbers and ids arrive as they were, by the worker's connection and in a transaction of a caller", async () => {
  const arrived = { numbers: numbers.map(String), ids, none: [] };
  const sql = Prisma.sql`
    SELECT ${bigintsOf(numbers, (number) => number)}::bigint[]::text[] AS numbers,
      ${uuidsOf(ids, (id) => id)}::uuid[]::text[] AS ids, ${bigintsOf([], () => 0n)}::bigint[]::text[] AS none`;
  expect(await database.inSession((session) => session.query(sql))).toEqual([arrived]);
  expect(await database.inTransaction((tx) => tx.$queryRaw(sql))).toEqual([arrived]);
});

const echo = { name: 'text_array_echo', text: 'SELECT $1::text[] AS one, $2::text[] AS two' };

test('texts arrive as they are, whatever is in them, also from a slate that was used before', async () => {
  const slate = new Slate();
  const lists = [
    [['plain'], ['', null, 'NULL', '{}', '{"a","b"}']],
    [
      ['"quotes"', String.raw`back\slash`, 'two\nlines'],
      ['ducati è 🜚', 'Ж'.repeat(5_000), null],
    ],
    [[null], ['a', 'b']],
  ] as const;
  for (const [one, two] of lists) {
    slate.wipe();
    const rows = await database.runPrepared(echo, [textArray(one, slate), textArray(two, slate)]);
    expect(rows).toEqual([{ one, two }]);
  }
});

test('an array that does not fit beside the others of its statement leaves them as they are', () => {
  const slate = new Slate();
  const first = textArray(['first'], slate);
  const before = first.toString('hex');
  textArray(['x'.repeat(100_000)], slate);
  expect(first.toString('hex')).toBe(before);
});

test('PostgreSQL refuses what is no text', async () => {
  const array = textArray(['\u0000'], new Slate());
  await expect(database.runPrepared(echo, [array, null])).rejects.toMatchObject({ code: '22021' });
});
