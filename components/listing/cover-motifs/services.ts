import { colours, fill, filled, fine, stroke, tints } from '#components/listing/cover-motifs/layers.ts';
import type { Layer, Motif } from '#components/listing/cover-motifs/layers.ts';
import {
  backArc,
  between,
  box,
  circle,
  curve,
  line,
  points,
  polygon,
  segment,
  steps,
  trace,
} from '#components/listing/cover-motifs/pen.ts';
import type { Point } from '#components/listing/cover-motifs/pen.ts';
import type { Random } from '#components/listing/cover-motifs/random.ts';

/** A gondola before a bridge or a palace front, or the rowlock and its oar. */
export const services: Motif = (random) => (random.chance(0.78) ? gondola(random) : forcola(random));

function gondola(random: Random): Layer[] {
  const level = random.between(196, 214);
  const facing = random.pick([-1, 1]);
  const scale = random.between(0.92, 1.1);
  const shift = random.between(-14, 14);
  const put = (points: readonly Point[]): Point[] =>
    points.map(([x, y]) => [200 + shift + facing * x * scale, level + y * scale]);
  const sheer: Point[] = trace('-168 -66, -158 -40, -128 -16, -70 -2, 0 2, 70 -4, 120 -20, 146 -44, 152 -62');
  const keel: Point[] = trace('-168 -66, -150 -22, -104 10, -40 20, 30 19, 92 8, 132 -14, 152 -62');
  const hull = between(put(sheer), put(keel));
  const comb = steps(0, 5, 6).map((tooth) => line(put(points([152, -60 + tooth * 6], [163, -61 + tooth * 6]))));
  const iron = curve(put(trace('148 -34, 152 -60, 150 -84, 162 -92, 171 -84, 164 -78, 157 -76, 156 -58, 156 -30')));
  const felze = random.chance(0.5);
  const cabin = felze
    ? [
        curve(put(trace('-44 0, -42 -30, -18 -42, 14 -42, 38 -30, 40 0'))),
        line(put(trace('-40 -22, 37 -22'))),
        ...steps(-28, 24, 4).map((x) => line(put(points([x, -22], [x, 1])))),
      ]
    : [
        curve(put(trace('-30 0, -30 -16, -18 -20, -14 0'))),
        curve(put(trace('8 1, 10 -12, 22 -14, 26 0'))),
        line(put(trace('-60 -6, 60 -8'))),
      ];
  const oar = [line(put(trace('-88 -74, -40 62'))), curve(put(trace('-49 36, -36 46, -36 64, -44 60')))];
  const scene = random.chance(0.5) ? bridge(random, level) : palace(random, level);
  return [
    ...scene,
    ...moorings(random, level),
    fill('ground', box([0, level + 2], [400, 300 - level])),
    ...water(random, level),
    ...(felze ? [fill('tint-rose', `${cabin[0] ?? ''}z`)] : []),
    filled('tint-lagoon', stroke('ink', hull)),
    stroke('ink', iron, ...comb, ...oar, curve(put(keel.map(([x, y]): Point => [x * 0.94, y * 0.82 - 4])))),
    stroke('rose', ...cabin),
  ];
}

function water(random: Random, level: number): Layer[] {
  const ripples: string[] = [];
  let pitch = 7;
  for (let y = level + 14; y < 300; y += pitch) {
    pitch *= 1.16;
    for (let x = random.between(-60, 10); x < 400;) {
      const length = random.between(36, 120);
      const rise = pitch * 0.16;
      ripples.push(
        curve(steps(0, 1, 5).map((t, index): Point => [x + t * length, y + (index % 2 === 0 ? rise : -rise)])),
      );
      x += length + random.between(8, 40);
    }
  }
  return [
    fine(random.pick(['lagoon', 'ink'] as const), ...ripples),
    fine('ink', segment([0, level + 2], [400, level + 2])),
  ];
}

/** Striped poles where boats are tied. */
function moorings(random: Random, level: number): Layer[] {
  const poles: string[] = [];
  const stripes: string[] = [];
  const caps: string[] = [];
  for (let index = 0; index < random.whole(2, 4); index += 1) {
    const x = random.pick([random.between(14, 90), random.between(300, 384)]);
    const top = level - random.between(96, 150);
    poles.push(box([x, top], [9, level + 4 - top]));
    for (let y = top + 6; y < level - 8; y += 18)
      stripes.push(polygon(points([x, y + 6], [x + 9, y], [x + 9, y + 8], [x, y + 14])));
    caps.push(circle([x + 4.5, top - 5], 5));
  }
  return [filled('ground', stroke('ink', ...poles)), fill('rose', ...stripes), fill('gold', ...caps)];
}

