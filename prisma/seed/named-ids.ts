import { createHash } from 'node:crypto';
import { uuidv7At } from '#server/platform/ids.ts';
import type { Ids } from '#server/platform/ids.ts';

/** The key of one thing of the seed: the same in every database. */
export function seedKey(name: string): string {
  return uuidv7At(new Date(0), digest(name));
}

/** Ids made of a moment and a name, one after the other, the same on every run. */
export function namedIds(time: Date, name: string): Ids {
  let made = 0;
  return {
    uuid: () => {
      made += 1;
      return uuidv7At(time, digest(`${name} ${String(made)}`));
    },
  };
}

function digest(name: string): Uint8Array {
  return createHash('sha256').update(`cascade seed ${name}`).digest();
}
