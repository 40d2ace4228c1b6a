import { colours, fill, filled, fine, stroke, tints } from '#components/listing/cover-motifs/layers.ts';
import type { Layer, Motif } from '#components/listing/cover-motifs/layers.ts';
import {
  angles,
  circle,
  curve,
  line,
  petal,
  place,
  points,
  polar,
  polygon,
  segment,
  steps,
  trace,
} from '#components/listing/cover-motifs/pen.ts';
import type { Point } from '#components/listing/cover-motifs/pen.ts';
import type { Random } from '#components/listing/cover-motifs/random.ts';

/** A lute across the frame, a viol, or the carved rose under the strings. */
export const instruments: Motif = (random) => random.pick([lute, lute, viol, rosette])(random);

type Put = (points: readonly Point[]) => Point[];

function lute(random: Random): Layer[] {
  const angle = random.pick([-1, 1]) * random.between(0.62, 0.86);
  const put: Put = (points) => place(points, [200 - Math.sin(angle) * 30, 150 + Math.cos(angle) * 22], angle);
  const wood = random.pick(tints);
  const half: Point[] = trace('0 104, 44 98, 78 66, 86 26, 70 -20, 40 -62, 14 -96');
  const shell = [
    ...half,
    ...half
      .slice(1)
      .reverse()
      .map(([x, y]): Point => [-x, y]),
  ];
  const staves = random.whole(1, 2) * 2;
  const ribs = steps(0.18, 0.86, staves + 2).flatMap((share) =>
    [-1, 1].map((sign) =>
      curve(put(half.map(([x, y]): Point => [x * sign * (1 - share * 0.1) - sign * share * 5, y - share * 2]))),
    ),
  );
  const hole = put([[0, 4]])[0] ?? [200, 150];
  const courses = steps(-11, 11, random.pick([5, 6, 7]));
  const strings = courses.map((x) => line(put(points([x * 1.25, 74], [x * 0.72, -190]))));
  const neck = polygon(put(trace('-14 -92, -10 -190, 10 -190, 14 -92')));
  const head = polygon(put(trace('-10 -190, 10 -190, 34 -238, 20 -244')));
  const pegs = steps(0.1, 0.9, 5).flatMap((t) => {
    const [x, y] = [10 + t * 20, -194 - t * 46];
    return [line(put(points([x - 18, y - 6], [x + 16, y + 5]))), circle(put([[x + 18, y + 6]])[0] ?? hole, 2.6)];
  });
  const frets = steps(-180, -104, 6).map((y) =>
    line(put(points([-10 + (y + 190) * -0.045, y], [10 + (y + 190) * 0.045, y]))),
  );
  return [
    ...score(random),
    filled(wood, stroke('ink', curve(put(shell), true))),
    fine('gold', ...ribs.slice(0, 2)),
    ...carvedRose(random, { centre: hole, radius: 27, angle }),
    filled('ground', stroke('ink', neck, head)),
    stroke('ink', ...pegs, polygon(put(trace('-24 72, 24 72, 28 79, -28 79')))),
    fine('ink', ...frets, ...strings),
  ];
}

/** Staves of music that drift behind the instrument. */
function score(random: Random): Layer[] {
  const lean = random.between(-26, 26);
  const bend = random.between(10, 26);
  const staves: string[] = [];
  const notes: string[] = [];
  for (const top of steps(random.between(-30, 0), 300, 5)) {
    const height = (x: number) => top + (x / 400) * lean + Math.sin(x / 90 + top) * bend * 0.4;
    for (let row = 0; row < 5; row += 1) {
      staves.push(curve(steps(0, 400, 5).map((x): Point => [x, height(x) + row * 7])));
    }
    for (let x = random.between(10, 30); x < 400; x += random.between(24, 44)) {
      const y = height(x) + random.whole(0, 8) * 3.5;
      const up = random.pick([-1, 1]);
      notes.push(
        polygon(points([x - 4, y], [x, y - 3.4], [x + 4, y], [x, y + 3.4])),
        segment([x, y + up * 3.4], [x, y + up * 22]),
      );
    }
  }
  return [fine('gold', ...staves), fine('ink', ...notes)];
}

interface Rose {
  centre: Point;
  radius: number;
  angle: number;
}

function carvedRose(random: Random, { centre, radius, angle }: Rose): Layer[] {
  const fold = random.pick([6, 8, 12]);
  const tracery = [
    ...angles(fold, angle).map((turn) => circle(polar(centre, radius * 0.5, turn), radius * 0.5)),
    ...angles(fold, angle).map((turn) =>
      petal(centre, turn, { inner: radius * 0.12, outer: radius * 0.94, halfWidth: radius * 0.2 }),
    ),
  ];
  return [
    fill('ground', circle(centre, radius)),
    fine(random.pick(colours), ...tracery),
    stroke('ink', circle(centre, radius), circle(centre, radius * 1.12)),
    fine(
      'ink',
      ...angles(fold * 4).map((turn) => line([polar(centre, radius, turn), polar(centre, radius * 1.12, turn)])),
    ),
  ];
}

