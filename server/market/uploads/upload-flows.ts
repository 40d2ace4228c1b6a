import { createHash } from 'node:crypto';
import { fileNameLength } from '#server/market/catalogue/details-schema.ts';
import { pictureWidths, type PictureWidth } from '#server/market/catalogue/trade-schema.ts';
import { line } from '#server/market/schema.ts';
import { renderPicture } from '#server/market/uploads/picture-rendering.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Database, Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Storage } from '#server/platform/storage.ts';

export interface UploadDeps {
  database: Database;
  clock: Clock;
  storage: Storage;
}

interface Upload {
  /** Made by whoever sends it: the same id with the same bytes is the same upload. */
  id: string;
  ownerId: string;
  bytes: Uint8Array;
}

/** Uploads of one citizen that no listing holds yet. */
const looseMax = 60;
/** After so long an upload that was never finished is not taken up again: the sweeper may be at it. */
const resumableMs = 12 * 3_600_000;

/**
 * Takes in a picture: first its row, then its bytes, then the word that all of it is there. Sent again, it answers the
 * same; interrupted anywhere, it continues or is swept.
 * Refuses: `upload_empty`, `upload_exists` (the id is another's, or came with other bytes), `upload_limit`, and what
 * `renderPicture` refuses.
 */
export async function uploadPicture(
  deps: UploadDeps,
  upload: Upload,
): Promise<{ id: string; width: number; height: number }> {
  const { client } = deps.database;
  const { id, ownerId } = upload;
  const sentHash = hashOf(upload.bytes);
  const known = await client.picture.findUnique({ where: { id } });
  if (known !== null) refuseOther(deps, known, { ownerId, sentHash });
  if (known !== null && known.storedAt !== null) return { id, width: known.width, height: known.height };
  await refuseOneTooMany(client, ownerId);
  const { files, ...size } = await renderPicture(upload.bytes);
  const row = { id, ownerId, sentHash, ...size, createdAt: deps.clock.now() };
  await client.picture.createMany({ data: [row], skipDuplicates: true });
  refuseOther(deps, await client.picture.findUniqueOrThrow({ where: { id } }), { ownerId, sentHash });
  for (const { width, bytes } of files) await deps.storage.put(pictureName(id, width), bytes);
  await client.picture.updateMany({ where: { id, storedAt: null }, data: { storedAt: deps.clock.now() } });
  return { id, ...size };
}

const fileName = line(fileNameLength).refine((name) => !/[/\\]/u.test(name));

/**
 * Takes in a file of any type, in the same steps.
 * Refuses: `upload_empty`, `invalid_file_name`, `upload_exists`, `upload_limit`.
 */
export async function uploadFile(
  deps: UploadDeps,
  upload: Upload & { name: string },
): Promise<{ id: string; name: string; bytes: number }> {
  const { client } = deps.database;
  const { id, ownerId } = upload;
  const name = fileName.safeParse(upload.name);
  if (!name.success)
    throw refuse('invalid', 'invalid_file_name', 'Give the file a plain name of at most 120 characters.');
  const sentHash = hashOf(upload.bytes);
  const known = await client.contentFile.findUnique({ where: { id } });
  if (known !== null) refuseOther(deps, known, { ownerId, sentHash });
  if (known !== null && known.storedAt !== null) return { id, name: known.name, bytes: known.bytes };
  await refuseOneTooMany(client, ownerId);
  const size = { bytes: upload.bytes.byteLength };
  const row = { id, ownerId, sentHash, name: name.data, ...size, createdAt: deps.clock.now() };
  await client.contentFile.createMany({ data: [row], skipDuplicates: true });
  refuseOther(deps, await client.contentFile.findUniqueOrThrow({ where: { id } }), { ownerId, sentHash });
  await deps.storage.put(contentName(id), upload.bytes);
  await client.contentFile.updateMany({ where: { id, storedAt: null }, data: { storedAt: deps.clock.now() } });
  return { id, name: name.data, ...size };
}

/** Where a picture lies; the end of its id spreads pictures over folders. */
export function pictureName(id: string, width: PictureWidth): string {
  return `pictures/${id.slice(-2)}/${id}-${String(width)}.webp`;
}

export function contentName(id: string): string {
  return `contents/${id.slice(-2)}/${id}`;
}

/** All that lies in the storage for a picture. */
export function pictureNames(id: string): string[] {
  return pictureWidths.map((width) => pictureName(id, width));
}

function hashOf(bytes: Uint8Array): string {
  if (bytes.byteLength === 0) throw refuse('invalid', 'upload_empty', 'This file is empty.');
  return createHash('sha256').update(bytes).digest('hex');
}

interface KnownUpload {
  ownerId: string;
  sentHash: string;
  createdAt: Date;
  storedAt: Date | null;
}

function refuseOther({ clock }: UploadDeps, known: KnownUpload, sent: Pick<KnownUpload, 'ownerId' | 'sentHash'>): void {
  const isSame = known.ownerId === sent.ownerId && known.sentHash === sent.sentHash;
  const isLate = known.storedAt === null && clock.now().getTime() - known.createdAt.getTime() > resumableMs;
  if (!isSame || isLate) throw refuse('conflict', 'upload_exists', 'This upload was already used for something else.');
}

async function refuseOneTooMany(db: Db, ownerId: string): Promise<void> {
  const where = { ownerId, attachedAt: null };
  const [pictures, files] = await Promise.all([db.picture.count({ where }), db.contentFile.count({ where })]);
  if (pictures + files < looseMax) return;
  throw refuse('conflict', 'upload_limit', 'You have sent many files that no listing uses yet.');
}
