import { describe, expect, test } from 'vitest';
import { hashOfKey } from './query-key.ts';

describe('the name of a query', () => {
  test('has a word for amounts', () => {
    expect(hashOfKey([['cashOuts', 'figures'], { input: { ducatsMinor: 600_00n } }])).toContain('"60000n"');
  });

  test('tells amounts from texts and numbers', () => {
    const names = [1n, '1', 1, null].map((amount) => hashOfKey([{ amount }]));
    expect(new Set(names).size).toBe(names.length);
  });

  test('is the same whatever the order of the fields', () => {
    expect(hashOfKey([{ input: { to: 2n, from: 1n } }])).toBe(hashOfKey([{ input: { from: 1n, to: 2n } }]));
  });
});
