import { listingFilter, type ListingFilter } from '#server/market/search/search-schema.ts';
import { savedSearchesMax, type SavedSearch, type SaveSearchInput } from '#server/market/search/storefront-schema.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Clock } from '#server/platform/clock.ts';
import { inputHash } from '#server/platform/crypto.ts';
import type { Db, Prisma, Tx } from '#server/platform/db.ts';
import { DomainError, keyReused, refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { z } from '#server/platform/zod.ts';

const firstCheckMs = 3_600_000;

/**
 * Keeps a search, so that its citizen is told of what it finds from now on. The same key with the same input answers the
 * same search again. Refuses: `idempotency_key_reused`, `saved_search_limit`.
 */
export async function saveSearch(
  tx: Tx,
  input: { citizenId: string; search: SaveSearchInput; clock: Clock; ids: Ids },
): Promise<{ savedSearchId: string }> {
  const { citizenId, clock, ids } = input;
  const { key, name, filter } = input.search;
  const stored = storedOf(filter);
  const hash = inputHash({ name, filter: JSON.stringify(stored) });
  await lockName(tx, `market.searches:${citizenId}`);
  const known = await tx.savedSearch.findUnique({
    where: { citizenId_key: { citizenId, key } },
    select: { id: true, inputHash: true },
  });
  if (known !== null) return repeated(known, hash);
  if ((await tx.savedSearch.count({ where: { citizenId } })) >= savedSearchesMax) throw tooManySearches();
  const now = clock.now();
  const { id } = await tx.savedSearch.create({
    data: {
      ...{ id: ids.uuid(), citizenId, key, inputHash: hash, name, filter: stored },
      ...{ createdAt: now, seenUntil: now, nextCheckAt: new Date(now.getTime() + firstCheckMs) },
    },
    select: { id: true },
  });
  return { savedSearchId: id };
}

/** Forgets a kept search. Refuses: `saved_search_not_found`, also for somebody else's. */
export async function forgetSearch(tx: Tx, input: { citizenId: string; savedSearchId: string }): Promise<void> {
  const { citizenId, savedSearchId: id } = input;
  const { count } = await tx.savedSearch.deleteMany({ where: { id, citizenId } });
  if (count === 0) throw refuse('not_found', 'saved_search_not_found', 'There is no such saved search.');
}

/** The searches that a citizen keeps, the latest first; as few as one may keep. */
export async function savedSearchesOf(db: Db, citizenId: string): Promise<SavedSearch[]> {
  const rows = await db.savedSearch.findMany({
    where: { citizenId },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: savedSearchesMax,
    select: { id: true, name: true, filter: true, createdAt: true },
  });
  return rows.map(({ filter, ...row }) => ({ ...row, filter: filterOf(filter) }));
}

/** JSON has no bigint: bounds of the price are kept as texts. */
const storedFilter = listingFilter.extend({
  priceMinorMin: z
    .string()
    .regex(/^\d{1,13}$/)
    .transform(BigInt)
    .optional(),
  priceMinorMax: z
    .string()
    .regex(/^\d{1,13}$/)
    .transform(BigInt)
    .optional(),
});

/** A kept filter as the search takes it. One that a later version no longer understands finds everything. */
export function filterOf(stored: Prisma.JsonValue): ListingFilter {
  return storedFilter.safeParse(stored).data ?? {};
}

function storedOf(filter: ListingFilter): Prisma.InputJsonObject {
  const entries = Object.entries(filter).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'bigint' ? value.toString() : value]),
  );
}

function repeated(known: { id: string; inputHash: string }, hash: string): { savedSearchId: string } {
  if (known.inputHash === hash) return { savedSearchId: known.id };
  throw keyReused();
}

function tooManySearches(): Error {
  return new DomainError({
    kind: 'conflict',
    code: 'saved_search_limit',
    message: 'You keep as many searches as one can.',
    details: { savedSearchesMax },
  });
}
