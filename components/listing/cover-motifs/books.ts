import { fill, filled, fine, stroke, tints } from '#components/listing/cover-motifs/layers.ts';
import type { Layer, Motif } from '#components/listing/cover-motifs/layers.ts';
import {
  angles,
  between,
  box,
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

/** An open book under rays, a shelf of spines, or the printer's anchor. */
export const books: Motif = (random) => random.pick([openBook, shelf, shelf, anchor])(random);

function openBook(random: Random): Layer[] {
  const ray = random.pick(['gold', 'rose', 'lagoon'] as const);
  const rays = angles(random.pick([36, 48, 60]), 0.03).map((angle, index) =>
    line([polar([200, 176], 70, angle), polar([200, 176], index % 2 === 0 ? 300 : 150, angle)]),
  );
  const [top, bottom, edge] = [random.between(88, 100), random.between(224, 234), random.between(148, 164)];
  const page = (sign: number): Point[] =>
    points([200, top + 12], [200 + sign * 50, top - 8], [200 + sign * 110, top - 6], [200 + sign * edge, top + 8]);
  const foot = (sign: number): Point[] => page(sign).map(([x, y]) => [x, y + bottom - top]);
  const leaf = (sign: number) => between(page(sign), foot(sign));
  const thickness = [5, 9, 13].flatMap((drop) =>
    [-1, 1].map((sign) =>
      curve(foot(sign).map(([x, y], index): Point => [x + sign * (index === 3 ? drop / 2 : 0), y + drop])),
    ),
  );
  const cover = `${segment([200 - edge - 12, top + 18], [200 - edge - 12, bottom + 32])}${curve(points([200 - edge - 12, bottom + 32], [120, bottom + 22], [200, bottom + 34], [280, bottom + 22], [200 + edge + 12, bottom + 32]))}${segment([200 + edge + 12, bottom + 32], [200 + edge + 12, top + 18])}`;
  const rows = random.whole(9, 13);
  const text = [-1, 1].flatMap((sign) =>
    steps(0.12, 0.86, rows).map((share, index) =>
      textLine(random, { sign, points: page(sign), drop: share * (bottom - top), isLast: index === rows - 1 }),
    ),
  );
  const initial = box([200 - edge + 24, top + 24], [30, 30]);
  const bloom = angles(8).map((angle) =>
    petal([200 - edge + 39, top + 39], angle, { inner: 2, outer: 13, halfWidth: 4 }),
  );
  const ribbon = curve(points([206, top + 14], [214, 160], [208, bottom + 6], [220, bottom + 46]));
  return [
    fine(ray, ...rays),
    fill('ground', leaf(-1), leaf(1), `${cover}z`),
    fine('ink', ...thickness, ...text),
    fill(random.pick(tints), initial),
    fine('rose', ...bloom),
    stroke(
      'ink',
      curve(page(-1)),
      curve(page(1)),
      curve(foot(-1)),
      curve(foot(1)),
      segment([200, top + 12], [200, bottom + 12]),
      ...[-1, 1].map((sign) => segment([200 + sign * edge, top + 8], [200 + sign * edge, bottom + 8])),
      cover,
      initial,
    ),
    stroke('rose', ribbon),
  ];
}

interface TextLine {
  sign: number;
  points: readonly Point[];
  drop: number;
  isLast: boolean;
}

function textLine(random: Random, { sign, points, drop, isLast }: TextLine): string {
  const [inner, outer] = [points[1], points[3]];
  if (inner === undefined || outer === undefined) return '';
  const end = isLast ? 0.45 : random.between(0.86, 0.92);
  const start: Point = [200 + sign * 18, (points[0]?.[1] ?? 0) + drop - 4];
  const middle: Point = [200 + sign * 70, inner[1] + drop];
  const stop: Point = [200 + sign * Math.abs(outer[0] - 200) * end, outer[1] + drop - 5];
  return isLast ? curve([start, [200 + sign * 60, inner[1] + drop + 1]]) : curve([start, middle, stop]);
}

function shelf(random: Random): Layer[] {
  const boards = random.pick([
    [142, 290],
    [142, 290],
    [98, 196, 294],
  ] as const);
  const shapes: Record<'tint' | 'outline' | 'bands' | 'gilt', string[]> = {
    tint: [],
    outline: [],
    bands: [],
    gilt: [],
  };
  let from = 0;
  for (const board of boards) {
    const room = board - from - 16;
    for (let x = random.between(-14, 2); x < 400;) {
      const width = random.between(room * 0.13, room * 0.27) + 6;
      const height = room * random.between(0.72, 0.99);
      const isLeaning = random.chance(0.12) && x > 20;
      const angle = isLeaning ? -0.16 : 0;
      spine(random, { shapes, foot: [x + (isLeaning ? height * 0.16 : 0), board], width, height, angle });
      x += width + (isLeaning ? height * 0.17 : random.pick([0, 0, 0, 2, 5]));
    }
    shapes.outline.push(segment([0, board], [400, board]), segment([0, board + 5], [400, board + 5]));
    from = board;
  }
  return [
    fill(random.pick(tints), ...shapes.tint),
    stroke('ink', ...shapes.outline),
    fine('ink', ...shapes.bands),
    stroke(random.pick(['gold', 'rose', 'lagoon'] as const), ...shapes.gilt),
  ];
}

interface Spine {
  shapes: Record<'tint' | 'outline' | 'bands' | 'gilt', string[]>;
  foot: Point;
  width: number;
  height: number;
  angle: number;
}

function spine(random: Random, { shapes, foot, width, height, angle }: Spine): void {
  const put = (points: readonly Point[]) => place(points, foot, angle);
  const outline = polygon(put(points([0, 0], [width, 0], [width, -height], [0, -height])));
  shapes.outline.push(outline);
  if (random.chance(0.4)) shapes.tint.push(outline);
  const band = (share: number) => line(put(points([0, -height * share], [width, -height * share])));
  for (const share of random.pick([
    [0.1, 0.3, 0.5, 0.7, 0.9],
    [0.12, 0.16, 0.84, 0.88],
    [0.2, 0.8],
    [0.08, 0.62, 0.92],
  ])) {
    shapes.bands.push(band(share), band(share + 3 / height));
  }
  const middle = put([[width / 2, -height * 0.6]])[0];
  if (middle === undefined || width < 16) return;
  const size = Math.min(width * 0.3, 11);
  const ornament = random.pick(['flower', 'lozenge', 'ring', 'bars'] as const);
  if (ornament === 'flower')
    shapes.gilt.push(
      ...angles(6, 0.5).map((turn) => petal(middle, turn, { inner: 1, outer: size, halfWidth: size * 0.4 })),
    );
  if (ornament === 'ring') shapes.gilt.push(circle(middle, size), circle(middle, size * 0.45));
  if (ornament === 'lozenge')
    shapes.gilt.push(
      polygon(
        place(
          [
            [0, -size * 1.5],
            [size, 0],
            [0, size * 1.5],
            [-size, 0],
          ],
          middle,
          angle,
        ),
      ),
    );
  if (ornament === 'bars')
    shapes.gilt.push(
      ...steps(-10, 10, 4).map((y) =>
        line(
          place(
            [
              [-size, y],
              [size, y],
            ],
            middle,
            angle,
          ),
        ),
      ),
    );
}

/** The anchor on a printer's title page, its cable wound about it. */
function anchor(random: Random): Layer[] {
  const [mark, cord] = random.pick([
    ['lagoon', 'rose'],
    ['rose', 'lagoon'],
    ['ink', 'gold'],
  ] as const);
  const sheet = steps(14, 26, 3).map((inset) => box([inset, inset], [400 - 2 * inset, 300 - 2 * inset]));
  const shank = [
    line(trace('196 84, 196 226')),
    line(trace('204 84, 204 226')),
    circle([200, 70], 13),
    circle([200, 70], 8),
  ];
  const stock = [
    curve(trace('146 100, 172 94, 200 93, 228 94, 254 100')),
    curve(trace('146 108, 172 103, 200 102, 228 103, 254 108')),
    circle([142, 104], 6),
    circle([258, 104], 6),
  ];
  const arms = [-1, 1].flatMap((sign) => [
    curve(points([200, 246], [200 + sign * 44, 234], [200 + sign * 78, 196], [200 + sign * 84, 166])),
    curve(points([200 + sign * 4, 226], [200 + sign * 36, 218], [200 + sign * 62, 188], [200 + sign * 70, 170])),
    polygon(points([200 + sign * 94, 174], [200 + sign * 78, 146], [200 + sign * 58, 170])),
  ]);
  const cable: Point[] = trace(
    '200 70, 226 92, 216 122, 184 140, 176 166, 204 184, 226 204, 212 236, 176 256, 128 262',
  );
  const rope = [curve(cable), curve(cable.map(([x, y]): Point => [x + 7, y + 3]))];
  const count = random.pick([28, 36, 44]);
  const border = angles(count).map((angle) => petal([200, 154], angle, { inner: 112, outer: 128, halfWidth: 5 }));
  const lines = [-1, 1].flatMap((sign) =>
    steps(60, 250, random.whole(11, 15)).map((y) => segment([200 + sign * 140, y], [200 + sign * 172, y])),
  );
  return [
    fine('ink', ...sheet, ...lines),
    filled(random.pick(tints), stroke('ink', circle([200, 154], 108))),
    fine('gold', ...border),
    stroke(mark, ...shank, ...stock, ...arms),
    stroke(cord, ...rope),
  ];
}
