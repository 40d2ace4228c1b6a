import { notify } from '#server/citizens/notifications.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';

/**
 * Tells a seller that their import came to its end, in the transaction that ends it. Whoever waits for a page sees it
 * there too; whether it took long is nothing that they can know before, so every end is told.
 */
export async function tellOfEnd(
  tx: Tx,
  tools: { clock: Clock; ids: Ids },
  ended: { id: string; sellerId: string; fileName: string; state: 'applied' | 'undone' | 'stopped' },
): Promise<void> {
  const { id, sellerId: citizenId, fileName: name, state: to } = ended;
  await notify(tx, tools, { citizenId, kind: 'import_ended', details: { import: id, name, to } });
}
