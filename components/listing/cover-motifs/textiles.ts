import { colours, dots, fill, filled, fine, stroke, tints } from '#components/listing/cover-motifs/layers.ts';
import type { Layer, Motif, Tile } from '#components/listing/cover-motifs/layers.ts';
import {
  angles,
  box,
  circle,
  curve,
  dot,
  isInFrame,
  line,
  petal,
  place,
  points,
  polar,
  steps,
} from '#components/listing/cover-motifs/pen.ts';
import type { Point } from '#components/listing/cover-motifs/pen.ts';
import type { Random } from '#components/listing/cover-motifs/random.ts';

/** A brocade of pomegranates, or needle lace. */
export const textiles: Motif = (random) => (random.chance(0.55) ? brocade(random) : lace(random));

interface Fruit {
  centre: Point;
  width: number;
  height: number;
  petals: number;
}

/** Ogee lattice with a pomegranate in every cell, as woven in velvet. */
function brocade(random: Random): Tile[] {
  const width = 400 / random.pick([3, 4, 5]);
  const height = width * random.between(1.3, 1.6);
  const petals = random.pick([5, 7, 9]);
  const [lattice, fruit] = [random.pick(colours), random.pick(colours)];
  const shapes: Record<'body' | 'lines' | 'leaves' | 'outlines' | 'inners' | 'knots', string[]> = {
    body: [],
    lines: [],
    leaves: [],
    outlines: [],
    inners: [],
    knots: [],
  };
  for (const [x, y] of [
    [0, 0],
    [0.5, 0.5],
  ] as const) {
    const centre: Point = [x * width, y * height];
    shapes.outlines.push(ogee(centre, [width / 2, height / 2]));
    shapes.inners.push(ogee(centre, [width / 2 - 6, height / 2 - 9]));
    shapes.knots.push(dot([centre[0], centre[1] - height / 2]));
    pomegranate(shapes, { centre, width: width * 0.2, height: height * 0.19, petals });
  }
  return [
    {
      kind: 'tile',
      origin: [random.between(0, width), random.between(0, height)],
      size: [width, height],
      layers: [
        fine(lattice, ...shapes.inners),
        stroke(lattice, ...shapes.outlines),
        stroke('ink', ...shapes.leaves),
        filled(random.pick(tints), stroke(fruit, ...shapes.body)),
        stroke(fruit, ...shapes.lines),
        dots('gold', ...shapes.knots),
      ],
    },
  ];
}

function ogee([x, y]: Point, [w, h]: Point): string {
  const right: Point[] = points(
    [0, -h],
    [w * 0.22, -h * 0.72],
    [w * 0.78, -h * 0.36],
    [w, 0],
    [w * 0.78, h * 0.36],
    [w * 0.22, h * 0.72],
    [0, h],
  );
  const left = right
    .slice(1, -1)
    .reverse()
    .map(([px, py]): Point => [-px, py]);
  return curve(place([...right, ...left], [x, y]), true);
}

function pomegranate(shapes: Record<'body' | 'lines' | 'leaves', string[]>, fruit: Fruit): void {
  const {
    centre: [x, y],
    width: w,
    height: h,
    petals,
  } = fruit;
  const body: Point[] = points(
    [0, h],
    [w * 0.75, h * 0.55],
    [w, 0],
    [w * 0.62, -h * 0.62],
    [0, -h * 0.8],
    [-w * 0.62, -h * 0.62],
    [-w, 0],
    [-w * 0.75, h * 0.55],
  );
  shapes.body.push(curve(place(body, [x, y]), true));
  for (const t of [-0.45, 0, 0.45]) {
    shapes.lines.push(
      curve(
        place(
          [
            [0, h],
            [w * t * 1.5, 0],
            [w * t * 0.7, -h * 0.76],
          ],
          [x, y],
        ),
      ),
    );
  }
  for (const angle of steps(-Math.PI * 0.78, -Math.PI * 0.22, petals)) {
    shapes.leaves.push(petal([x, y - h * 0.5], angle, { inner: h * 0.32, outer: h * 1.15, halfWidth: w * 0.16 }));
  }
  for (const sign of [-1, 1]) {
    shapes.leaves.push(
      curve(
        place(
          [
            [0, h * 1.35],
            [sign * w * 0.8, h * 1.2],
            [sign * w * 1.5, h * 0.4],
            [sign * w * 1.42, -h * 0.5],
          ],
          [x, y],
        ),
      ),
    );
    for (const [t, turn] of [
      [1.1, 0.5],
      [0.4, 0.1],
    ] as const) {
      const angle = sign > 0 ? -turn : Math.PI + turn;
      shapes.leaves.push(
        petal([x + sign * w * (1.75 - t * 0.7), y + h * t], angle, { inner: 0, outer: w * 0.62, halfWidth: w * 0.2 }),
      );
    }
  }
}

