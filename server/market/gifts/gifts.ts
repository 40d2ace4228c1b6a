import { lockOpenCitizens } from '#server/citizens/locks.ts';
import { citizenByUsername } from '#server/citizens/queries.ts';
import { isSystemCitizen } from '#server/citizens/rules.ts';
import { isBlocked } from '#server/market/people/blocks.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';

/** To whom a purchase is given, as its buyer wrote it. */
export interface WantedGift {
  readonly username: string;
  readonly note: string | null;
}

/** The same with who that is. */
export interface Gift {
  readonly recipientId: string;
  readonly note: string | null;
}

/**
 * Who has this name here, while their account stays open until the transaction ends: citizens are locked before listings, as
 * closing an account does. Null where there is nobody, and for Venice's own machinery.
 */
export async function openRecipient(tx: Tx, username: string): Promise<string | null> {
  const citizen = isSystemCitizen(username) ? null : await citizenByUsername(tx, username);
  if (citizen === null) return null;
  return (await lockOpenCitizens(tx, [citizen.id])).has(citizen.id) ? citizen.id : null;
}

/**
 * The gift that a purchase may be.
 * Refuses: `recipient_not_found`, `gift_to_yourself`, `gift_to_seller`, `gift_unavailable` (one of giver and recipient
 * blocked the other).
 */
export async function allowedGift(
  tx: Tx,
  wanted: { gift: WantedGift; recipientId: string | null; buyerId: string; sellerIds: readonly string[] },
): Promise<Gift> {
  const { gift, recipientId, buyerId, sellerIds } = wanted;
  if (recipientId === null) throw refuse('not_found', 'recipient_not_found', 'There is no such citizen here.');
  if (recipientId === buyerId) throw refuse('conflict', 'gift_to_yourself', 'A gift is for somebody else.');
  if (sellerIds.includes(recipientId))
    throw refuse('conflict', 'gift_to_seller', 'A gift is for somebody else than its seller.');
  const isBetween =
    (await isBlocked(tx, { by: recipientId, citizenId: buyerId })) ||
    (await isBlocked(tx, { by: buyerId, citizenId: recipientId }));
  if (isBetween) throw refuse('forbidden', 'gift_unavailable', 'You cannot give this citizen anything.');
  return { recipientId, note: gift.note };
}
