import type { Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import {
  earnedLevels,
  type EarnedLevel,
  type TrustGates,
  type TrustLimits,
  type TrustSettings,
} from './trust-rules.ts';

const limitColumns = {
  level: true,
  topUpDayUsdMinor: true,
  topUpMonthUsdMinor: true,
  holdBoughtDays: true,
  holdEarnedDays: true,
  cashOutDayUsdMinor: true,
  cashOutMonthUsdMinor: true,
  listingsMax: true,
} as const;

const gateColumns = {
  knownAgeDays: true,
  knownPurchaseAgeDays: true,
  trustedAfterDays: true,
  trustedDisputeRatePpm: true,
  factorsResetDays: true,
  payoutAccountDays: true,
  newCardHoldDays: true,
  chargebackDays: true,
} as const;

/** The numbers as operators set them, read fresh each time: a change counts for the very next decision. */
export async function trustSettings(db: Db): Promise<TrustSettings> {
  const rows = await db.trustSetting.findMany({ select: limitColumns, take: earnedLevels.length });
  const gates = await db.trustGate.findUnique({ where: { id: 1 }, select: gateColumns });
  const limitsAt = (level: EarnedLevel): TrustLimits => {
    const row = rows.find((candidate) => candidate.level === level);
    invariant(row !== undefined, 'every level has its limits');
    const { level: _level, ...limits } = row;
    return limits;
  };
  invariant(gates !== null, 'the levels have their gates');
  return { limits: { 0: limitsAt(0), 1: limitsAt(1), 2: limitsAt(2), 3: limitsAt(3) }, gates };
}

export interface SettingChange {
  by: string;
  now: Date;
}

/**
 * Sets what a level allows. Refuses `limits_not_rising` (invalid) where a level would allow less than the one below it
 * or more than the one above: whoever earns more trust must never lose by it.
 */
export async function changeTrustLimits(
  tx: Tx,
  input: SettingChange & { level: EarnedLevel; limits: TrustLimits },
): Promise<void> {
  const { level, limits, by, now } = input;
  await lockSettings(tx);
  const { limits: present } = await trustSettings(tx);
  const next = { ...present, [level]: limits };
  const isRising = earnedLevels.slice(1).every((higher) => isAtLeast(next[higher], next[(higher - 1) as EarnedLevel]));
  if (!isRising || limits.topUpDayUsdMinor > limits.topUpMonthUsdMinor) throw limitsNotRising();
  if (limits.cashOutDayUsdMinor > limits.cashOutMonthUsdMinor) throw limitsNotRising();
  await tx.trustSetting.update({
    where: { level },
    data: { ...limits, changedAt: now, changedBy: by },
    select: { level: true },
  });
}

/** Sets what the levels ask for, and how long setbacks last. */
export async function changeTrustGates(tx: Tx, input: SettingChange & { gates: TrustGates }): Promise<void> {
  await lockSettings(tx);
  const { gates, by, now } = input;
  await tx.trustGate.update({
    where: { id: 1 },
    data: { ...gates, changedAt: now, changedBy: by },
    select: { id: true },
  });
}

/** When any of the numbers last changed; null while all are as they came. */
export async function trustSettingsChangedAt(db: Db): Promise<Date | null> {
  const limits = await db.trustSetting.aggregate({ _max: { changedAt: true } });
  const gates = await db.trustGate.aggregate({ _max: { changedAt: true } });
  const times = [limits._max.changedAt, gates._max.changedAt].filter((time) => time !== null);
  return times.length === 0 ? null : new Date(Math.max(...times.map((time) => time.getTime())));
}

function isAtLeast(higher: TrustLimits, lower: TrustLimits): boolean {
  return (
    higher.topUpDayUsdMinor >= lower.topUpDayUsdMinor &&
    higher.topUpMonthUsdMinor >= lower.topUpMonthUsdMinor &&
    higher.holdBoughtDays <= lower.holdBoughtDays &&
    higher.holdEarnedDays <= lower.holdEarnedDays &&
    higher.cashOutDayUsdMinor >= lower.cashOutDayUsdMinor &&
    higher.cashOutMonthUsdMinor >= lower.cashOutMonthUsdMinor &&
    (higher.listingsMax === null || (lower.listingsMax !== null && higher.listingsMax >= lower.listingsMax))
  );
}

/** The numbers belong together, so they change one after the other. */
async function lockSettings(tx: Tx): Promise<void> {
  await tx.$queryRaw`SELECT id FROM trust_gate WHERE id = 1 FOR UPDATE`;
}

function limitsNotRising(): Error {
  return refuse(
    'invalid',
    'limits_not_rising',
    'A month allows at least as much as a day, and a higher level at least as much as a lower one.',
  );
}
