import { citizensByIds } from '#server/citizens/queries.ts';
import type { PartyView } from '#server/market/schema.ts';
import type { Db } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';

/** Most citizens that one query looks up. */
const batchSize = 100;

/** Looks up citizens, each once, and answers how they appear to others. */
export async function partiesOf(db: Db, citizenIds: readonly string[]): Promise<(citizenId: string) => PartyView> {
  const ids = [...new Set(citizenIds)];
  const known = new Map<string, PartyView>();
  for (let start = 0; start < ids.length; start += batchSize) {
    const citizens = await citizensByIds(db, ids.slice(start, start + batchSize));
    for (const [citizenId, { username, displayName }] of citizens)
      known.set(citizenId, { citizenId, username, displayName });
  }
  return (citizenId) => {
    const party = known.get(citizenId);
    invariant(party !== undefined, 'whoever sells or buys is a known citizen');
    return party;
  };
}
