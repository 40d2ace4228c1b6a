import { createSealing, sealingKeys } from '#server/platform/sealing.ts';

/** A sealing with a key of its own. */
export const testSealing = createSealing(sealingKeys(undefined, 'a secret that only tests know'));
