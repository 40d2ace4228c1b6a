import type { Page } from '#server/market/schema.ts';
import type { Db } from '#server/platform/db.ts';

const pageMax = 100;

interface OwnUploads {
  ownerId: string;
  /** The id of the last row seen. */
  cursor: string | undefined;
}

/** What a citizen brought as pictures, in the order of their ids. */
export async function ownPictures(db: Db, input: OwnUploads): Promise<Page<object>> {
  const select = { id: true, width: true, height: true, createdAt: true, attachedAt: true };
  return pageOf(await db.picture.findMany({ ...pageAfter(input), select }));
}

/** What a citizen brought as files, in the order of their ids. */
export async function ownFiles(db: Db, input: OwnUploads): Promise<Page<object>> {
  const select = { id: true, name: true, bytes: true, createdAt: true, attachedAt: true };
  return pageOf(await db.contentFile.findMany({ ...pageAfter(input), select }));
}

function pageAfter({ ownerId, cursor }: OwnUploads) {
  const after = cursor === undefined ? {} : { id: { gt: cursor } };
  return { where: { ownerId, ...after }, orderBy: { id: 'asc' }, take: pageMax } as const;
}

function pageOf<Row extends { id: string }>(items: Row[]): Page<Row> {
  return { items, nextCursor: items.length < pageMax ? null : (items.at(-1)?.id ?? null) };
}
