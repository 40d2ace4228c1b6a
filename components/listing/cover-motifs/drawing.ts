import type { Layer, Tile, Tone } from '#components/listing/cover-motifs/layers.ts';
import { paint, type Ground } from '#components/listing/cover-motifs/paint.ts';
import { frame, grain } from '#components/listing/cover-motifs/pen.ts';
import { coverId, coverSize } from '#components/listing/cover-address.ts';
import type { CategorySlug } from '#server/market/catalogue/trade-schema.ts';

const penWidths = { stroke: 1.5 * grain, fine: 0.8 * grain, dots: 3 * grain } as const;

/** How a colour of the house is written in the file. */
type Paint = (tone: Exclude<Tone, 'ground'> | Ground) => string;

/** Colours as names of the tokens, which the page that uses the drawing sets. */
const byToken: Paint = (tone) => `var(--cover-${tone})`;

/** The file of a cover: what is drawn for this seed, to be used by its id. */
export function coverFile(category: CategorySlug, seed: string): string {
  const [width, height] = coverSize;
  const drawn = drawCover(category, seed, byToken);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}"><g id="${coverId}">${drawn}</g></svg>`;
}

/** The shapes of a cover, from the back to the front, in colours as `paintOf` writes them. */
export function drawCover(category: CategorySlug, seed: string, paintOf: Paint): string {
  const { ground, parts } = paint(category, seed);
  const [width, height] = coverSize;
  const colour = (tone: Tone) => paintOf(tone === 'ground' ? ground : tone);
  const drawn = parts.map((part) => (part.kind === 'tile' ? tiling(part, colour) : layer(part, colour)));
  return `<path fill="${colour('ground')}" d="M0 0h${String(width)}v${String(height)}H0z"/>${drawn.join('')}`;
}

/** Copies side by side rather than an SVG pattern, which browsers paint from a blurred bitmap. */
function tiling(tile: Tile, colour: (tone: Tone) => string): string {
  const [width, height] = tile.size;
  const drawn = tile.layers.map((each) => layer(each, colour)).join('');
  const columns = Array.from({ length: Math.ceil(frame.width / width) + 2 }, (_, index) => index - 1);
  const rows = Array.from({ length: Math.ceil(frame.height / height) + 2 }, (_, index) => index - 1);
  const at = (origin: number, distance: number) => String(Math.round((origin + distance) * grain));
  return rows
    .flatMap((row) =>
      columns.map((column) => {
        const [x, y] = [at(tile.origin[0], column * width), at(tile.origin[1], row * height)];
        return `<g transform="translate(${x} ${y})">${drawn}</g>`;
      }),
    )
    .join('');
}

function layer({ kind, tone, path, inside }: Layer, colour: (tone: Tone) => string): string {
  if (path === '') return '';
  if (kind === 'fill') return `<path fill="${colour(tone)}" d="${path}"/>`;
  const fill = inside === undefined ? 'none' : colour(inside);
  const pen = tone === 'ground' ? '' : ` stroke="${colour(tone)}"`;
  const round = 'stroke-linecap="round" stroke-linejoin="round"';
  return `<path fill="${fill}"${pen} stroke-width="${String(penWidths[kind])}" ${round} d="${path}"/>`;
}
