import { frame, grain } from '#components/listing/cover-motifs/pen.ts';
import type { CategorySlug } from '#server/market/catalogue/trade-schema.ts';

/** The drawing within its file. */
export const coverId = 'cover';

/** Width and height of a drawing, in units of its paths. */
export const coverSize = [frame.width * grain, frame.height * grain] as const;

/** Where a drawing is kept. */
export function coverAddress(category: CategorySlug, seed: string): string {
  return `/covers/${category}/${seed}.svg`;
}
