import { endOffersBetween } from '#server/market/offers/offer-endings.ts';
import type { OfferTools } from '#server/market/offers/offer-moves.ts';
import { setBlock } from '#server/market/people/blocks.ts';
import type { Tx } from '#server/platform/db.ts';

/**
 * Blocks or mutes a citizen, or takes it back, with what follows from it: a block ends the open offers between the two.
 * Refuses as `setBlock`.
 */
export async function blockCitizen(tx: Tx, tools: OfferTools, input: Parameters<typeof setBlock>[1]): Promise<void> {
  const { by, citizenId, kind, isOn } = input;
  if (isOn && kind === 'block' && by !== citizenId) await endOffersBetween(tx, tools, [by, citizenId]);
  await setBlock(tx, input);
}
