import { describe, expect, test } from 'vitest';

import { paint } from '#components/listing/cover-motifs/paint.ts';
import { categorySlugs } from '#server/market/catalogue/catalogue-schema.ts';

const seeds = Array.from({ length: 100 }, (_, index) => `listing-${String(index)}`);
const charactersMax = 24_000;

describe.each(categorySlugs)('covers of %s', (category) => {
  test('the same listing always has the same cover', () => {
    for (const seed of seeds) expect(paint(category, seed)).toEqual(paint(category, seed));
  });

  test('no two listings share a cover', () => {
    expect(new Set(seeds.map((seed) => JSON.stringify(paint(category, seed)))).size).toBe(seeds.length);
  });

  test('every cover is a valid, small drawing', () => {
    for (const seed of seeds) {
      const paths = paint(category, seed).parts.flatMap((part) =>
        part.kind === 'tile' ? part.layers.map((layer) => layer.path) : [part.path],
      );
      expect(paths.join('')).toMatch(/^[MLlcqahvz0-9 -]+$/);
      expect(paths.join('').length).toBeLessThan(charactersMax);
    }
  });
});
