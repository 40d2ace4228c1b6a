import { lockShelf } from '#server/market/catalogue/shelf.ts';
import { importGroups, roomOf } from '#server/market/imports/import-queries.ts';
import { importNotFound, previewsOf, undoUntilOf } from '#server/market/imports/import-rules.ts';
import { importsPerDayMax, type ImportRule, type ImportState } from '#server/market/imports/import-schema.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';

interface OwnImport {
  sellerId: string;
  importId: string;
  clock: Clock;
}

interface LockedImport {
  id: string;
  sellerId: string;
  state: ImportState;
  rule: ImportRule | null;
  problemCount: number;
  appliedAt: Date | null;
}

export interface SentFile {
  importId: string;
  sellerId: string;
  fileName: string;
  fileHash: string;
  /** Compressed by gzip. */
  file: Uint8Array<ArrayBuffer>;
}

/**
 * Keeps a file until the worker has read it; one that waited to be decided on before is given up. The same id with the
 * same bytes is the same import. Refuses: `import_exists`, `import_running` (another is at work), `import_limit`.
 */
export async function keepFile(tx: Tx, { clock, ...sent }: SentFile & { clock: Clock }): Promise<{ id: string }> {
  const { importId: id, sellerId, ...file } = sent;
  const now = clock.now();
  await lockImports(tx, sellerId);
  const known = await tx.listingImport.findUnique({ where: { id }, select: { sellerId: true, fileHash: true } });
  if (known !== null) {
    if (known.sellerId === sellerId && known.fileHash === file.fileHash) return { id };
    throw refuse('conflict', 'import_exists', 'This upload was already used for something else.');
  }
  const since = new Date(now.getTime() - 86_400_000);
  if ((await tx.listingImport.count({ where: { sellerId, createdAt: { gt: since } } })) >= importsPerDayMax)
    throw refuse('rate_limited', 'import_limit', 'You have sent many files today. Try again tomorrow.');
  await discard(tx, { sellerId, state: 'checked', now });
  const row = { id, sellerId, ...file, state: 'uploaded', createdAt: now, updatedAt: now };
  // One that is at work already stands at the index that lets one be so.
  const { count } = await tx.listingImport.createMany({ data: [row], skipDuplicates: true });
  if (count === 0) throw running();
  return { id };
}

function running(): Error {
  return refuse('conflict', 'import_running', 'Another file of yours is being worked on. Wait until it is done.');
}

async function discard(
  tx: Tx,
  { sellerId, state, now }: { sellerId: string; state: ImportState; now: Date },
): Promise<void> {
  const given = await tx.listingImport.findMany({ where: { sellerId, state }, select: { id: true }, take: 100 });
  const ids = given.map(({ id }) => id);
  if (ids.length === 0) return;
  await tx.listingImport.updateMany({
    where: { id: { in: ids }, state },
    data: { state: 'discarded', file: null, updatedAt: now },
  });
  await tx.listingImportRow.deleteMany({ where: { importId: { in: ids } } });
}

/**
 * Has a checked import applied by the worker. Doing it twice changes nothing.
 * Refuses: `import_not_found`, `import_not_checked`, `import_running`, `import_has_problems`, `import_empty`,
 * `listing_limit`, `draft_limit`, `catalogue_full` (all three with `fits`).
 */
export async function startApplying(tx: Tx, input: OwnImport & { rule: ImportRule }): Promise<void> {
  const { rule, sellerId, clock } = input;
  const current = await lockOwnImport(tx, input);
  if (current.state !== 'checked') {
    if (current.rule === rule) return;
    throw refuse('conflict', 'import_not_checked', 'This import cannot be applied any more. Send the file again.');
  }
  await refuseSecond(tx, sellerId);
  await lockShelf(tx, sellerId);
  const [groups, room] = await Promise.all([importGroups(tx, current.id), roomOf(tx, { sellerId, clock })]);
  const preview = previewsOf(groups, { room, problemCount: current.problemCount }).find((each) => each.rule === rule);
  invariant(preview !== undefined, 'every rule has a preview');
  if (preview.refusal !== null)
    throw new DomainError({
      kind: 'conflict',
      code: preview.refusal,
      message: 'This import cannot be applied as it is.',
      details: { fits: preview.fits },
    });
  const now = clock.now();
  await tx.listingImport.update({
    where: { id: current.id },
    data: { state: 'applying', rule, appliedAt: now, updatedAt: now, attempts: 0 },
    select: { id: true },
  });
}

