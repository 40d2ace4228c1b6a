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
  line,
  petal,
  points,
  polar,
  segment,
  steps,
} from '#components/listing/cover-motifs/pen.ts';
import type { Point } from '#components/listing/cover-motifs/pen.ts';
import type { Random } from '#components/listing/cover-motifs/random.ts';

/** Star anise, pepper and cloves strewn over the cloth, or apothecary jars on a shelf. */
export const spices: Motif = (random) => (random.chance(0.5) ? strewn(random) : jars(random));

type Heap = Record<'pods' | 'seeds' | 'veins' | 'pepper' | 'buds', string[]>;

function strewn(random: Random): Layer[] {
  const pitch = random.between(74, 96);
  const heap: Heap = { pods: [], seeds: [], veins: [], pepper: [], buds: [] };
  const rows = Math.ceil(300 / (pitch * 0.86)) + 1;
  const columns = Math.ceil(400 / pitch) + 1;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const centre: Point = [
        (column + (row % 2 === 0 ? 0 : 0.5)) * pitch - pitch / 4 + random.between(-7, 7),
        row * pitch * 0.86 + random.between(-7, 7),
      ];
      const what = random.between(0, 1);
      if (what < 0.62) star(random, { heap, centre, radius: pitch * random.between(0.36, 0.47) });
      else if (what < 0.84) cloves(random, { heap, centre, radius: pitch * 0.3 });
      else peppercorns(random, { heap, centre, radius: pitch * 0.3 });
    }
  }
  const pod = random.pick(['rose', 'gold', 'ink'] as const);
  return [
    filled(random.pick(tints), stroke(pod, ...heap.pods)),
    stroke(pod, ...heap.buds),
    fine(pod, ...heap.veins),
    dots(pod === 'gold' ? 'rose' : 'gold', ...heap.seeds),
    stroke('ink', ...heap.pepper),
  ];
}

interface Spot {
  heap: Heap;
  centre: Point;
  radius: number;
}

function star(random: Random, { heap, centre, radius }: Spot): void {
  const count = random.pick([7, 8, 8, 9]);
  for (const angle of angles(count, random.between(0, 1))) {
    const reach = radius * random.between(0.9, 1.08);
    heap.pods.push(petal(centre, angle, { inner: radius * 0.12, outer: reach, halfWidth: radius * 0.32 }));
    heap.veins.push(line([polar(centre, radius * 0.16, angle), polar(centre, reach * 0.86, angle)]));
    heap.seeds.push(dot(polar(centre, reach * 0.52, angle)));
  }
  heap.veins.push(circle(centre, radius * 0.1));
}

function cloves(random: Random, { heap, centre, radius }: Spot): void {
  for (const start of angles(random.whole(2, 3), random.between(0, 6))) {
    const root = polar(centre, radius * 0.5, start);
    const angle = start + random.between(0.6, 1.6);
    const tip = polar(root, radius * 0.95, angle);
    heap.buds.push(line([root, tip]), circle(polar(tip, radius * 0.16, angle), radius * 0.16));
    for (const turn of [-0.9, -0.3, 0.3, 0.9]) heap.buds.push(line([tip, polar(tip, radius * 0.3, angle + turn)]));
  }
}

function peppercorns(random: Random, { heap, centre, radius }: Spot): void {
  for (const angle of angles(random.whole(3, 5), random.between(0, 6))) {
    const spot = polar(centre, radius * random.between(0.5, 0.8), angle);
    heap.pepper.push(circle(spot, radius * 0.22));
    heap.veins.push(
      curve([polar(spot, radius * 0.12, 2.4), polar(spot, radius * 0.03, 1), polar(spot, radius * 0.12, 5.4)]),
    );
  }
}

