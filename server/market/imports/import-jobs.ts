import { applyBatch, batchRowsUsual } from '#server/market/imports/import-batches.ts';
import { checkImport, type ImportDeps } from '#server/market/imports/import-flows.ts';
import { tellOfEnd } from '#server/market/imports/import-notices.ts';
import { undoBatch } from '#server/market/imports/import-undo.ts';
import { importUndoDays } from '#server/market/imports/import-schema.ts';

/** After so many failures of one batch an import stops, and its seller sees that it did. */
const attemptsMax = 5;
const dayMs = 86_400_000;
const keptDays = 90;
const trimMax = 500;

const atWork = ['uploaded', 'applying', 'undoing'];

/**
 * Goes on with the import that waited longest: reads its file, or applies or takes back its next rows. Two workers may do
 * so at once. Answers 1 where there may be more to do. A failure is counted and thrown; after five an import stops.
 */
export async function workOnImports(
  deps: ImportDeps,
  { batchRows = batchRowsUsual }: { batchRows?: number } = {},
): Promise<{ claimed: number }> {
  const { database } = deps;
  const next = await database.client.listingImport.findFirst({
    where: { state: { in: atWork } },
    orderBy: [{ updatedAt: 'asc' }, { id: 'asc' }],
    select: { id: true, state: true },
  });
  if (next === null) return { claimed: 0 };
  const { id: importId, state } = next;
  try {
    if (state === 'uploaded') {
      await checkImport(deps, importId);
      return { claimed: 1 };
    }
    const batch = state === 'applying' ? applyBatch : undoBatch;
    const { claimed } = await database.inTransaction((tx) => batch(tx, { ...deps, importId, batchRows }));
    return { claimed: Math.min(claimed, 1) };
  } catch (error) {
    await noteFailure(deps, importId);
    throw error;
  }
}

async function noteFailure(deps: ImportDeps, importId: string): Promise<void> {
  const now = deps.clock.now();
  await deps.database.inTransaction(async (tx) => {
    const { attempts, ...failed } = await tx.listingImport.update({
      where: { id: importId },
      data: { attempts: { increment: 1 }, updatedAt: now },
      select: { attempts: true, id: true, sellerId: true, fileName: true },
    });
    if (attempts < attemptsMax) return;
    const { count } = await tx.listingImport.updateMany({
      where: { id: importId, state: { in: atWork } },
      data: { state: 'stopped', refusal: 'import_failed', file: null },
    });
    if (count > 0) await tellOfEnd(tx, deps, { ...failed, state: 'stopped' });
  });
}

/**
 * Forgets the rows of imports that can no longer be undone, and what is older than three months altogether, some hundred
 * at once. Answers how many imports were trimmed.
 */
export async function trimImports({ database, clock }: Pick<ImportDeps, 'database' | 'clock'>): Promise<number> {
  const { client } = database;
  const now = clock.now().getTime();
  const over = { state: { notIn: atWork } };
  const old = await client.listingImport.findMany({
    where: { ...over, updatedAt: { lt: new Date(now - (importUndoDays + 1) * dayMs) }, rows: { some: {} } },
    select: { id: true },
    take: trimMax,
  });
  await client.listingImportRow.deleteMany({ where: { importId: { in: old.map(({ id }) => id) } } });
  const { count } = await client.listingImport.deleteMany({
    where: { ...over, updatedAt: { lt: new Date(now - keptDays * dayMs) } },
  });
  return old.length + count;
}
