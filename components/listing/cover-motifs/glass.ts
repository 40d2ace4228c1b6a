import { colours, dots, fill, filled, fine, stroke, tints } from '#components/listing/cover-motifs/layers.ts';
import type { Layer, Motif } from '#components/listing/cover-motifs/layers.ts';
import {
  angles,
  between,
  circle,
  curve,
  dot,
  ellipse,
  frontArc,
  petal,
  polar,
  segment,
  steps,
  trace,
} from '#components/listing/cover-motifs/pen.ts';
import type { Point } from '#components/listing/cover-motifs/pen.ts';
import type { Random } from '#components/listing/cover-motifs/random.ts';

/** Goblets with latticino threads, or a slab of murrine. */
export const glass: Motif = (random) => (random.chance(0.65) ? goblets(random) : murrine(random));

/** Half widths at heights from rim (0) to foot (1), as shares of the vessel's half width and height. */
type Profile = readonly (readonly [height: number, halfWidth: number])[];

const stem: Profile = trace('0.56 0.1, 0.6 0.2, 0.64 0.09, 0.69 0.26, 0.75 0.08, 0.88 0.09, 0.95 0.3, 1 0.72');
const bowls: readonly [Profile, ...Profile[]] = [
  trace('0 0.86, 0.12 0.97, 0.26 1, 0.4 0.8, 0.5 0.34'),
  trace('0 1, 0.1 0.84, 0.24 0.68, 0.38 0.56, 0.5 0.26'),
  trace('0 1.18, 0.1 1.12, 0.2 0.92, 0.34 0.62, 0.48 0.24'),
  trace('0 0.7, 0.14 0.78, 0.3 0.88, 0.42 0.8, 0.52 0.3'),
];

interface Vessel {
  centre: number;
  top: number;
  height: number;
  halfWidth: number;
  profile: Profile;
}

function goblets(random: Random): Layer[] {
  const count = random.whole(1, 3);
  const table = 266;
  const gap = 400 / (count + 1);
  const threads = random.pick(colours);
  const wine = random.pick(tints);
  const layers: Layer[] = [fine('gold', ...rays(random))];
  for (let index = 0; index < count; index += 1) {
    const height = random.between(190, 236) - (count - 1) * 10;
    layers.push(
      ...drawVessel(random, {
        vessel: {
          centre: gap * (index + 1) + random.between(-8, 8),
          top: table - height,
          height,
          halfWidth: random.between(50, 64) - (count - 1) * 7,
          profile: [...random.pick(bowls), ...stem],
        },
        threads,
        wine,
      }),
    );
  }
  layers.push(fine('ink', segment([0, table + 8], [400, table + 8]), segment([0, table + 12], [400, table + 12])));
  return layers;
}

/** A wall of upright canes behind the glasses. */
function rays(random: Random): string[] {
  const pitch = random.between(22, 34);
  const offset = random.between(0, pitch);
  return Array.from({ length: Math.ceil(400 / pitch) }, (_, index) => {
    const x = offset + index * pitch;
    return segment([x, 0], [x, 274]) + segment([x + 3, 0], [x + 3, 274]);
  });
}

interface Dressing {
  vessel: Vessel;
  threads: 'lagoon' | 'gold' | 'rose';
  wine: 'tint-lagoon' | 'tint-gold' | 'tint-rose';
}

function drawVessel(random: Random, { vessel, threads, wine }: Dressing): Layer[] {
  const { centre, top, height, halfWidth, profile } = vessel;
  const side = (sign: number): Point[] => profile.map(([t, w]) => [centre + sign * w * halfWidth, top + t * height]);
  const [left, right] = [side(-1), side(1)];
  const rim = (profile[0]?.[1] ?? 1) * halfWidth;
  const foot = (profile.at(-1)?.[1] ?? 1) * halfWidth;
  const level = random.between(0.1, 0.24);
  const wineSides = (sign: number): Point[] =>
    steps(level, 0.5, 7).map((t) => [centre + sign * widthAt(profile, t) * halfWidth, top + t * height]);
  const twist = random.between(0.7, 2.2) * random.pick([1, -1]);
  return [
    fill('ground', between(left, right)),
    fill(
      wine,
      between(wineSides(-1), wineSides(1)),
      ellipse([centre, top + level * height], [widthAt(profile, level) * halfWidth, 4]),
    ),
    fine(threads, ...latticino({ vessel, twist, count: random.whole(10, 18) })),
    stroke(
      'ink',
      curve(left),
      curve(right),
      ellipse([centre, top], [rim, rim * 0.16]),
      frontArc([centre, top + height], [foot, 7]),
    ),
    stroke('gold', frontArc([centre, top + 7], [widthAt(profile, 0.03) * halfWidth, rim * 0.16])),
  ];
}

function widthAt(profile: Profile, t: number): number {
  const after = profile.findIndex(([height]) => height >= t);
  const [high, low] = [profile[after], profile[after - 1]];
  if (high === undefined || low === undefined) return profile[0]?.[1] ?? 1;
  return low[1] + ((high[1] - low[1]) * (t - low[0])) / (high[0] - low[0]);
}

/** Threads of cane that wind around the bowl; those on the far side stay out of sight. */
function latticino({ vessel, twist, count }: { vessel: Vessel; twist: number; count: number }): string[] {
  const { centre, top, height, halfWidth, profile } = vessel;
  return angles(count).flatMap((phase) => {
    const seen: Point[] = [];
    for (const t of steps(0.03, 0.5, 8)) {
      const turn = phase + t * 2 * twist;
      if (Math.cos(turn) < 0) continue;
      const width = widthAt(profile, t) * halfWidth;
      seen.push([centre + width * Math.sin(turn), top + t * height + width * 0.14 * Math.cos(turn)]);
    }
    return seen.length < 3 ? [] : [curve(seen)];
  });
}

function murrine(random: Random): Layer[] {
  const radius = random.between(40, 54);
  const [first, second] = [random.pick(colours), random.pick(colours)];
  const tint = random.pick(tints);
  const shapes: Record<'tint' | 'outline' | 'flower' | 'ring' | 'dots', string[]> = {
    tint: [],
    outline: [],
    flower: [],
    ring: [],
    dots: [],
  };
  const rowHeight = radius * Math.sqrt(3);
  const [columns, rows] = [Math.ceil(200 / radius), Math.ceil(300 / rowHeight)];
  for (let row = 0; row <= rows; row += 1) {
    for (let column = 0; column <= columns; column += 1) {
      const centre: Point = [
        column * radius * 2 + (row % 2 === 0 ? 0 : radius),
        row * rowHeight + random.between(-1, 1),
      ];
      const petals = random.pick([6, 8, 10]);
      const inner = radius * random.between(0.5, 0.66);
      const shape = { inner: radius * 0.2, outer: inner, halfWidth: (inner * 1.8) / petals };
      shapes.outline.push(circle(centre, radius - 2), circle(centre, radius - 6));
      shapes.flower.push(...angles(petals, random.between(0, 1)).map((angle) => petal(centre, angle, shape)));
      shapes.dots.push(
        ...angles(petals * 2).map((angle) => dot(polar(centre, (inner + radius - 2) / 2, angle))),
        dot(centre),
      );
      (random.chance(0.45) ? shapes.tint : shapes.ring).push(circle(centre, inner + 4));
    }
  }
  return [
    filled(tint, fine(second, ...shapes.tint)),
    fine(second, ...shapes.ring),
    dots(second, ...shapes.dots),
    stroke(first, ...shapes.flower),
    stroke('ink', ...shapes.outline),
  ];
}
