import type { ContentFileView, ContentView } from '#server/market/catalogue/details-schema.ts';
import type { Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';

/** States of an order in which its content is the buyer's: what was delivered stays theirs unless all was given back. */
const revealingStates = ['delivered', 'disputed', 'completed', 'settled'];

/** More than one order has. */
const linesMax = 100;

/**
 * What was received by an order, each as it was when it was bought, in the order of its lines: by whoever it was given to,
 * otherwise by its buyer. Whoever gives something away does not read it.
 * Refuses: `content_not_found` (no such order for them, not delivered, or nothing to reveal).
 */
export async function orderContent(db: Db, input: { orderId: string; readerId: string }): Promise<ContentView[]> {
  const { orderId, readerId } = input;
  const isReader = { OR: [{ recipientId: readerId }, { buyerId: readerId, recipientId: null }] };
  const lines = await db.orderLine.findMany({
    where: {
      kind: 'digital',
      order: { id: orderId, ...isReader, state: { in: revealingStates }, events: { some: { toState: 'delivered' } } },
    },
    orderBy: { line: 'asc' },
    take: linesMax,
    select: { listingId: true, listingVersion: true },
  });
  const listings = new Map(lines.map((line) => [line.listingId, line]));
  const contents: ContentView[] = [];
  for (const { listingId, listingVersion: version } of listings.values()) {
    const content = await contentOf(db, { listingId, version });
    if (content !== null) contents.push(content);
  }
  if (contents.length === 0) throw contentNotFound();
  return contents;
}

/** What buyers of a listing receive now, for its seller. Refuses: `content_not_found`. */
export async function ownContent(db: Db, input: { listingId: string; sellerId: string }): Promise<ContentView> {
  const listing = await db.listing.findUnique({
    where: { id: input.listingId, sellerId: input.sellerId },
    select: { version: true },
  });
  const content = listing && (await contentOf(db, { listingId: input.listingId, version: listing.version }));
  if (content === null) throw contentNotFound();
  return content;
}

/** A file for its owner, or for whoever received it by an order. Refuses: `file_not_found`. */
export async function fileForVisitor(db: Db, input: { fileId: string; visitorId: string }): Promise<ContentFileView> {
  const notFound = refuse('not_found', 'file_not_found', 'There is no such file.');
  const file = await db.contentFile.findUnique({
    where: { id: input.fileId },
    select: { id: true, name: true, bytes: true, ownerId: true, storedAt: true },
  });
  if (file === null || file.storedAt === null) throw notFound;
  const view = { id: file.id, name: file.name, bytes: file.bytes };
  if (file.ownerId === input.visitorId) return view;
  const received = await db.$queryRaw<unknown[]>`
    SELECT 1 AS found
      FROM listing_version kept
      JOIN order_line line ON line.listing_id = kept.listing_id AND line.listing_version = kept.version
      JOIN market_order bought ON bought.id = line.order_id
     WHERE kept.content_file_ids @> ARRAY[${input.fileId}::uuid]
       AND coalesce(bought.recipient_id, bought.buyer_id) = ${input.visitorId}::uuid AND bought.state = ANY (${revealingStates})
       AND EXISTS (SELECT FROM order_event e WHERE e.order_id = bought.id AND e.to_state = 'delivered')
     LIMIT 1`;
  if (received.length === 0) throw notFound;
  return view;
}

/** What a version of a listing reveals; null where it has nothing to reveal. For its seller and its buyers only. */
export async function contentOf(
  db: Db,
  { listingId, version }: { listingId: string; version: number },
): Promise<ContentView | null> {
  const kept = await db.listingVersion.findUnique({
    where: { listingId_version: { listingId, version } },
    select: { title: true, contentText: true, contentFileIds: true },
  });
  if (kept === null || (kept.contentText === null && kept.contentFileIds.length === 0)) return null;
  const files = await db.contentFile.findMany({
    where: { id: { in: kept.contentFileIds } },
    select: { id: true, name: true, bytes: true },
  });
  const inOrder = kept.contentFileIds.flatMap((id) => files.filter((file) => file.id === id));
  return { listingId, title: kept.title, text: kept.contentText, files: inOrder };
}

function contentNotFound(): Error {
  return refuse('not_found', 'content_not_found', 'There is nothing to reveal.');
}
