import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';
import { cardOf, type ListingRow } from '#server/market/catalogue/listing-rows.ts';
import { partiesOf } from '#server/market/parties.ts';
import { categoryTree, type SearchDeps } from '#server/market/search/category-tree.ts';
import { readSearchCursor, searchCursor, type PlacedRow } from '#server/market/search/search-cursors.ts';
import type {
  ListingFilter,
  ListingSort,
  SearchListingsInput,
  SearchPage,
} from '#server/market/search/search-schema.ts';
import type { Narrowing } from '#server/market/search/search-conditions.ts';
import { searchStatement, shapeName, type Asked } from '#server/market/search/search-statement.ts';
import { filtersIn, nearestOf } from '#server/market/search/search-ways.ts';
import { mayBeBegun, wordFrequencies } from '#server/market/search/word-frequencies.ts';
import { meantText } from '#server/market/search/typos.ts';
import type { RunningSale } from '#server/market/discounts/price-schema.ts';
import { invariant } from '#server/platform/invariant.ts';

/** With fewer hits than this on the first page, what was typed may be a slip. */
const hardlyAny = 3;

/**
 * One page of the listings on sale that match. Where the typed words are found nowhere, the words probably meant are
 * searched for instead. One round trip, two more for a probable typo. Refuses: `invalid_cursor`.
 */
export async function searchListings(deps: SearchDeps, input: SearchListingsInput): Promise<SearchPage> {
  const page = await exactPage(deps, input);
  const { text = '', cursor } = input;
  if (cursor !== undefined || text === '' || page.items.length >= hardlyAny) return { ...page, meant: null };
  const meant = await meantText(deps.database, text);
  if (meant === null) return { ...page, meant: null };
  if (page.items.length > 0) return { ...page, meant: { text: meant, isApplied: false } };
  const corrected = await exactPage(deps, { ...input, text: meant });
  if (corrected.items.length === 0) return { ...page, meant: null };
  return { ...corrected, meant: { text: meant, isApplied: true } };
}

async function exactPage(deps: SearchDeps, input: SearchListingsInput): Promise<Omit<SearchPage, 'meant'>> {
  const { limit, cursor } = input;
  const sort = sortOf(input);
  const place = cursor === undefined ? null : readSearchCursor(sort, cursor);
  const filter = await narrowing(deps, input);
  const count = limit + 1;
  const isPrepared = filtersIn(filter) === 0;
  const way = await wayOf(deps, { filter, count });
  const rows = await run(deps, { filter, sort, place, count, ...way, isPrepared, now: deps.clock.now() });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? searchCursor(sort, last) : null;
  return { items: await cardsOf(deps, items), nextCursor };
}

/** How the words are best looked for. */
async function wayOf(
  deps: SearchDeps,
  asked: Pick<Asked, 'filter' | 'count'>,
): Promise<Pick<Asked, 'nearest' | 'isBegun'>> {
  const { text = '' } = asked.filter;
  if (text === '') return { nearest: { inTitles: 0, anywhere: 0 }, isBegun: false };
  const frequencies = await wordFrequencies(deps);
  return { nearest: nearestOf(frequencies, asked), isBegun: mayBeBegun(frequencies, text) };
}

/** Shapes that nearly everybody asks for are planned once a connection; the many others each for their values. */
function run({ database }: SearchDeps, asked: Asked): Promise<FoundRow[]> {
  const { text, values } = searchStatement(asked);
  if (!asked.isPrepared) return database.runPlanned<FoundRow>({ text, values });
  return database.runPrepared<FoundRow>({ name: shapeName(asked), text }, values);
}

/** Cards with their sellers; those whose storefront is not there yet, a second after their first listing, are looked up. */
async function cardsOf({ db }: SearchDeps, rows: readonly FoundRow[]): Promise<ListingCard[]> {
  const nameless = rows.filter(({ username }) => username === null).map(({ sellerId }) => sellerId);
  const partyOf = nameless.length === 0 ? null : await partiesOf(db, nameless);
  return rows.map((row) => {
    const { sellerId: citizenId, username, displayName } = row;
    const seller =
      username !== null && displayName !== null ? { citizenId, username, displayName } : partyOf?.(citizenId);
    invariant(seller !== undefined, 'whoever has no storefront was looked up');
    return cardOf({ ...row, priceMinor: BigInt(row.priceMinor) }, seller, saleOf(row));
  });
}

function saleOf({ saleId, saleBps, saleEndsAt }: FoundRow): RunningSale | null {
  if (saleId === null || saleBps === null || saleEndsAt === null) return null;
  return { saleId, percentBps: saleBps, endsAt: saleEndsAt };
}

/** A filter with its category as all the slugs that it stands for. */
export async function narrowing(deps: SearchDeps, filter: ListingFilter): Promise<Narrowing> {
  const { category, ...others } = filter;
  if (category === undefined) return others;
  return { ...others, categories: (await categoryTree(deps)).below(category) };
}

function sortOf({ sort, text = '' }: SearchListingsInput): ListingSort {
  if (text === '') return sort === undefined || sort === 'relevance' ? 'newest' : sort;
  return sort ?? 'relevance';
}

/** A row of a card as PostgreSQL sends it, with what it is placed by and what its seller's storefront says. */
interface FoundRow extends PlacedRow, Omit<ListingRow, 'priceMinor' | 'id' | 'createdAt'> {
  username: string | null;
  displayName: string | null;
  saleId: string | null;
  saleBps: number | null;
  saleEndsAt: Date | null;
}
