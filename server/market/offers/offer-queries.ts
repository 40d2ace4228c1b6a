import { createdCursor, cutPage, newestFirst, olderThan, type PageInput } from '#server/market/cursors.ts';
import { storedListingWords } from '#server/market/catalogue/catalogue-schema.ts';
import { agreedNow } from '#server/market/offers/agreed-versions.ts';
import { offerNotFound } from '#server/market/offers/offer-moves.ts';
import { offerProcess } from '#server/market/offers/offer-process.ts';
import { offerSteps, shownOfferState } from '#server/market/offers/offer-rules.ts';
import { storedOfferWords } from '#server/market/offers/offer-schema.ts';
import type {
  OfferedListing,
  OfferEventView,
  OfferList,
  OfferSide,
  OfferState,
  OfferSummary,
  OfferView,
} from '#server/market/offers/offer-schema.ts';
import { partiesOf } from '#server/market/parties.ts';
import { hiddenAmong } from '#server/market/people/holds.ts';
import type { Page } from '#server/market/schema.ts';
import { ducat } from '#server/money/money.ts';
import type { Db, Prisma } from '#server/platform/db.ts';

const selected = {
  id: true,
  state: true,
  listingId: true,
  optionValues: true,
  buyerId: true,
  sellerId: true,
  unitPriceMinor: true,
  quantity: true,
  deadlineAt: true,
  createdAt: true,
  updatedAt: true,
  listing: { select: { title: true, categorySlug: true } },
} satisfies Prisma.OfferSelect;

const wholeSelected = {
  ...selected,
  sequence: true,
  rounds: true,
  variantId: true,
  listingVersion: true,
  listing: {
    select: {
      title: true,
      categorySlug: true,
      version: true,
      state: true,
      priceMinor: true,
      stock: true,
    },
  },
  variant: { select: { priceMinor: true, stock: true, isOffered: true } },
  events: {
    orderBy: { sequence: 'asc' },
    take: 20,
    select: {
      id: true,
      sequence: true,
      action: true,
      actor: true,
      unitPriceMinor: true,
      quantity: true,
      note: true,
      at: true,
    },
  },
  orderLine: { select: { orderId: true } },
} satisfies Prisma.OfferSelect;

type OfferRow = Prisma.OfferGetPayload<{ select: typeof selected }>;
type WholeRow = Prisma.OfferGetPayload<{ select: typeof wholeSelected }>;
type Parties = Awaited<ReturnType<typeof partiesOf>>;

interface Reading {
  citizenId: string;
  now: Date;
}

/** Offers that a citizen made or received, newest first. Refuses: `invalid_cursor`. */
export async function offersOf(db: Db, input: PageInput & Reading & { list: OfferList }): Promise<Page<OfferSummary>> {
  const { citizenId, list, cursor, limit } = input;
  const rows = await db.offer.findMany({
    where: { ...(list === 'made' ? { buyerId: citizenId } : { sellerId: citizenId }), ...olderThan(cursor) },
    orderBy: newestFirst,
    take: limit + 1,
    select: selected,
  });
  const page = cutPage(rows, { limit, cursorOf: createdCursor });
  const parties = await partiesOf(
    db,
    page.items.flatMap((row) => [row.buyerId, row.sellerId]),
  );
  return { items: page.items.map((row) => summaryOf(row, { ...input, parties })), nextCursor: page.nextCursor };
}

/** One offer with all that was said, for its two sides. Refuses `offer_not_found`, also for everybody else. */
export async function offerForParty(
  db: Db,
  { offerId, ...reading }: Reading & { offerId: string },
): Promise<OfferView> {
  const { citizenId } = reading;
  const row = await db.offer.findFirst({
    where: { id: offerId, OR: [{ buyerId: citizenId }, { sellerId: citizenId }] },
    select: wholeSelected,
  });
  if (row === null) throw offerNotFound();
  const summary = summaryOf(row, { ...reading, parties: await partiesOf(db, [row.buyerId, row.sellerId]) });
  return {
    ...summary,
    sequence: row.sequence,
    variantId: row.variantId,
    listingVersion: row.listingVersion,
    listing: await listingOf(db, row, summary.state),
    roundsLeft: offerProcess.roundsMax - row.rounds,
    actions: offerSteps({ state: summary.state, actor: summary.viewer, rounds: row.rounds }),
    events: await eventsOf(db, { events: row.events, viewer: summary.viewer }),
    orderId: row.orderLine?.orderId ?? null,
  };
}

