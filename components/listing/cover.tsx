'use client';

import type { Layer, Tile, Tone } from '#components/listing/cover-motifs/layers.ts';
import { paint } from '#components/listing/cover-motifs/paint.ts';
import type { Ground } from '#components/listing/cover-motifs/paint.ts';
import { frame, grain } from '#components/listing/cover-motifs/pen.ts';
import { classNames } from '#components/ui/class-names.ts';
import type { CategorySlug } from '#server/market/catalogue/catalogue-schema.ts';

const groundFills: Record<Ground, string> = {
  linen: 'fill-cover-linen',
  mist: 'fill-cover-mist',
  plaster: 'fill-cover-plaster',
};

const toneFills: Record<Exclude<Tone, 'ground'>, string> = {
  ink: 'fill-cover-ink',
  lagoon: 'fill-cover-lagoon',
  gold: 'fill-cover-gold',
  rose: 'fill-cover-rose',
  'tint-lagoon': 'fill-cover-tint-lagoon',
  'tint-gold': 'fill-cover-tint-gold',
  'tint-rose': 'fill-cover-tint-rose',
};

const toneStrokes: Record<Exclude<Tone, 'ground'>, string> = {
  ink: 'stroke-cover-ink',
  lagoon: 'stroke-cover-lagoon',
  gold: 'stroke-cover-gold',
  rose: 'stroke-cover-rose',
  'tint-lagoon': 'stroke-cover-tint-lagoon',
  'tint-gold': 'stroke-cover-tint-gold',
  'tint-rose': 'stroke-cover-tint-rose',
};

interface CoverProps {
  category: CategorySlug;
  /** Whatever names the thing for good, usually the listing's id: the same seed is the same drawing. */
  seed: string;
}

/**
 * The drawing on a listing: one of eight motifs, varied by the listing's id. Decoration, hidden from readers.
 * The server draws it into the page. It is a client component only so that the paths are not sent a second
 * time as data, which would double a page of two dozen drawings.
 */
export function Cover({ category, seed }: CoverProps) {
  const { ground, parts } = paint(category, seed);
  const [width, height] = [frame.width * grain, frame.height * grain];
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
      focusable="false"
      className="block aspect-cover h-auto w-full"
    >
      <path className={groundFills[ground]} d={`M0 0h${width}v${height}H0z`} />
      {parts.map((part, index) =>
        part.kind === 'tile' ? (
          <Tiling key={index} tile={part} ground={ground} id={`cover-${category}-${seed}`} />
        ) : (
          <Stroke key={index} layer={part} ground={ground} />
        ),
      )}
    </svg>
  );
}

/** Copies side by side rather than an SVG pattern, which browsers paint from a blurred bitmap. */
function Tiling({ tile, ground, id }: { tile: Tile; ground: Ground; id: string }) {
  const [width, height] = tile.size;
  const columns = Array.from({ length: Math.ceil(frame.width / width) + 2 }, (_, index) => index - 1);
  const rows = Array.from({ length: Math.ceil(frame.height / height) + 2 }, (_, index) => index - 1);
  return (
    <>
      <defs>
        <g id={id}>
          {tile.layers.map((layer, index) => (
            <Stroke key={index} layer={layer} ground={ground} />
          ))}
        </g>
      </defs>
      {rows.flatMap((row) =>
        columns.map((column) => (
          <use
            key={`${row}/${column}`}
            href={`#${id}`}
            x={Math.round((tile.origin[0] + column * width) * grain)}
            y={Math.round((tile.origin[1] + row * height) * grain)}
          />
        )),
      )}
    </>
  );
}

const penWidths = { stroke: 1.5 * grain, fine: 0.8 * grain, dots: 3 * grain } as const;

function Stroke({ layer, ground }: { layer: Layer; ground: Ground }) {
  if (layer.path === '') return null;
  if (layer.kind === 'fill') return <path className={fillClass(layer.tone, ground)} d={layer.path} />;
  const inside = layer.inside === undefined ? 'fill-none' : fillClass(layer.inside, ground);
  const outline = layer.tone === 'ground' ? '' : toneStrokes[layer.tone];
  return (
    <path
      className={classNames(inside, outline)}
      strokeWidth={penWidths[layer.kind]}
      strokeLinecap="round"
      strokeLinejoin="round"
      d={layer.path}
    />
  );
}

function fillClass(tone: Tone, ground: Ground): string {
  return tone === 'ground' ? groundFills[ground] : toneFills[tone];
}