function bridge(random: Random, level: number): Layer[] {
  const centre = random.between(170, 230);
  const span = random.between(118, 138);
  const rise = random.between(92, 108);
  const deck: Point[] = points(
    [-10, level - 60],
    [centre - span * 0.7, level - rise - 8],
    [centre, level - rise - 34],
    [centre + span * 0.7, level - rise - 8],
    [410, level - 60],
  );
  const rail = deck.map(([x, y]): Point => [x, y - 24]);
  const spokes = steps(Math.PI * 1.04, Math.PI * 1.96, random.whole(15, 21)).map((angle) =>
    segment(
      [centre + span * Math.cos(angle), level + rise * Math.sin(angle)],
      [centre + (span + 16) * Math.cos(angle), level + (rise + 15) * Math.sin(angle)],
    ),
  );
  const balusters = steps(0, 400, 41).map((x) => {
    const y = heightOn(deck, x);
    return segment([x, y], [x, y - 21]);
  });
  return [
    ...sun(random, { centre, y: level - rise - 40 }),
    fill(
      random.pick(tints),
      between(deck, [
        [-10, level + 2],
        [410, level + 2],
      ]),
    ),
    filled('ground', stroke('ink', backArc([centre, level + 2], [span + 16, rise + 15]))),
    fine('ink', ...balusters, ...spokes),
    filled('ground', stroke('ink', backArc([centre, level + 2], [span, rise]))),
    stroke('ink', curve(deck), curve(rail)),
  ];
}

function heightOn(deck: readonly Point[], x: number): number {
  const after = deck.findIndex(([px]) => px >= x);
  const [high, low] = [deck[after], deck[after - 1]];
  if (high === undefined || low === undefined) return deck[0]?.[1] ?? 0;
  const t = (x - low[0]) / (high[0] - low[0]);
  const eased = (t * t * (3 - 2 * t) + t) / 2;
  return low[1] + (high[1] - low[1]) * eased;
}

function sun(random: Random, { centre, y }: { centre: number; y: number }): Layer[] {
  const x = centre + random.between(-90, 90);
  const rings = [16, 24, 34, 46, 60, 76, 94, 114].map((radius) => circle([x, y], radius));
  return [fine('gold', ...rings), fill('tint-gold', circle([x, y], 16))];
}

/** Pointed arches with quatrefoils, the front of a palace. */
function palace(random: Random, level: number): Layer[] {
  const bays = random.pick([5, 6, 7]);
  const width = 400 / bays;
  const [spring, top] = [level - 74, level - 138];
  const arches: string[] = [];
  const foils: string[] = [];
  for (let bay = 0; bay <= bays; bay += 1) {
    const x = bay * width;
    arches.push(
      segment([x - 3, level + 2], [x - 3, spring]),
      segment([x + 3, level + 2], [x + 3, spring]),
      box([x - 6, spring - 5], [12, 5]),
    );
    arches.push(
      curve(points([x + 6, spring - 5], [x + width * 0.22, spring - 28], [x + width * 0.5, spring - 44])),
      curve(points([x + width - 6, spring - 5], [x + width * 0.78, spring - 28], [x + width * 0.5, spring - 44])),
    );
    const eye: Point = [x, spring - 42];
    const lobe = Math.min(width * 0.13, 8);
    foils.push(
      circle(eye, lobe * 2.4),
      ...(
        [
          [0, -1],
          [1, 0],
          [0, 1],
          [-1, 0],
        ] as const
      ).map(([dx, dy]) => circle([eye[0] + dx * lobe, eye[1] + dy * lobe], lobe)),
    );
  }
  const cornices = [top, top + 5, top - 70, top - 65].map((y) => segment([0, y], [400, y]));
  const bricks = steps(top - 56, top - 12, 5).flatMap((y, row) =>
    steps(row % 2 === 0 ? 0 : 12, 388, 17).map((x) =>
      polygon(points([x, y], [x + 8, y - 5], [x + 16, y], [x + 8, y + 5])),
    ),
  );
  const merlons = steps(10, 390, 20).map((x) =>
    curve(points([x - 6, top - 70], [x - 4, top - 80], [x, top - 90], [x + 4, top - 80], [x + 6, top - 70])),
  );
  return [
    fill(random.pick(tints), box([0, top - 65], [400, 65])),
    fine(random.pick(colours), ...bricks),
    fine('ink', ...merlons),
    stroke('ink', ...arches, ...cornices),
    stroke('gold', ...foils),
  ];
}

/** The carved rowlock, as a sculpture, with the oar laid across. */
function forcola(random: Random): Layer[] {
  const x = random.between(170, 226);
  const outline: Point[] = trace(
    '-30 300, -26 236, -44 204, -40 170, -10 156, 4 132, -20 112, -28 84, -6 62, 22 66, 24 86, 8 96, 22 110, 44 124, 50 156, 30 186, 34 232, 40 300',
  );
  const body = curve(outline.map(([px, py]): Point => [x + px, py - 10]));
  const grain = [0.78, 0.56, 0.34].map((share) =>
    curve(outline.map(([px, py]): Point => [x + 2 + px * share, py - 10 + (1 - share) * 14])),
  );
  const lean = random.between(-0.3, -0.12);
  const oarAt = (px: number, offset: number): Point => [px, 98 + (px - x) * lean + offset];
  const oar = polygon([oarAt(-20, -6), oarAt(420, -9), oarAt(420, 9), oarAt(-20, 6)]);
  const waves = steps(18, 286, 15).map((y, row) =>
    curve(steps(0, 400, 12).map((px, index): Point => [px, y + ((index + row) % 2 === 0 ? -5 : 5)])),
  );
  return [
    fine(random.pick(colours), ...waves),
    filled(random.pick(tints), stroke('ink', body)),
    fine('ink', ...grain),
    filled('ground', stroke('ink', oar)),
    fine('rose', line([oarAt(-20, 1), oarAt(420, 2)])),
  ];
}