/** A citizen's own open offer for a listing, to lead them to it; null where there is none. */
export async function openOfferFor(
  db: Db,
  { listingId, citizenId, now }: Reading & { listingId: string },
): Promise<{ offerId: string } | null> {
  const row = await db.offer.findFirst({
    where: { buyerId: citizenId, listingId, closedAt: null, deadlineAt: { gt: now } },
    select: { id: true },
  });
  return row === null ? null : { offerId: row.id };
}

/**
 * How many prices stand that a seller agreed on for a listing of theirs: an edit of it does not end them. None for everybody
 * else.
 */
export function agreementsOn(db: Db, { listingId, citizenId, now }: Reading & { listingId: string }): Promise<number> {
  return db.offer.count({
    where: { listingId, sellerId: citizenId, state: 'accepted', deadlineAt: { gt: now } },
    take: 100,
  });
}

/** How many offers wait for a citizen: for their answer, or for their purchase. Beyond 100 it is 100. */
export function offersWaiting(db: Db, { citizenId, now }: Reading): Promise<number> {
  const turns = [
    { sellerId: citizenId, state: 'seller_turn' },
    { buyerId: citizenId, state: { in: ['buyer_turn', 'accepted'] } },
  ];
  return db.offer.count({ where: { OR: turns, deadlineAt: { gt: now } }, take: 100 });
}

function summaryOf(row: OfferRow, { parties, citizenId, now }: Reading & { parties: Parties }): OfferSummary {
  const state = shownOfferState({ state: storedOfferWords.state.parse(row.state), deadlineAt: row.deadlineAt }, now);
  return {
    id: row.id,
    state,
    viewer: row.buyerId === citizenId ? 'buyer' : 'seller',
    listingId: row.listingId,
    title: row.listing.title,
    category: storedListingWords.category.parse(row.listing.categorySlug),
    optionValues: row.optionValues,
    buyer: parties(row.buyerId),
    seller: parties(row.sellerId),
    unitPriceMinor: ducat(row.unitPriceMinor),
    quantity: row.quantity,
    deadlineAt: state === 'expired' ? null : row.deadlineAt,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

/** What the listing asks now for what was offered for, and why it cannot be had, if so. */
async function listingOf(db: Db, row: WholeRow, state: OfferState): Promise<OfferedListing> {
  const { listing, variant, variantId, listingVersion, quantity } = row;
  const choice = variantId === null ? { ...listing, isOffered: true } : variant;
  const { version } = listing;
  const none = { version, askedMinor: null, stock: null, changes: [] };
  if (listing.state !== 'published' || choice?.isOffered !== true) return { ...none, problem: 'off_sale' };
  const asked = { version, askedMinor: ducat(choice.priceMinor), stock: choice.stock, changes: [] };
  // Who still bargains does so about the listing as it was; only what was agreed on goes on with it.
  if (version !== listingVersion && state !== 'accepted') return { ...asked, problem: 'changed' };
  const agreed = await agreedNow(db, row, version);
  if (!agreed.stands) return { ...asked, problem: agreed.problem };
  return { ...asked, changes: agreed.changes, problem: isTooFew(choice.stock, quantity) ? 'sold_out' : null };
}

function isTooFew(stock: number | null, quantity: number): boolean {
  return stock !== null && stock < quantity;
}

/** What was said, for one of the two: the house may have hidden a note of the other one. */
async function eventsOf(
  db: Db,
  { events, viewer }: { events: WholeRow['events']; viewer: OfferSide },
): Promise<OfferEventView[]> {
  const subjectIds = events.filter(({ note }) => note !== null).map(({ id }) => id);
  const hidden = await hiddenAmong(db, { subjectKind: 'offer_note', subjectIds });
  return events.map(({ unitPriceMinor, note, ...row }) => {
    const isNoteHidden = hidden.has(row.id);
    const actor = storedOfferWords.actor.parse(row.actor);
    return {
      ...row,
      ...{ actor, isNoteHidden, note: isNoteHidden && actor !== viewer ? null : note },
      action: storedOfferWords.action.parse(row.action),
      unitPriceMinor: unitPriceMinor === null ? null : ducat(unitPriceMinor),
    };
  });
}
