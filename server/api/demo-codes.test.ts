import { describe, expect, test } from 'vitest';
import { secondsLeftOf, usableStep } from './demo-codes.ts';

const step = 60_000_000;
const begin = step * 30;

describe('the code that the sandbox shows', () => {
  test('is the oldest that counts and was not used', () => {
    const shown = [step - 5, step - 1, step, step + 1].map((lastStep) => usableStep({ seconds: begin, lastStep }));
    expect(shown).toEqual([step - 1, step, step + 1, undefined]);
  });

  test('still counts some seconds later, whenever it is read', () => {
    for (let second = 0; second < 30; second += 1) {
      const shown = usableStep({ seconds: begin + second, lastStep: step - 5 }) ?? 0;
      const stepThen = Math.floor((begin + second + 9) / 30);
      expect(Math.abs(shown - stepThen), `read ${String(second)} seconds after the step began`).toBeLessThanOrEqual(1);
    }
  });

  test('says for how long', () => {
    expect([secondsLeftOf(begin), secondsLeftOf(begin + 29)]).toEqual([30, 1]);
  });
});