/**
 * Gives up an import, or stops it behind the batch that is being written; what was written stays, and may be undone.
 * Doing it twice changes nothing. Refuses: `import_not_found`, `import_over` (there is nothing left to stop).
 */
export async function cancelImport(tx: Tx, input: OwnImport): Promise<void> {
  const { id, state } = await lockOwnImport(tx, input);
  const now = input.clock.now();
  switch (state) {
    case 'uploaded':
    case 'checked':
      await tx.listingImport.update({
        where: { id },
        data: { state: 'discarded', file: null, updatedAt: now },
        select: { id: true },
      });
      await tx.listingImportRow.deleteMany({ where: { importId: id } });
      return;
    case 'applying':
      await tx.listingImport.update({
        where: { id },
        data: { state: 'cancelled', updatedAt: now },
        select: { id: true },
      });
      return;
    case 'discarded':
    case 'cancelled':
      return;
    case 'applied':
    case 'stopped':
    case 'undoing':
    case 'undone':
      throw refuse('conflict', 'import_over', 'There is nothing left to stop.');
  }
}

/**
 * Has the worker take back what an import did, within seven days. Doing it twice changes nothing.
 * Refuses: `import_not_found`, `import_not_applied`, `undo_too_late`, `import_running`.
 */
export async function startUndo(tx: Tx, input: OwnImport): Promise<void> {
  const { id, state, appliedAt } = await lockOwnImport(tx, input);
  if (state === 'undoing' || state === 'undone') return;
  const isOver = state === 'applied' || state === 'cancelled' || state === 'stopped';
  if (!isOver || appliedAt === null)
    throw refuse('conflict', 'import_not_applied', 'This import changed nothing that could be undone.');
  const now = input.clock.now();
  if (now > undoUntilOf(appliedAt))
    throw refuse('conflict', 'undo_too_late', 'An import can be undone for seven days, and they are over.');
  await refuseSecond(tx, input.sellerId);
  await tx.listingImport.update({
    where: { id },
    data: { state: 'undoing', undoneThrough: 0, attempts: 0, updatedAt: now },
    select: { id: true },
  });
}

/** Stops what is at work for a citizen who leaves, and forgets their files. */
export async function endImportsOf(tx: Tx, { clock }: { clock: Clock }, sellerId: string): Promise<void> {
  const now = clock.now();
  await lockImports(tx, sellerId);
  for (const state of ['uploaded', 'checked'] as const) await discard(tx, { sellerId, state, now });
  await tx.listingImport.updateMany({
    where: { sellerId, state: { in: ['applying', 'undoing'] } },
    data: { state: 'cancelled', updatedAt: now },
  });
}

async function refuseSecond(tx: Tx, sellerId: string): Promise<void> {
  const state = { in: ['uploaded', 'applying', 'undoing'] };
  if ((await tx.listingImport.count({ where: { sellerId, state } })) > 0) throw running();
}

/** Waits for the batch that is being written. For others than its seller there is no such import. */
async function lockOwnImport(tx: Tx, { importId, sellerId }: OwnImport): Promise<LockedImport> {
  await lockImports(tx, sellerId);
  const [row] = await tx.$queryRaw<LockedImport[]>`
    SELECT id, seller_id AS "sellerId", state, rule, problem_count AS "problemCount", applied_at AS "appliedAt"
      FROM listing_import
     WHERE id = ${importId}::uuid AND seller_id = ${sellerId}::uuid
       FOR NO KEY UPDATE`;
  if (row === undefined) throw importNotFound();
  return row;
}

/**
 * One decision of a seller after the other: two imports of theirs cannot both begin, and none begins while another file
 * takes its place.
 */
async function lockImports(tx: Tx, sellerId: string): Promise<void> {
  await lockName(tx, `market.imports:${sellerId}`);
}
