import { scaleBand, scaleLinear } from 'd3-scale';
import { area, curveMonotoneX, line } from 'd3-shape';

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
  /** Ducats by day, as a surface and the line above it. */
  surface: string;
  ridge: string;
  /** From zero up, at equal distances: ducats, and orders. */
  ducatTicks: number[];
  ordersMax: number;
  /** Orders by day, days without any left out. */
  orderBars: Bar[];
  /** The whole height of each day that has something to tell. */
  days: Bar[];
}

const centesimi = 100;

/** Draws days; only what is drawn is a floating number, amounts stay what they are. */
export function shapesOf(days: readonly SalesDay[]): ChartShapes {
  const { width, height, strip } = chartBox;
  const ducatsOf = ({ amountMinor }: SalesDay) => Number(amountMinor) / centesimi;
  const x = scaleBand()
    .domain(days.map(({ day }) => day))
    .range([0, width])
    .paddingInner(0.25);
  const y = scaleLinear()
    .domain([0, Math.max(1, ...days.map(ducatsOf))])
    .nice(4)
    .range([height, 0]);
  const ordersMax = Math.max(1, ...days.map(({ orders }) => orders));
  const orderY = scaleLinear().domain([0, ordersMax]).range([strip, 0]);
  const left = ({ day }: SalesDay) => x(day) ?? 0;
  const middle = (each: SalesDay) => left(each) + x.bandwidth() / 2;
  const surface = area<SalesDay>()
    .x(middle)
    .y0(height)
    .y1((each) => y(ducatsOf(each)))
    .curve(curveMonotoneX);
  const ridge = line<SalesDay>()
    .x(middle)
    .y((each) => y(ducatsOf(each)))
    .curve(curveMonotoneX);
  const top = y.domain()[1] ?? 1;
  const sold = days.filter(({ orders }) => orders > 0);
  return {
    surface: surface([...days]) ?? '',
    ridge: ridge([...days]) ?? '',
    ducatTicks: [top, (3 * top) / 4, top / 2, top / 4, 0],
    ordersMax,
    orderBars: sold.map((each) => ({
      day: each.day,
      x: left(each),
      y: orderY(each.orders),
      width: x.bandwidth(),
      height: strip - orderY(each.orders),
    })),
    days: sold.map((each) => ({ day: each.day, x: left(each), y: 0, width: x.step(), height })),
  };
}
