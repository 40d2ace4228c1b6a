import { describe, expect, it } from 'vitest';

import { chartBox, shapesOf } from '#components/dashboard/chart-shapes.ts';
import { ducat } from '#server/money/money.ts';

const days = (amounts: readonly bigint[]) =>
  amounts.map((amountMinor, index) => ({
    day: `2026-11-${String(index + 1).padStart(2, '0')}`,
    amountMinor: ducat(amountMinor),
    orders: amountMinor === 0n ? 0 : index + 1,
  }));

describe('the shapes of a chart', () => {
  it('stand on the ground, within the box, as high as their day against the scale', () => {
    const { ducatBars, orderBars, ducatTicks, ordersMax } = shapesOf(days([50_00n, 0n, 100_00n]));
    expect(ducatTicks).toEqual([100, 75, 50, 25, 0]);
    expect(ducatBars.map(({ day, height }) => [day, height])).toEqual([
      ['2026-11-01', chartBox.height / 2],
      ['2026-11-03', chartBox.height],
    ]);
    expect(ducatBars.every(({ y, height }) => y + height === chartBox.height)).toBe(true);
    const last = ducatBars.at(-1);
    expect((last?.x ?? 0) + (last?.width ?? 0)).toBeCloseTo(chartBox.width);
    expect(ordersMax).toBe(3);
    expect(orderBars.at(-1)?.height).toBe(chartBox.strip);
  });

  it('are none where nothing was sold, on a scale that still has a height', () => {
    const { ducatBars, orderBars, ducatTicks, ordersMax, mean } = shapesOf(days([0n, 0n]));
    expect([ducatBars, orderBars, ordersMax]).toEqual([[], [], 1]);
    expect(ducatTicks[0]).toBeGreaterThan(0);
    expect(mean).not.toContain('NaN');
    expect(shapesOf([]).mean).toBe('');
  });

  it('hold the largest amounts that there are', () => {
    const { ducatBars } = shapesOf(days([1_000_000_000_000_000n]));
    expect(ducatBars[0]?.height).toBe(chartBox.height);
  });
});
