import type { Random } from '#components/listing/cover-motifs/random.ts';

/** House colours of the drawings. `ground` is whatever the cover stands on: it hides what lies behind. */
export type Tone = 'ink' | 'lagoon' | 'gold' | 'rose' | 'tint-lagoon' | 'tint-gold' | 'tint-rose' | 'ground';

export interface Layer {
  kind: 'fill' | 'stroke' | 'fine' | 'dots';
  tone: Tone;
  path: string;
  /** Fills the shapes of a `stroke` or `fine` layer as well. */
  inside?: Tone;
}

/** Layers that repeat over the whole frame, as a weave does. */
export interface Tile {
  kind: 'tile';
  origin: readonly [x: number, y: number];
  size: readonly [width: number, height: number];
  layers: readonly Layer[];
}

/** Draws one picture as layers, from the back to the front. */
export type Motif = (random: Random) => (Layer | Tile)[];

export const tints = ['tint-lagoon', 'tint-gold', 'tint-rose'] as const;
export const colours = ['lagoon', 'gold', 'rose'] as const;

export function fill(tone: Tone, ...paths: readonly string[]): Layer {
  return { kind: 'fill', tone, path: paths.join('') };
}

export function stroke(tone: Tone, ...paths: readonly string[]): Layer {
  return { kind: 'stroke', tone, path: paths.join('') };
}

export function fine(tone: Tone, ...paths: readonly string[]): Layer {
  return { kind: 'fine', tone, path: paths.join('') };
}

export function dots(tone: Tone, ...paths: readonly string[]): Layer {
  return { kind: 'dots', tone, path: paths.join('') };
}

/** An outline and what is inside it, drawn once. */
export function filled(inside: Tone, layer: Layer): Layer {
  return { ...layer, inside };
}
