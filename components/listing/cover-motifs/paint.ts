import { books } from '#components/listing/cover-motifs/books.ts';
import { glass } from '#components/listing/cover-motifs/glass.ts';
import { instruments } from '#components/listing/cover-motifs/instruments.ts';
import type { Layer, Motif, Tile } from '#components/listing/cover-motifs/layers.ts';
import { maps } from '#components/listing/cover-motifs/maps.ts';
import { patterns } from '#components/listing/cover-motifs/patterns.ts';
import { seededRandom } from '#components/listing/cover-motifs/random.ts';
import { services } from '#components/listing/cover-motifs/services.ts';
import { spices } from '#components/listing/cover-motifs/spices.ts';
import { textiles } from '#components/listing/cover-motifs/textiles.ts';
import type { CategorySlug } from '#server/market/catalogue/trade-schema.ts';

const motifs: Record<CategorySlug, Motif> = { glass, textiles, spices, books, maps, instruments, services, patterns };

const grounds = ['linen', 'mist', 'plaster'] as const;
export type Ground = (typeof grounds)[number];

interface Painting {
  ground: Ground;
  parts: (Layer | Tile)[];
}

/** The picture for a seed, as layers from the back to the front. The same seed is always the same picture. */
export function paint(category: CategorySlug, seed: string): Painting {
  const random = seededRandom(`${category}/${seed}`);
  return { ground: random.pick(grounds), parts: motifs[category](random) };
}