/** Drug jars (albarelli): waisted cylinders with a parchment lid and a painted band. */
function jars(random: Random): Layer[] {
  const count = random.pick([3, 4, 5]);
  const slot = 400 / count;
  const shelf = 262;
  const [band, leaf] = [random.pick(colours), random.pick(colours)];
  const tint = random.pick(tints);
  const bodies: string[] = [];
  const outlines: string[] = [];
  const labels: string[] = [];
  const sprigs: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const half = slot * random.between(0.33, 0.4);
    const height = random.between(128, 205);
    const jar = { x: slot * (index + 0.5), base: shelf, half, height };
    const shape = albarello(jar);
    bodies.push(shape.body);
    outlines.push(...shape.lines);
    const label = paintedBand(jar, random.pick(['sprig', 'lozenges', 'waves'] as const));
    labels.push(...label.frame);
    sprigs.push(...label.figure);
  }
  const boards = [shelf, shelf + 5, shelf + 16].map((y) => segment([0, y], [400, y]));
  const arches = Array.from({ length: count }, (_, index) => arch(slot * (index + 0.5), slot * 0.47));
  return [
    fine('gold', ...arches),
    fill('ground', ...bodies),
    stroke('ink', ...outlines, ...boards),
    filled(tint, stroke(band, ...labels)),
    fine(leaf, ...sprigs),
  ];
}

function arch(x: number, half: number): string {
  return `${segment([x - half, 262], [x - half, 60])}${curve(points([x - half, 60], [x - half * 0.72, 26], [x, 8], [x + half * 0.72, 26], [x + half, 60]))}${segment([x + half, 60], [x + half, 262])}`;
}

interface Jar {
  x: number;
  base: number;
  half: number;
  height: number;
}

function albarello({ x, base, half, height }: Jar): { body: string; lines: string[] } {
  const side = (sign: number): Point[] =>
    (
      [
        [0, 0.72],
        [0.05, 0.66],
        [0.13, 0.98],
        [0.3, 0.88],
        [0.55, 0.82],
        [0.8, 0.9],
        [0.92, 0.98],
        [1, 0.72],
      ] as const
    ).map(([t, w]) => [x + sign * half * w, base - height + t * height]);
  const [left, right] = [side(-1), side(1)];
  const top = base - height;
  const lid = half * 0.84;
  const cover = curve(
    points([x - lid, top + 5], [x - lid * 0.6, top - 13], [x, top - 17], [x + lid * 0.6, top - 13], [x + lid, top + 5]),
  );
  const pleats = steps(-0.7, 0.7, 6).map((share) =>
    segment([x + share * lid * 0.7, top - 12], [x + share * lid * 1.15, top + 7]),
  );
  return {
    body: `${between(left, right)}${cover}z`,
    lines: [
      curve(left),
      curve(right),
      frontArc([x, base], [half * 0.72, 5]),
      cover,
      ...pleats,
      frontArc([x, top + 5], [lid, 5]),
      frontArc([x, top + height * 0.13], [half * 0.98, 6]),
      frontArc([x, base - height * 0.08], [half * 0.98, 6]),
    ],
  };
}

function paintedBand(
  { x, base, half, height }: Jar,
  figure: 'sprig' | 'lozenges' | 'waves',
): { frame: string[]; figure: string[] } {
  const middle = base - height * 0.46;
  const [w, h] = [half * 0.66, height * 0.19];
  const frame = [ellipse([x, middle], [w, h])];
  if (figure === 'sprig') {
    const leaves = steps(-0.6, 0.6, 5).flatMap((t) =>
      [-1, 1].map((sign) =>
        petal([x, middle + t * h], sign > 0 ? -0.5 : Math.PI + 0.5, {
          inner: 1,
          outer: w * (0.7 - Math.abs(t) * 0.5),
          halfWidth: 4,
        }),
      ),
    );
    return {
      frame,
      figure: [segment([x, middle + h * 0.85], [x, middle - h * 0.85]), ...leaves],
    };
  }
  if (figure === 'waves') {
    const waves = steps(-0.5, 0.5, 4).map((t) =>
      curve(steps(-0.75, 0.75, 7).map((s, i): Point => [x + s * w, middle + t * h + (i % 2 === 0 ? -3 : 3)])),
    );
    return { frame, figure: waves };
  }
  const lozenges = steps(-0.5, 0.5, 3).map((s) =>
    line(
      points(
        [x + s * w, middle - h * 0.5],
        [x + s * w + w * 0.22, middle],
        [x + s * w, middle + h * 0.5],
        [x + s * w - w * 0.22, middle],
        [x + s * w, middle - h * 0.5],
      ),
    ),
  );
  return { frame, figure: lozenges };
}
