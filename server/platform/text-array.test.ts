import { expect, test } from 'vitest';
import { testDatabase } from '#server/testing/database.ts';
import { Slate, textArray } from './text-array.ts';

const database = await testDatabase();
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
