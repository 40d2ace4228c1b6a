import { trustStanding } from '#server/citizens/trust.ts';
import { findAccount } from '#server/ledger/accounts.ts';
import { velocityLimits } from '#server/ledger/limits.ts';
import { accountBalance } from '#server/ledger/queries.ts';
import { ducat, usd } from '#server/money/money.ts';
import type { Db, Prisma } from '#server/platform/db.ts';
import { amountsOf, isFollowed } from '#server/provenance/queries.ts';
import type { CashOutProviderName } from './cash-out-provider.ts';
import { cashOutSettings } from './cash-out-rules.ts';
import { cashOutStates, type CashOutRoom, type CashOutState, type CashOutView } from './cash-out-schema.ts';
import { openDebt } from '#server/payments/disputes/debts.ts';
import { payoutAccountOf } from './payout-accounts.ts';
import { countedCashOut, leftWithin } from '#server/payments/trust-enforcement.ts';

const clearingsShown = 10;

/** What a citizen may cash out now, and when more; for showing only, deciding happens in `beginCashOut`. */
export async function cashOutRoom(
  db: Db,
  input: { citizenId: string; provider: CashOutProviderName | null; now: Date },
): Promise<CashOutRoom> {
  const { citizenId, provider, now } = input;
  const [standing, owed, account, limits] = await Promise.all([
    trustStanding(db, { citizenId, now }),
    openDebt(db, citizenId),
    provider === null ? null : payoutAccountOf(db, { citizenId, provider }),
    velocityLimits(db, citizenId),
  ]);
  const { cashableMinor, clearings, isUpToDate } = await earningsOf(db, { citizenId, now });
  const { cashOutDayUsdMinor, cashOutMonthUsdMinor } = standing.limits;
  const dayLeftMinor = leftWithin(standing, limits, { ...countedCashOut, period: '24_hours' });
  const monthLeftMinor = leftWithin(standing, limits, { ...countedCashOut, period: '30_days' });
  const most = [dayLeftMinor, monthLeftMinor].reduce((least, left) => (left < least ? left : least), cashableMinor);
  return {
    isOffered: provider !== null,
    isUpToDate,
    cashableMinor: ducat(cashableMinor),
    availableMinor: ducat(most - (most % 10n)),
    dayLeftMinor: ducat(dayLeftMinor),
    monthLeftMinor: ducat(monthLeftMinor),
    clearings: clearings.map(({ at, amountMinor }) => ({ at, amountMinor: ducat(amountMinor) })),
    owedMinor: usd(owed),
    leastUsdMinor: usd(cashOutSettings.leastUsdMinor),
    feeBasisPoints: cashOutSettings.feeBasisPoints,
    isFrozen: standing.isFrozen,
    cashOutFrom: standing.cashOutFrom,
    isLevelEnough: cashOutDayUsdMinor > 0n && cashOutMonthUsdMinor > 0n,
    account,
  };
}

