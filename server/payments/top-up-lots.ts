import type { TransferRequest } from '#server/ledger/schema.ts';
import type { Tx } from '#server/platform/db.ts';
import { noteLotFacts, noteTake } from '#server/provenance/notes.ts';

/** What the ducats of a top-up are, and until when they are held. */

interface TopUpTransfers {
  topUpId: string;
  transfers: readonly TransferRequest[];
}

/** The source of everything that a top-up brought: its charge, by the top-up's id. */
export function chargeOf(topUpId: string): { type: 'charge'; id: string } {
  return { type: 'charge', id: topUpId };
}

/** What was paid is bought and held; the bonus was given. Also while they wait in suspense. */
export async function noteTopUp(tx: Tx, input: TopUpTransfers & { holdUntil: Date }): Promise<void> {
  const { topUpId, transfers, holdUntil } = input;
  await noteLotFacts(
    tx,
    ducatsOf(transfers).map(({ id: transferId, isBonus }) => ({
      transferId,
      kind: isBonus ? 'granted' : 'bought',
      source: chargeOf(topUpId),
      holdUntil: isBonus ? null : holdUntil,
      expiresAt: null,
    })),
  );
}

/** What leaves suspense are the ducats of this top-up and no others, and they stay what they are. */
export async function noteTopUpRelease(tx: Tx, { topUpId, transfers }: TopUpTransfers): Promise<void> {
  for (const { id: transferId, isBonus } of ducatsOf(transfers)) {
    const kind = isBonus ? 'granted' : 'bought';
    await noteTake(tx, { transferId, rule: { source: chargeOf(topUpId), kind } });
  }
}

function ducatsOf(transfers: readonly TransferRequest[]): { id: string; isBonus: boolean }[] {
  return transfers.flatMap(({ id, kind }) =>
    kind === 'top_up_base' || kind === 'top_up_bonus' ? [{ id, isBonus: kind === 'top_up_bonus' }] : [],
  );
}
