import { scaleBand, scaleLinear } from 'd3-scale';
import { curveMonotoneX, line } from 'd3-shape';

import type { SalesDay } from '#server/market/dashboards/dashboard-schema.ts';

/** The shapes of a chart in a box that is stretched to its place: every length is in units of the box. */
export const chartBox = { width: 1_000, height: 240, strip: 64 } as const;

interface Bar {
  day: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface ChartShapes {
  /** From the top down to zero, at equal distances, in ducats. */
  ducatTicks: number[];
  ordersMax: number;
  /** Ducats and orders by day, days without any left out. */
  ducatBars: Bar[];
  orderBars: Bar[];
  /** The mean of each day and the six before it. */
  mean: string;
}

const centesimi = 100;
const meanDays = 7;

/** Draws days; only what is drawn is a floating number, amounts stay what they are. */
export function shapesOf(days: readonly SalesDay[]): ChartShapes {
  const { width, height, strip } = chartBox;
  const ducats = days.map(({ amountMinor }) => Number(amountMinor) / centesimi);
  const x = scaleBand()
    .domain(days.map(({ day }) => day))
    .range([0, width])
    .paddingInner(0.25);
  const y = scaleLinear()
    .domain([0, Math.max(1, ...ducats)])
    .nice(4)
    .range([height, 0]);
  const ordersMax = Math.max(1, ...days.map(({ orders }) => orders));
  const orderY = scaleLinear().domain([0, ordersMax]).range([strip, 0]);
  const top = y.domain()[1] ?? 1;
  const bars = (bottom: number, topOf: (index: number) => number): Bar[] =>
    days.flatMap(({ day, orders }, index) => {
      const at = topOf(index);
      return orders === 0 ? [] : [{ day, x: x(day) ?? 0, y: at, width: x.bandwidth(), height: bottom - at }];
    });
  const mean = line<number>()
    .x((_ducats, index) => (x(days[index]?.day ?? '') ?? 0) + x.bandwidth() / 2)
    .y((value) => y(value))
    .curve(curveMonotoneX);
  return {
    ducatTicks: [top, (3 * top) / 4, top / 2, top / 4, 0],
    ordersMax,
    ducatBars: bars(height, (index) => y(ducats[index] ?? 0)),
    orderBars: bars(strip, (index) => orderY(days[index]?.orders ?? 0)),
    mean: mean(ducats.map((_value, index) => meanUntil(ducats, index))) ?? '',
  };
}

function meanUntil(values: readonly number[], index: number): number {
  const week = values.slice(Math.max(0, index - meanDays + 1), index + 1);
  return week.reduce((sum, value) => sum + value, 0) / week.length;
}
