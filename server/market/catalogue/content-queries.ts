import type { ContentFileView, ContentView } from '#server/market/catalogue/details-schema.ts';
import type { Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';

/** States of an order in which its content is the buyer's. */
const revealingStates = ['delivered', 'completed'];

/**
 * What a buyer received by an order of something digital, as it was when they bought it.
 * Refuses: `content_not_found` (no such order of theirs, not delivered, or nothing to reveal).
 */
export async function orderContent(db: Db, input: { orderId: string; buyerId: string }): Promise<ContentView> {
  const order = await db.marketOrder.findUnique({
    where: { id: input.orderId, buyerId: input.buyerId, state: { in: revealingStates } },
    select: { listingId: true, listingVersion: true },
  });
  if (order === null) throw contentNotFound();
  return contentOf(db, { listingId: order.listingId, version: order.listingVersion });
}

/** What buyers of a listing receive now, for its seller. Refuses: `content_not_found`. */
export async function ownContent(db: Db, input: { listingId: string; sellerId: string }): Promise<ContentView> {
  const listing = await db.listing.findUnique({
    where: { id: input.listingId, sellerId: input.sellerId },
    select: { version: true },
  });
  if (listing === null) throw contentNotFound();
  return contentOf(db, { listingId: input.listingId, version: listing.version });
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
      JOIN market_order bought ON bought.listing_id = kept.listing_id AND bought.listing_version = kept.version
     WHERE kept.content_file_ids @> ARRAY[${input.fileId}::uuid]
       AND bought.buyer_id = ${input.visitorId}::uuid AND bought.state = ANY (${revealingStates})
     LIMIT 1`;
  if (received.length === 0) throw notFound;
  return view;
}

async function contentOf(db: Db, { listingId, version }: { listingId: string; version: number }): Promise<ContentView> {
  const kept = await db.listingVersion.findUnique({
    where: { listingId_version: { listingId, version } },
    select: { title: true, contentText: true, contentFileIds: true },
  });
  if (kept === null || (kept.contentText === null && kept.contentFileIds.length === 0)) throw contentNotFound();
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
