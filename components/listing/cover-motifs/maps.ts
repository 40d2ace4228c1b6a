import { fill, filled, fine, stroke, tints } from '#components/listing/cover-motifs/layers.ts';
import type { Layer, Motif } from '#components/listing/cover-motifs/layers.ts';
import {
  angles,
  box,
  circle,
  curve,
  line,
  points,
  polar,
  polygon,
  steps,
  trace,
} from '#components/listing/cover-motifs/pen.ts';
import type { Point } from '#components/listing/cover-motifs/pen.ts';
import type { Random } from '#components/listing/cover-motifs/random.ts';

/** A portolan chart: islands of the lagoon with engraved shores, rhumb lines and a compass rose. */
export const maps: Motif = (random) => {
  const rose: Point = random.pick([
    [308, 98],
    [96, 96],
    [300, 206],
    [104, 204],
    [200, 150],
  ] as const);
  const points = random.pick([16, 32]);
  const radius = random.between(44, 66);
  const islands = scatter(random, { keepClear: rose, distance: radius + 34 });
  const water = random.pick(['lagoon', 'ink'] as const);
  const shores: string[] = [];
  const ripples: string[] = [];
  const towns: string[] = [];
  for (const island of islands) {
    const coast = shoreline(random, island);
    shores.push(curve(coast, true));
    const sparse = coast.filter((_, index) => index % 2 === 0);
    for (const grow of [1.12, 1.25, 1.4]) ripples.push(curve(swell(sparse, island.centre, grow), true));
    if (island.radius > 26) towns.push(...town(random, island.centre));
  }
  const rhumbs = angles(points, Math.PI / points).map((angle) =>
    line([polar(rose, radius + 6, angle), polar(rose, 520, angle)]),
  );
  return [
    fine(water === 'ink' ? 'lagoon' : 'gold', ...rhumbs),
    fine(water, ...ripples),
    filled(random.pick(tints), stroke('ink', ...shores)),
    fill('rose', ...towns),
    fill('ground', circle(rose, radius + 6)),
    ...compass({ centre: rose, radius, points, isQuartered: random.chance(0.5) }),
    ...neatline(random.pick([10, 12.5, 20])),
  ];
};

interface Island {
  centre: Point;
  radius: number;
}

function scatter(random: Random, { keepClear, distance }: { keepClear: Point; distance: number }): Island[] {
  const islands: Island[] = [];
  const wanted = random.whole(5, 8);
  for (let attempt = 0; attempt < 160 && islands.length < wanted; attempt += 1) {
    const radius = islands.length < 2 ? random.between(42, 64) : random.between(12, 32);
    const centre: Point = [random.between(0, 400), random.between(0, 300)];
    const isClear = gap(centre, keepClear) > distance + radius * 1.25;
    if (isClear && islands.every((other) => gap(centre, other.centre) > (radius + other.radius) * 1.45))
      islands.push({ centre, radius });
  }
  return islands;
}

function gap([x1, y1]: Point, [x2, y2]: Point): number {
  return Math.hypot(x1 - x2, y1 - y2);
}

function shoreline(random: Random, { centre, radius }: Island): Point[] {
  const phases = [2, 3, 5].map((frequency) => ({
    frequency,
    phase: random.between(0, 6.3),
    depth: random.between(0.06, 0.5 / frequency),
  }));
  const stretch = random.between(0.7, 1.3);
  return angles(2 * Math.max(6, Math.round(radius / 5))).map((angle) => {
    const wobble = phases.reduce(
      (sum, { frequency, phase, depth }) => sum + depth * Math.sin(frequency * angle + phase),
      1,
    );
    const [x, y] = polar([0, 0], radius * wobble + random.between(-1, 1), angle);
    return [centre[0] + x * stretch, centre[1] + y / stretch];
  });
}

function swell(coast: readonly Point[], [cx, cy]: Point, grow: number): Point[] {
  return coast.map(([x, y]) => {
    const length = Math.hypot(x - cx, y - cy);
    const reach = (length + (grow - 1) * 44) / length;
    return [cx + (x - cx) * reach, cy + (y - cy) * reach];
  });
}

function town(random: Random, [x, y]: Point): string[] {
  return Array.from({ length: random.whole(2, 5) }, () => {
    const [left, foot, high] = [x + random.between(-16, 12), y + random.between(-10, 12), random.between(5, 9)];
    return polygon(
      points([left, foot], [left, foot - high], [left + 3, foot - high - 4], [left + 6, foot - high], [left + 6, foot]),
    );
  });
}

interface Compass {
  centre: Point;
  radius: number;
  points: number;
  isQuartered: boolean;
}

function compass({ centre, radius, points, isQuartered }: Compass): Layer[] {
  const light: string[] = [];
  const dark: string[] = [];
  const star = (count: number, reach: number, start: number) => {
    for (const angle of angles(count, start - Math.PI / 2)) {
      const tip = polar(centre, reach, angle);
      light.push(polygon([centre, polar(centre, reach * 0.24, angle - Math.PI / count), tip]));
      dark.push(polygon([centre, polar(centre, reach * 0.24, angle + Math.PI / count), tip]));
    }
  };
  if (points === 32) star(16, radius * 0.62, Math.PI / 16);
  star(8, radius * 0.76, Math.PI / 8);
  star(4, radius * 0.84, Math.PI / 4);
  star(4, radius, 0);
  const ticks = angles(points * 2).map((angle) =>
    line([polar(centre, radius * (isQuartered ? 0.9 : 0.94), angle), polar(centre, radius, angle)]),
  );
  const north: Point[] = trace('0 -12, 4 -4, 0 0, -4 -4');
  return [
    fine('gold', circle(centre, radius), circle(centre, radius + 5), circle(centre, radius * 0.5), ...ticks),
    filled('ground', fine('ink', ...light)),
    filled('lagoon', fine('ink', ...dark)),
    fill('rose', polygon(north.map(([x, y]): Point => [centre[0] + x, centre[1] - radius - 6 + y]))),
  ];
}

/** The chequered border of a chart. */
function neatline(pitch: number): Layer[] {
  const ticks: string[] = [];
  steps(0, 400 - pitch, Math.round(400 / pitch)).forEach((x, index) => {
    if (index % 2 === 0) ticks.push(box([x, 0], [pitch, 5]), box([x, 295], [pitch, 5]));
  });
  steps(0, 300 - pitch, Math.round(300 / pitch)).forEach((y, index) => {
    if (index % 2 === 0) ticks.push(box([0, y], [5, pitch]), box([395, y], [5, pitch]));
  });
  return [
    fill('ground', box([0, 0], [400, 5]), box([0, 295], [400, 5]), box([0, 0], [5, 300]), box([395, 0], [5, 300])),
    fill('ink', ...ticks),
    fine('ink', box([5, 5], [390, 290]), box([9, 9], [382, 282])),
  ];
}
