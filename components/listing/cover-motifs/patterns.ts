import { colours, fill, filled, fine, stroke, tints } from '#components/listing/cover-motifs/layers.ts';
import type { Layer, Motif, Tile, Tone } from '#components/listing/cover-motifs/layers.ts';
import {
  angles,
  circle,
  curve,
  isInFrame,
  line,
  petal,
  polar,
  polygon,
  steps,
} from '#components/listing/cover-motifs/pen.ts';
import type { Point } from '#components/listing/cover-motifs/pen.ts';
import type { Random } from '#components/listing/cover-motifs/random.ts';

/** Terrazzo, the tracery of a palace front, a rosette of inlaid marble. */
export const patterns: Motif = (random) => random.pick([terrazzo, tracery, rosette, rosette])(random);

function terrazzo(random: Random): Layer[] {
  const pitch = random.between(26, 36);
  const tones: readonly Tone[] = [...tints, 'ground', ...colours];
  const chips = new Map<Tone, string[]>(tones.map((tone) => [tone, []]));
  for (let row = 0; (row - 0.5) * pitch < 300; row += 1) {
    for (let column = 0; (column - 0.5) * pitch < 400; column += 1) {
      const centre: Point = [
        (column + (row % 2 === 0 ? 0 : 0.5)) * pitch + random.between(-5, 5),
        row * pitch + random.between(-5, 5),
      ];
      const radius = pitch * random.between(0.24, 0.54);
      const corners = angles(random.whole(4, 6), random.between(0, 6));
      const chip = polygon(
        corners.map((angle) => polar(centre, radius * random.between(0.75, 1.1), angle + random.between(-0.25, 0.25))),
      );
      const tone: Tone = random.chance(0.18) ? random.pick(colours) : random.pick<Tone>([...tints, 'ground']);
      chips.get(tone)?.push(chip);
    }
  }
  const brass = random.chance(0.7) ? [curve(steps(-20, 420, 5).map((x): Point => [x, random.between(60, 240)]))] : [];
  return [...[...chips].map(([tone, paths]) => filled(tone, fine('ink', ...paths))), stroke('gold', ...brass)];
}

/** Interlaced circles and quatrefoils, as in the balustrade of a loggia. */
function tracery(random: Random): Tile[] {
  const pitch = 400 / random.pick([4, 5, 6]);
  const shapes: Record<'rings' | 'foils' | 'eyes' | 'fills', string[]> = { rings: [], foils: [], eyes: [], fills: [] };
  const lobe = pitch * 0.19;
  for (const [column, row] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ] as const) {
    const centre: Point = [(column + 0.5) * pitch, (row + 0.5) * pitch];
    shapes.rings.push(circle(centre, pitch / 2), circle(centre, pitch / 2 - 5));
    for (const angle of angles(4)) shapes.foils.push(circle(polar(centre, lobe, angle), lobe));
    for (const angle of angles(4, Math.PI / 4)) {
      shapes.eyes.push(petal(centre, angle, { inner: pitch * 0.12, outer: pitch * 0.44, halfWidth: pitch * 0.06 }));
    }
    if (row === column) shapes.fills.push(circle(centre, pitch / 2 - 5));
  }
  for (const column of [0, 1]) {
    for (const row of [0, 1]) {
      const knot: Point = [column * pitch, row * pitch];
      shapes.eyes.push(circle(knot, pitch * 0.13));
      for (const angle of angles(4, Math.PI / 4))
        shapes.foils.push(petal(knot, angle, { inner: 0, outer: pitch * 0.13, halfWidth: pitch * 0.05 }));
    }
  }
  return [
    {
      kind: 'tile',
      origin: [random.between(0, pitch), random.between(0, pitch)],
      size: [pitch * 2, pitch * 2],
      layers: [
        fill(random.pick(tints), ...shapes.fills),
        fine(random.pick(colours), ...shapes.eyes),
        stroke(random.pick(colours), ...shapes.foils),
        stroke('ink', ...shapes.rings),
      ],
    },
  ];
}

/** Spiral of lozenges between rings: the marble floors of the basilica. */
function rosette(random: Random): Layer[] {
  const centre: Point = random.pick([
    [200, 150],
    [200, 150],
    [0, 150],
    [400, 150],
    [0, 300],
    [400, 300],
  ] as const);
  const reach = centre[0] === 200 ? 252 : random.between(400, 500);
  const fold = random.pick([16, 20, 24, 28]);
  const ratio = Math.exp((2 * Math.PI) / fold) ** random.between(0.8, 1.2);
  const twist = Math.PI / fold;
  const inlays = new Map<Tone, string[]>();
  const outlines: string[] = [];
  let ring = 0;
  const [first, second, third] = random.pick([
    ['tint-lagoon', 'lagoon', 'tint-gold'],
    ['tint-rose', 'rose', 'tint-gold'],
    ['tint-gold', 'gold', 'tint-lagoon'],
    ['tint-rose', 'lagoon', 'tint-gold'],
  ] as const satisfies readonly (readonly Tone[])[]);
  for (let radius = reach; radius > reach * 0.2 && radius > 34; radius /= ratio ** 0.5) {
    const inner = radius / ratio ** 0.5;
    for (const angle of angles(fold, ring * twist)) {
      if (!isInFrame(polar(centre, inner, angle), radius / ratio - inner / ratio + 30)) continue;
      const stone = polygon([
        polar(centre, radius, angle),
        polar(centre, inner, angle + twist),
        polar(centre, inner / ratio ** 0.5, angle),
        polar(centre, inner, angle - twist),
      ]);
      outlines.push(stone);
      const tone = ([first, second, third] as const)[ring % 3] ?? first;
      if (ring % 3 !== 2 || random.chance(0.5))
        inlays.set(tone, [...(inlays.get(tone) ?? []), triangle({ centre, radius, inner, angle, twist })]);
    }
    ring += 1;
  }
  const heart = Math.max(reach * 0.2, 34) * 0.78;
  return [
    ...[...inlays].map(([tone, paths]) => fill(tone, ...paths)),
    fine('ink', ...outlines),
    fill('ground', circle(centre, heart)),
    stroke('ink', circle(centre, heart), circle(centre, heart * 0.9)),
    stroke(
      'gold',
      ...angles(12).map((angle) =>
        petal(centre, angle, { inner: heart * 0.16, outer: heart * 0.84, halfWidth: heart * 0.2 }),
      ),
    ),
    fine(
      'ink',
      ...angles(12, Math.PI / 12).map((angle) =>
        line([polar(centre, heart * 0.3, angle), polar(centre, heart * 0.88, angle)]),
      ),
    ),
  ];
}

function triangle({
  centre,
  radius,
  inner,
  angle,
  twist,
}: {
  centre: Point;
  radius: number;
  inner: number;
  angle: number;
  twist: number;
}): string {
  return polygon([
    polar(centre, radius, angle),
    polar(centre, inner, angle + twist),
    polar(centre, inner, angle - twist),
  ]);
}