async function earningsOf(db: Db, { citizenId, now }: { citizenId: string; now: Date }) {
  const walletId = await findAccount(db, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' });
  if (walletId === null) return { cashableMinor: 0n, clearings: [], isUpToDate: true };
  const [{ earned }, { availableMinor }, isUpToDate] = await Promise.all([
    amountsOf(db, walletId, now),
    accountBalance(db, walletId),
    isFollowed(db, walletId),
  ]);
  const { clearedMinor } = earned;
  const cashableMinor = clearedMinor < availableMinor ? clearedMinor : availableMinor;
  return { cashableMinor, clearings: earned.clearings.slice(0, clearingsShown), isUpToDate };
}

const columns = {
  id: true,
  citizenId: true,
  ducatsMinor: true,
  grossMinor: true,
  debtMinor: true,
  feeMinor: true,
  netMinor: true,
  state: true,
  step: true,
  lastError: true,
  nextTryAt: true,
  requestedAt: true,
  paidAt: true,
  endedAt: true,
  failureCode: true,
  approvalsNeeded: true,
} satisfies Prisma.CashOutSelect;

type Row = Prisma.CashOutGetPayload<{ select: typeof columns }>;

/** A citizen's cash-outs, newest first. The cursor is the last id of the page before. */
export async function cashOutsOf(
  db: Db,
  input: { citizenId: string; cursor?: string | null | undefined; limit: number },
): Promise<{ cashOuts: CashOutView[]; nextCursor: string | null }> {
  const { citizenId, cursor, limit } = input;
  const rows = await db.cashOut.findMany({
    where: { citizenId, ...(cursor === null || cursor === undefined ? {} : { id: { lt: cursor } }) },
    orderBy: { id: 'desc' },
    take: limit + 1,
    select: columns,
  });
  const shown = rows.slice(0, limit);
  const details = await detailsOf(db, shown);
  const cashOuts = shown.map((row) => viewOf(row, details));
  return { cashOuts, nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

interface Details {
  approvals: Map<string, string[]>;
  reasons: Map<string, string>;
}

async function detailsOf(db: Db, rows: readonly Row[]): Promise<Details> {
  const ids = rows.map(({ id }) => id);
  const [approvals, rejections] = await Promise.all([
    db.cashOutApproval.findMany({
      where: { cashOutId: { in: ids } },
      orderBy: { approvedAt: 'asc' },
      take: 2 * ids.length,
      select: { cashOutId: true, operatorId: true },
    }),
    db.cashOutEvent.findMany({
      where: { cashOutId: { in: ids }, kind: 'rejected', actorId: { not: null } },
      take: ids.length,
      select: { cashOutId: true, note: true },
    }),
  ]);
  const byId = new Map<string, string[]>();
  for (const { cashOutId, operatorId } of approvals) byId.set(cashOutId, [...(byId.get(cashOutId) ?? []), operatorId]);
  return { approvals: byId, reasons: new Map(rejections.map(({ cashOutId, note }) => [cashOutId, note ?? ''])) };
}

function viewOf(row: Row, { approvals, reasons }: Details): CashOutView {
  return {
    id: row.id,
    ducatsMinor: ducat(row.ducatsMinor),
    grossMinor: usd(row.grossMinor),
    debtMinor: usd(row.debtMinor),
    feeMinor: usd(row.feeMinor),
    netMinor: usd(row.netMinor),
    state: stateOf(row),
    requestedAt: row.requestedAt,
    paidAt: row.paidAt,
    endedAt: row.endedAt,
    failureCode: row.failureCode,
    reason: reasons.get(row.id) ?? null,
    approvalsNeeded: row.approvalsNeeded,
    approvals: approvals.get(row.id)?.length ?? 0,
  };
}

function stateOf({ state }: Row): CashOutState {
  return cashOutStates.find((known) => known === state) ?? 'unknown';
}

/** What an operator sees beside it. */
export interface CashOutAtDesk extends CashOutView {
  citizenId: string;
  step: string | null;
  lastError: string | null;
  nextTryAt: Date | null;
  /** Who has approved it so far. */
  approverIds: string[];
}

export interface CashOutDesk {
  /** The oldest first. */
  waiting: CashOutAtDesk[];
  unknown: CashOutAtDesk[];
  underWay: CashOutAtDesk[];
  /** The latest first. */
  ended: CashOutAtDesk[];
}

/** The operators' queue: what waits for them, what nobody knows the end of, what is on its way, and what is over. */
export async function cashOutDesk(db: Db, { limit }: { limit: number }): Promise<CashOutDesk> {
  const open = (states: readonly CashOutState[]) =>
    db.cashOut.findMany({
      where: { state: { in: [...states] } },
      orderBy: { id: 'asc' },
      take: limit,
      select: columns,
    });
  const over = db.cashOut.findMany({
    where: { state: { in: ['paid', 'failed', 'returned', 'rejected'] } },
    orderBy: { id: 'desc' },
    take: limit,
    select: columns,
  });
  const [waiting, unknown, underWay, ended] = await Promise.all([
    open(['requested']),
    open(['unknown']),
    open(['approved', 'processing']),
    over,
  ]);
  const details = await detailsOf(db, [...waiting, ...unknown, ...underWay, ...ended]);
  const atDesk = (row: Row): CashOutAtDesk => ({
    ...viewOf(row, details),
    citizenId: row.citizenId,
    step: row.step,
    lastError: row.lastError,
    nextTryAt: row.nextTryAt,
    approverIds: details.approvals.get(row.id) ?? [],
  });
  const [waitingRows, unknownRows] = [waiting.map(atDesk), unknown.map(atDesk)];
  return { waiting: waitingRows, unknown: unknownRows, underWay: underWay.map(atDesk), ended: ended.map(atDesk) };
}

const historyMax = 100;

/** Everything that happened to one cash-out, in order. */
export function cashOutHistory(db: Db, cashOutId: string) {
  return db.cashOutEvent.findMany({
    where: { cashOutId },
    orderBy: { number: 'asc' },
    take: historyMax,
    select: { number: true, kind: true, actorId: true, note: true, occurredAt: true },
  });
}
