import { citizenById, citizenTiers, type Citizen } from '#server/citizens/queries.ts';
import type { OwnStorefront, SaveStorefrontInput, SetBannerInput } from '#server/market/search/storefront-schema.ts';
import { attachPictures } from '#server/market/uploads/attachments.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';

/**
 * Opens a seller's storefront under an address made of their name, or brings what it shows of the citizen up to date.
 * Does nothing for somebody who is not there or whose account is closed.
 */
export async function openStorefront(tx: Tx, input: { sellerId: string; clock: Clock }): Promise<void> {
  const { sellerId, clock } = input;
  const citizen = await citizenById(tx, sellerId);
  if (citizen === null || (await citizenTiers(tx, sellerId)) === null) return;
  if (await keepInStep(tx, citizen)) return;
  const now = clock.now();
  const { username, displayName, tier } = citizen;
  const row = { sellerId, username, displayName, tier, createdAt: now, updatedAt: now };
  for (const slug of [slugOf(username), `seller-${sellerId.replaceAll('-', '')}`]) {
    const { count } = await tx.storefront.createMany({ data: [{ ...row, slug }], skipDuplicates: true });
    if (count > 0) return;
  }
  // Whoever was faster has committed by now.
  await keepInStep(tx, citizen);
}

/** What a storefront shows of its citizen, where there is one. Answers whether there is. */
export async function keepInStep(tx: Tx, citizen: Citizen): Promise<boolean> {
  const { id: sellerId, username, displayName, tier } = citizen;
  const { count } = await tx.storefront.updateMany({ where: { sellerId }, data: { username, displayName, tier } });
  return count > 0;
}

/** Writes what the seller says about themselves. Refuses: `storefront_changed` (edited elsewhere), `slug_taken`. */
export async function saveStorefront(
  tx: Tx,
  input: { sellerId: string; clock: Clock; storefront: SaveStorefrontInput },
): Promise<Pick<OwnStorefront, 'slug' | 'title' | 'about' | 'version' | 'isOpen'>> {
  const { sellerId, clock } = input;
  const { version, slug, ...texts } = input.storefront;
  await openStorefront(tx, { sellerId, clock });
  await lockAddresses(tx);
  if (await isTaken(tx, { slug, sellerId })) throw refuse('conflict', 'slug_taken', 'Another seller has this address.');
  const { count } = await tx.storefront.updateMany({
    where: { sellerId, version },
    data: { slug, ...texts, version: version + 1, updatedAt: clock.now() },
  });
  if (count === 0)
    throw refuse(
      'conflict',
      'storefront_changed',
      'Your storefront was changed elsewhere. Look at it again before saving.',
    );
  return { slug, ...texts, version: version + 1, isOpen: true };
}

/**
 * Hangs a picture of the seller's own above their storefront, changes its words, or takes it down. A picture that was
 * taken down stays theirs and can be hung again. Opens the storefront. Refuses: `unknown_picture`.
 */
export async function setBanner(
  tx: Tx,
  input: { sellerId: string; clock: Clock; banner: SetBannerInput },
): Promise<SetBannerInput> {
  const { sellerId, clock } = input;
  const { pictureId, alt } = input.banner;
  await openStorefront(tx, { sellerId, clock });
  const now = clock.now();
  await attachPictures(tx, { ownerId: sellerId, ids: pictureId === null ? [] : [pictureId], now });
  const bannerAlt = pictureId === null ? '' : alt;
  await tx.storefront.updateMany({
    where: { sellerId },
    data: { bannerPictureId: pictureId, bannerAlt, updatedAt: now },
  });
  return { pictureId, alt: bannerAlt };
}

/** One at a time chooses an address. */
async function lockAddresses(tx: Tx): Promise<void> {
  await lockName(tx, 'market.storefront-addresses');
}

/** An address is also taken by the seller whose very name it is: links by name must lead to them. */
async function isTaken(tx: Tx, { slug, sellerId }: { slug: string; sellerId: string }): Promise<boolean> {
  const rows = await tx.$queryRaw<{ isTaken: boolean }[]>`
    SELECT EXISTS (
      SELECT FROM storefront
       WHERE seller_id <> ${sellerId}::uuid AND (slug = ${slug} OR lower(username) = ${slug})
    ) AS "isTaken"`;
  return rows[0]?.isTaken === true;
}

const slugLength = { min: 3, max: 40 } as const;

/** A name as an address: small letters and figures, single hyphens between them. */
export function slugOf(username: string): string {
  const plain = username
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, slugLength.max)
    .replaceAll(/^-+|-+$/g, '');
  const letters = plain.replaceAll('-', '');
  return letters.length >= slugLength.min ? plain : `seller-${letters === '' ? 'x' : letters}`;
}

/** What of a storefront leaves with its account: all of it, and who followed it. */
export async function closeStorefront(tx: Tx, sellerId: string): Promise<void> {
  await tx.storefront.deleteMany({ where: { sellerId } });
}
