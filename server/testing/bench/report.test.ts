import { expect, it } from 'vitest';
import { createRandom } from './random.ts';
import { createReport, isMet } from './report.ts';
import { median, quantile, race } from './rounds.ts';
import { randomMoves } from './transfers.ts';

it('a figure that leaves its bound is missed, and one without a bound never is', () => {
  const report = createReport(() => undefined);
  report.figure('fast enough', 4, { atLeast: 4 });
  report.figure('too slow', 3.99, { atLeast: 4 });
  report.figure('small enough', 450, { atMost: 450 });
  report.figure('too big', 450.5, { atMost: 450 });
  report.figure('not a number', NaN, { atLeast: 4 });
  report.figure('only told', 7);
  const missed = report.figures().filter((figure) => !isMet(figure));
  expect(missed.map(({ name }) => name)).toEqual(['too slow', 'too big', 'not a number']);
});

it('a ratio is the median of what the rounds say, each compared with itself', () => {
  const report = createReport(() => undefined);
  const first = { name: 'first', rates: [10, 40, 900] };
  const second = { name: 'second', rates: [5, 10, 300] };
  report.ratio('how many times', [first, second], { atLeast: 3.5 });
  expect(report.figures()).toEqual([{ name: 'how many times', value: 3, required: { atLeast: 3.5 } }]);
});

it('medians and quantiles take the sorted middle and the smallest value that covers the share', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([9, 1, 5, 7])).toBe(6);
  expect(quantile([4, 3, 2, 1], 0.5)).toBe(2);
  expect(quantile([4, 3, 2, 1], 0.99)).toBe(4);
});

it('every racer runs once a round, first in turn, and the warm-up does not count', async () => {
  const order: string[] = [];
  const racer = (name: string) => ({
    name,
    run: () => {
      order.push(name);
      return Promise.resolve(order.length);
    },
  });
  const measurements = await race([racer('a'), racer('b'), racer('c')], 2);
  expect(order.join('')).toBe('abcbcacab');
  expect(measurements).toEqual([
    { name: 'a', rates: [6, 8] },
    { name: 'b', rates: [4, 9] },
    { name: 'c', rates: [5, 7] },
  ]);
});

it('random transfers join two different accounts, and only payers with money pay (seed 7)', () => {
  const moves = randomMoves({ random: createRandom(7), accounts: 100, count: 5_000, payerStep: 11 });
  expect(moves.filter(({ from, to }) => from === to || from < 0 || to < 0 || from >= 100 || to >= 100)).toEqual([]);
  expect([...new Set(moves.map(({ from }) => from % 11))]).toEqual([0]);
  expect(new Set(moves.map(({ to }) => to)).size).toBe(100);
});
