import { expect, test } from 'vitest';

import { coverFile } from '#components/listing/cover-motifs/drawing.ts';
import { categorySlugs } from '#server/market/catalogue/trade-schema.ts';

const seeds = Array.from({ length: 20 }, (_, index) => `listing-${String(index)}`);

test.each(categorySlugs)(
  'a file of %s holds one drawing, in tokens that the page sets, and nothing that runs or loads',
  (trade) => {
    for (const seed of seeds) {
      const file = coverFile(trade, seed);
      expect(file).toMatch(/^<svg xmlns="[^"]+" viewBox="0 0 1600 1200"><g id="cover">.*<\/g><\/svg>$/);
      const colours = [...file.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, colour]) => colour);
      expect(colours.every((colour) => colour === 'none' || /^var\(--cover-[a-z-]+\)$/.test(colour ?? ''))).toBe(true);
      expect(file).not.toMatch(/undefined|NaN|href|<script|<style|url\(/);
    }
  },
);
