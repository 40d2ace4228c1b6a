import { contentName, pictureNames, type UploadDeps } from '#server/market/uploads/upload-flows.ts';

/** So long may a form stay open before what was sent from it is swept. */
const looseMs = 24 * 3_600_000;
const batchMax = 200;

/**
 * Takes away pictures and files that no listing ever held: first the word that they are there, so that nothing takes
 * them up any more, then the bytes, then the rows. Interrupted anywhere, the next sweep goes on. Returns how many.
 */
export async function sweepUploads(deps: UploadDeps): Promise<{ swept: number }> {
  const { client } = deps.database;
  const before = new Date(deps.clock.now().getTime() - looseMs);
  const loose = { attachedAt: null, createdAt: { lt: before } };
  const batch = { where: loose, select: { id: true }, orderBy: { createdAt: 'asc' }, take: batchMax } as const;
  const pictures = idsOf(await client.picture.findMany(batch));
  const files = idsOf(await client.contentFile.findMany(batch));
  await client.picture.updateMany({ where: { ...loose, id: { in: pictures } }, data: { storedAt: null } });
  await client.contentFile.updateMany({ where: { ...loose, id: { in: files } }, data: { storedAt: null } });
  // Whatever a listing took up meanwhile kept its word and stays.
  const gone = { ...loose, storedAt: null };
  const gonePictures = idsOf(await client.picture.findMany({ ...batch, where: { ...gone, id: { in: pictures } } }));
  const goneFiles = idsOf(await client.contentFile.findMany({ ...batch, where: { ...gone, id: { in: files } } }));
  for (const name of [...gonePictures.flatMap(pictureNames), ...goneFiles.map(contentName)])
    await deps.storage.remove(name);
  await client.picture.deleteMany({ where: { ...gone, id: { in: gonePictures } } });
  await client.contentFile.deleteMany({ where: { ...gone, id: { in: goneFiles } } });
  return { swept: gonePictures.length + goneFiles.length };
}

function idsOf(rows: readonly { id: string }[]): string[] {
  return rows.map(({ id }) => id);
}
