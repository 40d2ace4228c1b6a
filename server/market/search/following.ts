import { notify } from '#server/citizens/notifications.ts';
import { hearsSql } from '#server/market/people/blocks.ts';
import { storefrontNotFound } from '#server/market/search/storefront-queries.ts';
import { followsMax } from '#server/market/search/storefront-schema.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Clock } from '#server/platform/clock.ts';
import { Prisma, type Tx } from '#server/platform/db.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';

interface FollowInput {
  followerId: string;
  slug: string;
}

/**
 * Follows a seller; doing it twice changes nothing.
 * Refuses: `storefront_not_found`, `own_storefront`, `follow_limit`.
 */
export async function followSeller(tx: Tx, input: FollowInput & { clock: Clock }): Promise<{ isFollowing: true }> {
  const { followerId, slug, clock } = input;
  const storefront = await tx.storefront.findUnique({ where: { slug }, select: { sellerId: true } });
  if (storefront === null) throw storefrontNotFound();
  const { sellerId } = storefront;
  if (sellerId === followerId) throw refuse('invalid', 'own_storefront', 'This storefront is your own.');
  await lockName(tx, `market.follows:${followerId}`);
  if ((await tx.storefrontFollow.count({ where: { followerId, sellerId } })) > 0) return { isFollowing: true };
  if ((await tx.storefrontFollow.count({ where: { followerId } })) >= followsMax) throw tooManyFollows();
  await tx.storefrontFollow.create({
    data: { followerId, sellerId, createdAt: clock.now() },
    select: { sellerId: true },
  });
  return { isFollowing: true };
}

/** Follows a seller no longer; doing it twice changes nothing. Refuses: `storefront_not_found`. */
export async function unfollowSeller(tx: Tx, { followerId, slug }: FollowInput): Promise<{ isFollowing: false }> {
  const storefront = await tx.storefront.findUnique({ where: { slug }, select: { sellerId: true } });
  if (storefront === null) throw storefrontNotFound();
  await tx.storefrontFollow.deleteMany({ where: { followerId, sellerId: storefront.sellerId } });
  return { isFollowing: false };
}

function tooManyFollows(): Error {
  return new DomainError({
    kind: 'conflict',
    code: 'follow_limit',
    message: 'You follow as many sellers as one can.',
    details: { followsMax },
  });
}

const quietMs = 86_400_000;

/**
 * Tells followers of a seller that there is something new, each at most once a day for one seller; whoever does not want
 * to hear of the seller is not told. At most `limit` in one call; answers how many were told.
 */
export async function tellFollowers(
  tx: Tx,
  deps: { clock: Clock; ids: Ids },
  input: { sellerId: string; limit: number },
): Promise<number> {
  const now = deps.clock.now();
  const quietSince = new Date(now.getTime() - quietMs);
  const told = await tx.$queryRaw<{ followerId: string; name: string }[]>(Prisma.sql`
    WITH due AS (
      SELECT follower_id, seller_id FROM storefront_follow
       WHERE seller_id = ${input.sellerId}::uuid
         AND (notified_at IS NULL OR notified_at <= ${quietSince.toISOString()}::timestamptz)
         AND ${hearsSql({ reader: Prisma.sql`follower_id`, from: Prisma.sql`seller_id` })}
       ORDER BY follower_id LIMIT ${input.limit} FOR UPDATE SKIP LOCKED
    )
    UPDATE storefront_follow AS follow SET notified_at = ${now.toISOString()}::timestamptz
      FROM due JOIN storefront ON storefront.seller_id = due.seller_id
     WHERE follow.follower_id = due.follower_id AND follow.seller_id = due.seller_id
    RETURNING follow.follower_id AS "followerId", storefront.display_name AS name`);
  for (const { followerId: citizenId, name } of told)
    await notify(tx, deps, { citizenId, kind: 'seller_published', details: { name } });
  return told.length;
}
