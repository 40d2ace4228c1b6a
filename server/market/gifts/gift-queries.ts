import { storedListingWords } from '#server/market/catalogue/catalogue-schema.ts';
import { createdCursor, cutPage, newestFirst, olderThan, type PageInput } from '#server/market/cursors.ts';
import type { GiftLine, GiftSummary, GiftView } from '#server/market/gifts/gift-schema.ts';
import { storedOrderWords } from '#server/market/orders/order-schema.ts';
import { decideTransition, processOf } from '#server/market/orders/process-rules.ts';
import { partiesOf } from '#server/market/parties.ts';
import { hiddenAmong } from '#server/market/people/holds.ts';
import type { Page } from '#server/market/schema.ts';
import type { Db, Prisma } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';

/** What was bought for a citizen, as they read it: nothing here says what it cost. */

const selected = {
  id: true,
  state: true,
  listingTitle: true,
  listingId: true,
  categorySlug: true,
  quantity: true,
  buyerId: true,
  sellerId: true,
  createdAt: true,
} satisfies Prisma.MarketOrderSelect;

type GiftRow = Prisma.MarketOrderGetPayload<{ select: typeof selected }>;
type Parties = Awaited<ReturnType<typeof partiesOf>>;

const lineSelected = {
  line: true,
  title: true,
  description: true,
  optionValues: true,
  kind: true,
  quantity: true,
} satisfies Prisma.OrderLineSelect;

/** Gifts to a citizen, newest first. Refuses: `invalid_cursor`. */
export async function giftsReceived(db: Db, input: PageInput & { recipientId: string }): Promise<Page<GiftSummary>> {
  const rows = await db.marketOrder.findMany({
    where: { recipientId: input.recipientId, ...olderThan(input.cursor) },
    orderBy: newestFirst,
    take: input.limit + 1,
    select: selected,
  });
  const page = cutPage(rows, { limit: input.limit, cursorOf: createdCursor });
  const parties = await partiesOf(
    db,
    page.items.flatMap((row) => [row.buyerId, row.sellerId]),
  );
  return { items: page.items.map((row) => summaryOf(row, parties)), nextCursor: page.nextCursor };
}

/** One gift, for whoever receives it. Refuses `gift_not_found`, also for everybody else, its giver included. */
export async function giftForRecipient(
  db: Db,
  { orderId, recipientId }: { orderId: string; recipientId: string },
): Promise<GiftView> {
  const row = await db.marketOrder.findFirst({
    where: { id: orderId, recipientId },
    select: {
      ...selected,
      giftNote: true,
      processVersion: true,
      deadlineAt: true,
      deadlineAction: true,
      lines: { select: lineSelected, orderBy: { line: 'asc' } },
    },
  });
  if (row === null) throw refuse('not_found', 'gift_not_found', 'There is no such gift.');
  const summary = summaryOf(row, await partiesOf(db, [row.buyerId, row.sellerId]));
  const subjectIds = row.giftNote === null ? [] : [orderId];
  const isNoteHidden = (await hiddenAmong(db, { subjectKind: 'gift_note', subjectIds })).size > 0;
  const step = { state: summary.state, action: 'confirm', actor: 'recipient' } as const;
  return {
    ...summary,
    note: isNoteHidden ? null : row.giftNote,
    isNoteHidden,
    lines: row.lines.map(lineOf),
    mayConfirm: decideTransition(processOf(row.processVersion), step).allowed,
    confirmsItselfAt: row.deadlineAction === 'confirm' ? row.deadlineAt : null,
  };
}

function summaryOf(row: GiftRow, parties: Parties): GiftSummary {
  return {
    orderId: row.id,
    state: storedOrderWords.state.parse(row.state),
    title: row.listingTitle,
    listingId: row.listingId,
    category: storedListingWords.category.parse(row.categorySlug),
    quantity: row.quantity,
    giver: parties(row.buyerId),
    seller: parties(row.sellerId),
    createdAt: row.createdAt,
  };
}

function lineOf({ kind, ...row }: Prisma.OrderLineGetPayload<{ select: typeof lineSelected }>): GiftLine {
  return { ...row, kind: storedListingWords.kind.parse(kind) };
}