function rosette(random: Random): Layer[] {
  const centre: Point = [200 + random.between(-34, 34), 150];
  const radius = random.between(96, 116);
  const angle = random.between(-0.5, 0.5);
  const grain = steps(6, 294, 28).map((y) =>
    curve(steps(0, 400, 5).map((x): Point => [x, y + Math.sin(x / 60 + y / 40) * 2.4])),
  );
  const inner = [
    ...angles(12, angle).map((turn) => circle(polar(centre, radius * 0.72, turn), radius * 0.19)),
    ...angles(24, angle).map((turn) =>
      petal(centre, turn, { inner: radius * 0.54, outer: radius * 0.96, halfWidth: radius * 0.06 }),
    ),
  ];
  const courses = random.pick([5, 6, 7]);
  const strings = steps(150 - courses * 9, 150 + courses * 9, courses).flatMap((y) => [
    segment([0, y], [400, y]),
    segment([0, y + 4], [400, y + 4]),
  ]);
  const purfling = angles(72).map((turn, index) =>
    index % 2 === 0
      ? polygon([
          polar(centre, radius * 1.05, turn),
          polar(centre, radius * 1.13, turn),
          polar(centre, radius * 1.13, turn + 0.087),
          polar(centre, radius * 1.05, turn + 0.087),
        ])
      : '',
  );
  return [
    fine('gold', ...grain),
    fill('ground', circle(centre, radius * 1.2)),
    fill(random.pick(tints), circle(centre, radius)),
    fine('ink', ...inner),
    ...carvedRose(random, { centre, radius: radius * 0.5, angle }),
    stroke(
      'ink',
      circle(centre, radius),
      circle(centre, radius * 1.05),
      circle(centre, radius * 1.13),
      circle(centre, radius * 1.2),
    ),
    fill(random.pick(colours), ...purfling),
    stroke('ink', ...strings),
  ];
}

function viol(random: Random): Layer[] {
  const angle = random.between(-0.34, 0.34);
  const put: Put = (points) => place(points, [200 + Math.sin(angle) * 40, 178], angle);
  const half: Point[] = trace('0 104, 46 98, 66 70, 62 42, 40 22, 36 4, 46 -14, 50 -32, 38 -56, 16 -74, 0 -78');
  const body = curve(
    put([
      ...half,
      ...half
        .slice(1, -1)
        .reverse()
        .map(([x, y]): Point => [-x, y]),
    ]),
    true,
  );
  const inset = half.map(([x, y]): Point => [x * 0.88, y * 0.93]);
  const purfling = curve(
    put([
      ...inset,
      ...inset
        .slice(1, -1)
        .reverse()
        .map(([x, y]): Point => [-x, y]),
    ]),
    true,
  );
  const holes = [-1, 1].flatMap((sign) => {
    const ends = put(points([sign * 20, 4], [sign * 32, 46]));
    return [
      curve(
        put(points([sign * 20, 4], [sign * 25, 0], [sign * 27, 12], [sign * 24, 28], [sign * 25, 44], [sign * 32, 46])),
      ),
      ...ends.map((end) => circle(end, 2.6)),
    ];
  });
  const courses = steps(-7, 7, random.pick([4, 6, 7]));
  const strings = courses.map((x) => line(put(points([x * 1.6, 78], [x * 1.5, 34], [x * 0.7, -176]))));
  const neck = polygon(put(trace('-11 -58, -7 -176, 7 -176, 11 -58')));
  const scroll = [
    curve(put(trace('-7 -176, -8 -200, 0 -222, 14 -224, 18 -212, 10 -205, 5 -211'))),
    curve(put(trace('7 -176, 8 -192, 12 -198'))),
  ];
  const pegs = steps(-182, -202, 3).map((y) => line(put(points([-22, y], [22, y - 4]))));
  const bow = [curve(trace('18 284, 128 236, 262 196, 392 176')), line(trace('22 292, 392 186'))];
  return [
    ...score(random),
    fine(random.pick(colours), ...bow),
    filled(random.pick(tints), stroke('ink', body)),
    filled('ground', stroke('ink', neck)),
    fine('ink', purfling),
    stroke(
      'ink',
      ...holes,
      ...scroll,
      ...pegs,
      polygon(put(trace('-18 34, 18 34, 15 28, -15 28'))),
      polygon(put(trace('-9 78, 9 78, 5 102, -5 102'))),
    ),
    fine('ink', ...strings),
  ];
}
