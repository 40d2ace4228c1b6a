import { expect, it } from 'vitest';
import { createStatementNames } from './statement-names.ts';

it('a statement that comes again and again keeps one name, and a rare one has none', () => {
  const nameOf = createStatementNames();
  const names = Array.from({ length: 30 }, () => nameOf({ sql: 'SELECT 1' }));
  expect(names[0]).toBe('');
  expect(new Set(names.slice(-20))).toEqual(new Set(['often_1']));
  expect(nameOf({ sql: 'SELECT 2' })).toBe('');
});

it('there are only so many names, and none for what has nothing to plan', () => {
  const nameOf = createStatementNames();
  const often = (sql: string) => Array.from({ length: 12 }, () => nameOf({ sql })).at(-1);
  const given = Array.from({ length: 500 }, (_, index) => often(`SELECT ${String(index)}`));
  expect(given.filter((name) => name !== '')).toHaveLength(120);
  expect(often('COMMIT')).toBe('');
});
