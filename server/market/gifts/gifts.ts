import { lockOpenCitizens } from '#server/citizens/locks.ts';
import { citizenByUsername } from '#server/citizens/queries.ts';
import { isSystemCitizen } from '#server/citizens/rules.ts';
import { isBlockedBetween } from '#server/market/people/blocks.ts';
import type { Db, Tx } from '#server/platform/db.ts';
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

/** To whom is given what a purchase brings from one of its sellers. */
export interface SellerGift extends Gift {
  readonly sellerId: string;
}

/** What of a purchase is given: all of it by a name, or what comes from single sellers. */
export interface Giving {
  readonly gift?: WantedGift | null | undefined;
  readonly gifts?: readonly SellerGift[];
}

/** Who receives something and can, until the transaction ends. */
export interface Recipients {
  /** Of the whole purchase; null for nobody. */
  readonly ofAll: string | null;
  readonly open: ReadonlySet<string>;
}

/**
 * Who is to receive something, while their accounts stay open until the transaction ends: citizens are locked before
 * listings, as closing an account does. Whoever is not there is missing, and so is Venice's own machinery.
 */
export async function lockRecipients(tx: Tx, { gift = null, gifts = [] }: Giving): Promise<Recipients> {
  const named = gift === null ? null : await citizenNamed(tx, gift.username);
  const wanted = [...gifts.map(({ recipientId }) => recipientId), ...(named === null ? [] : [named])];
  if (wanted.length === 0) return { ofAll: null, open: new Set() };
  const open = new Set((await lockOpenCitizens(tx, wanted)).keys());
  return { ofAll: named !== null && open.has(named) ? named : null, open };
}

/** Who has this name here; null for nobody, and for Venice's own machinery. */
export async function citizenNamed(db: Db, username: string): Promise<string | null> {
  return isSystemCitizen(username) ? null : ((await citizenByUsername(db, username))?.id ?? null);
}

/** The gifts that a purchase brings, by seller. Refuses what `allowedGift` refuses. */
export async function allowedGifts(
  tx: Tx,
  wanted: Giving & { recipients: Recipients; buyerId: string; sellerIds: readonly string[] },
): Promise<Map<string, Gift>> {
  const { gift = null, gifts = [], recipients, buyerId, sellerIds } = wanted;
  const allowed = new Map<string, Gift>();
  if (gift !== null) {
    const given = await allowedGift(tx, { gift, recipientId: recipients.ofAll, buyerId, sellerIds });
    for (const sellerId of sellerIds) allowed.set(sellerId, given);
  }
  for (const { sellerId, recipientId, note } of gifts) {
    const isOpen = recipients.open.has(recipientId);
    const one = { gift: { note }, recipientId: isOpen ? recipientId : null, buyerId, sellerIds: [sellerId] };
    allowed.set(sellerId, await allowedGift(tx, one));
  }
  return allowed;
}

/**
 * The gift that a purchase may be.
 * Refuses: `recipient_not_found`, `gift_to_yourself`, `gift_to_seller`, `gift_unavailable` (one of giver and recipient
 * blocked the other).
 */
export async function allowedGift(
  tx: Tx,
  wanted: { gift: Pick<WantedGift, 'note'>; recipientId: string | null; buyerId: string; sellerIds: readonly string[] },
): Promise<Gift> {
  const { gift, recipientId, buyerId, sellerIds } = wanted;
  if (recipientId === null) throw recipientNotFound();
  if (recipientId === buyerId) throw refuse('conflict', 'gift_to_yourself', 'A gift is for somebody else.');
  if (sellerIds.includes(recipientId))
    throw refuse('conflict', 'gift_to_seller', 'A gift is for somebody else than its seller.');
  if (await isBlockedBetween(tx, [recipientId, buyerId]))
    throw refuse('forbidden', 'gift_unavailable', 'You cannot give this citizen anything.');
  return { recipientId, note: gift.note };
}

/** What gifts are, as a part of what a key stands for; nothing where there are none. */
export function hashedGifts(gifts: readonly SellerGift[]): Record<string, string | null> {
  return Object.fromEntries(
    gifts.flatMap(({ sellerId, recipientId, note }) => [
      [`giftTo ${sellerId}`, recipientId],
      [`giftNote ${sellerId}`, note],
    ]),
  );
}

export function recipientNotFound(): Error {
  return refuse('not_found', 'recipient_not_found', 'There is no such citizen here.');
}
