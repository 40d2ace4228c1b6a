import type { TrustLimits, TrustStanding } from '#server/citizens/trust-rules.ts';
import { velocityLimits, type VelocityUse } from '#server/ledger/limits.ts';
import { ducat, usd, type DucatMinor, type UsdMinor } from '#server/money/money.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';
import { defaultSettings } from './packages.ts';
import { countedTopUp } from './trust-enforcement.ts';
import { roomAgainAt, type Arrival } from './rules.ts';

/** How much of one period's limit is used; in cents of the price before fees. */
export interface RoomInPeriod {
  mostMinor: UsdMinor;
  /** Bought and arrived, or paid and still on its way. */
  usedMinor: UsdMinor;
  leftMinor: UsdMinor;
}

/** What a citizen may buy right now. */
export interface TopUpRoom {
  day: RoomInPeriod;
  month: RoomInPeriod;
  /** The less of the two. */
  leftMinor: UsdMinor;
}

const arrivalsMax = 3_000;
const perCent = defaultSettings.ducatMinorPerCent;

/**
 * What their limits leave a citizen of what the ledger counted, less what is paid and not yet in the wallet. Pages that nobody paid on do
 * not count: they are closed when a new top-up needs their room.
 */
export async function topUpRoom(db: Db, whose: { citizenId: string; limits: TrustLimits }): Promise<TopUpRoom> {
  const { citizenId, limits } = whose;
  const uses = await velocityLimits(db, citizenId);
  const underway = await paidUnderway(db, citizenId);
  const day = roomIn(limits.topUpDayUsdMinor, usedIn(uses, '24_hours') + underway);
  const month = roomIn(limits.topUpMonthUsdMinor, usedIn(uses, '30_days') + underway);
  return { day, month, leftMinor: day.leftMinor < month.leftMinor ? day.leftMinor : month.leftMinor };
}

/** Centesimi that came in, as the ledger counts them; none where it does not count for this citizen yet. */
function usedIn(uses: readonly VelocityUse[], period: VelocityUse['period']): bigint {
  return uses.find((use) => use.period === period && use.kind === countedTopUp.kind)?.usedMinor ?? 0n;
}

function roomIn(mostMinor: bigint, usedDucatMinor: bigint): RoomInPeriod {
  // A centesimo that is not a whole cent is used up.
  const usedMinor = (usedDucatMinor + perCent - 1n) / perCent;
  const leftMinor = mostMinor > usedMinor ? mostMinor - usedMinor : 0n;
  return { mostMinor: usd(mostMinor), usedMinor: usd(usedMinor), leftMinor: usd(leftMinor) };
}

async function paidUnderway(db: Db, citizenId: string): Promise<DucatMinor> {
  const sum = await db.topUp.aggregate({
    where: { citizenId, state: { in: ['processing', 'waiting'] } },
    _sum: { baseMinor: true },
  });
  return ducat(sum._sum.baseMinor ?? 0n);
}

export interface WantedTopUp {
  citizenId: string;
  /** Before the fee. */
  priceMinor: bigint;
  standing: TrustStanding;
  now: Date;
}

/**
 * Lets a top-up begin that the limits will let in. Refuses `trust_frozen` and `top_up_limit` (forbidden); the latter
 * says what is left, when this much will be free (null: never at this level), and what the next level is still missing.
 */
export async function assertRoom(tx: Tx, wanted: WantedTopUp): Promise<void> {
  const { citizenId, priceMinor, standing, now } = wanted;
  if (standing.isFrozen) {
    throw refuse('forbidden', 'trust_frozen', 'A payment was charged back, so nothing can be bought for now.');
  }
  const room = await topUpRoom(tx, { citizenId, limits: standing.limits });
  if (priceMinor <= room.leftMinor) return;
  const arrivals = await arrivalsOf(tx, { citizenId, now });
  const freeAt = (['day', 'month'] as const).map((period) =>
    roomAgainAt(arrivals, { period, mostMinor: room[period].mostMinor, priceMinor, now }),
  );
  const isEver = freeAt.every((time) => time !== null);
  const moreFrom = isEver ? new Date(Math.max(...freeAt.map((time) => time.getTime()))) : null;
  const missing = standing.next?.requirements.filter(({ isMet }) => !isMet).map(({ code }) => code) ?? [];
  throw new DomainError({
    kind: 'forbidden',
    code: 'top_up_limit',
    message: 'This is more than your trust level lets you buy right now.',
    details: {
      leftUsdMinor: String(room.leftMinor),
      moreFrom: moreFrom?.toISOString() ?? null,
      level: standing.level,
      nextLevel: standing.next?.level ?? null,
      missing: missing.join(','),
    },
  });
}

/** What came in, or will once there is room, over the longest period; the oldest first. */
async function arrivalsOf(db: Db, { citizenId, now }: { citizenId: string; now: Date }): Promise<Arrival[]> {
  const since = new Date(now.getTime() - 32 * 86_400_000);
  const rows = await db.topUp.findMany({
    where: {
      citizenId,
      OR: [{ state: 'credited', creditedAt: { gt: since } }, { state: { in: ['processing', 'waiting'] } }],
    },
    orderBy: { id: 'asc' },
    take: arrivalsMax,
    select: { creditedAt: true, priceMinor: true },
  });
  return rows.map(({ creditedAt, priceMinor }) => ({ at: creditedAt ?? now, priceMinor }));
}

/**
 * Stripe's sessions that nobody paid yet and for which a new top-up leaves no room, at most 100. The latest are kept as
 * long as they fit.
 */
export async function crowdingSessions(
  db: Db,
  fresh: { topUpId: string; citizenId: string; priceMinor: bigint; limits: TrustLimits },
): Promise<string[]> {
  const { topUpId, citizenId, priceMinor, limits } = fresh;
  const open = await db.topUp.findMany({
    where: { citizenId, state: 'open', NOT: { id: topUpId } },
    orderBy: { id: 'desc' },
    take: 100,
    select: { stripeSessionId: true, priceMinor: true },
  });
  if (open.length === 0) return [];
  let leftMinor = (await topUpRoom(db, { citizenId, limits })).leftMinor - priceMinor;
  return open.flatMap((other) => {
    if (other.priceMinor > leftMinor) return other.stripeSessionId ?? [];
    leftMinor -= other.priceMinor;
    return [];
  });
}

/** One at a time per citizen, from here to the end of the transaction: whoever looks for room and takes it. */
export async function lockRoom(tx: Tx, citizenId: string): Promise<void> {
  await lockName(tx, `payments.top-up-room:${citizenId}`);
}
