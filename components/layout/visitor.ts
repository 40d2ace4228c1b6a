import type { Tier } from '#server/platform/session.ts';

/** The signed-in citizen as the frame of every page shows them. */
export interface Visitor {
  username: string;
  displayName: string;
  tier: Tier;
  role: 'citizen' | 'operator';
  /** What they can spend now; null when it could not be read. */
  availableMinor: bigint | null;
}