/** A round of needle lace: mesh, rosettes, and a scalloped edge. */
function lace(random: Random): Layer[] {
  const centre: Point = random.pick([
    [200, 150],
    [60, 270],
    [340, 270],
    [200, 330],
    [340, 20],
  ] as const);
  const isWhole = centre[0] === 200 && centre[1] === 150;
  const unit = isWhole ? 140 : random.between(290, 330);
  const fold = random.pick([16, 20, 24]) * (isWhole ? 1 : 2);
  const thread = random.pick(colours);
  const [works, solids]: [string[], string[]] = [[], []];
  const rings = [0.12, 0.15, 0.36, 0.39, 0.62, 0.66, 0.88, 0.91].map((share) => circle(centre, unit * share));
  for (const [from, to] of [
    [0.15, 0.36],
    [0.39, 0.62],
    [0.66, 0.88],
  ] as const) {
    const work = random.pick(['petals', 'mesh', 'wheels', 'fans'] as const);
    const turns = angles(fold).filter((angle) =>
      isInFrame(polar(centre, (unit * (from + to)) / 2, angle), (unit * (to - from)) / 2),
    );
    const band = { centre, from: from * unit, to: to * unit, fold, turns };
    if (work === 'petals') solids.push(...petals(band));
    else works.push(...(work === 'mesh' ? mesh(band) : work === 'wheels' ? wheels(band) : fans(band)));
  }
  const heart = angles(8).map((angle) =>
    petal(centre, angle, { inner: 0, outer: unit * 0.115, halfWidth: unit * 0.02 }),
  );
  const scallops = angles(fold, Math.PI / fold)
    .map((angle) => polar(centre, unit * 0.95, angle))
    .filter((middle) => isInFrame(middle, 20))
    .flatMap((middle) => [
      circle(middle, (unit * 0.94 * Math.PI) / fold),
      circle(middle, (unit * 0.6 * Math.PI) / fold),
    ]);
  const cloth = random.pick(tints);
  return [
    fill(cloth, box([0, 0], [400, 300])),
    filled('ground', fine('ink', ...scallops)),
    fill('ground', circle(centre, unit * 0.91)),
    fine('ink', ...works),
    filled(cloth, stroke(thread, ...solids)),
    stroke('ink', ...rings),
    stroke(thread, ...heart),
  ];
}

interface Band {
  centre: Point;
  from: number;
  to: number;
  fold: number;
  turns: readonly number[];
}

function petals({ centre, from, to, fold, turns }: Band): string[] {
  const halfWidth = ((from + to) / 2) * (Math.PI / fold) * 1.5;
  return turns.map((angle) => petal(centre, angle, { inner: from + 2, outer: to - 2, halfWidth }));
}

function mesh({ centre, from, to, fold, turns }: Band): string[] {
  const step = Math.PI / fold;
  return turns.flatMap((angle) =>
    [angle, angle + step].map((foot) =>
      line([polar(centre, to, foot + step * 2), polar(centre, from, foot), polar(centre, to, foot - step * 2)]),
    ),
  );
}

function wheels({ centre, from, to, fold, turns }: Band): string[] {
  const middle = (from + to) / 2;
  const radius = Math.min((to - from) / 2, middle * (Math.PI / fold)) - 1;
  return turns.flatMap((angle) => {
    const hub = polar(centre, middle, angle);
    return [
      circle(hub, radius),
      ...angles(3, angle).map((spoke) => line([polar(hub, radius, spoke), polar(hub, -radius, spoke)])),
    ];
  });
}

function fans({ centre, from, to, fold, turns }: Band): string[] {
  return turns.flatMap((angle) => [
    line([
      polar(centre, to, angle - 0.7 * (Math.PI / fold)),
      polar(centre, from, angle),
      polar(centre, to, angle + 0.7 * (Math.PI / fold)),
    ]),
    ...steps(-0.35, 0.35, 3).map((share) =>
      line([polar(centre, from, angle), polar(centre, to, angle + (share * Math.PI) / fold)]),
    ),
  ]);
}
