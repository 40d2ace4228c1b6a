import { citizensByIds } from '#server/citizens/queries.ts';
import { ducat, usd, type DucatMinor, type UsdMinor } from '#server/money/money.ts';
import type { Db, Prisma } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { openDebts } from './debts.ts';
import type { DebtCause } from './dispute-rules.ts';
import type { DisputeState } from './dispute-schema.ts';
import type { DisputedPurchase } from './evidence.ts';

export interface DisputeSummary {
  id: string;
  stripeDisputeId: string;
  buyerName: string;
  amountMinor: UsdMinor;
  reason: string;
  status: string;
  state: DisputeState;
  openedAt: Date;
  evidenceDueAt: Date | null;
  evidenceSubmittedAt: Date | null;
}

const summaryColumns = {
  id: true,
  stripeDisputeId: true,
  citizenId: true,
  amountMinor: true,
  reason: true,
  status: true,
  state: true,
  openedAt: true,
  evidenceDueAt: true,
  evidenceSubmittedAt: true,
} satisfies Prisma.DisputeSelect;

/** Disputes, the latest first. The cursor is the last id of the page before. */
export async function disputes(
  db: Db,
  input: { cursor?: string | null | undefined; limit: number },
): Promise<{ items: DisputeSummary[]; nextCursor: string | null }> {
  const { cursor, limit } = input;
  const rows = await db.dispute.findMany({
    // Ids are made in order of time, so they order and page by themselves.
    where: cursor === null || cursor === undefined ? {} : { id: { lt: cursor } },
    orderBy: { id: 'desc' },
    take: limit + 1,
    select: summaryColumns,
  });
  const shown = rows.slice(0, limit);
  const buyers = await citizensByIds(
    db,
    shown.map(({ citizenId }) => citizenId),
  );
  const items = shown.map((row) => summaryOf(row, buyers.get(row.citizenId)?.displayName ?? row.citizenId));
  return { items, nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

function summaryOf(
  { citizenId: _citizen, ...row }: Prisma.DisputeGetPayload<{ select: typeof summaryColumns }>,
  buyerName: string,
): DisputeSummary {
  return { ...row, buyerName, amountMinor: usd(row.amountMinor), state: row.state as DisputeState };
}

/** What each step of the waterfall came to. Ducats, but for the last three. */
export interface WaterfallView {
  baseMinor: DucatMinor;
  orderMinor: DucatMinor;
  chargeMinor: DucatMinor;
  otherMinor: DucatMinor;
  earnedMinor: DucatMinor;
  bonusMinor: DucatMinor;
  bonusTakenMinor: DucatMinor;
  priceMinor: UsdMinor;
  feeMinor: UsdMinor;
  taxMinor: UsdMinor;
  lossMinor: UsdMinor;
  disputeFeeMinor: UsdMinor;
}

export interface WriteOffView {
  id: string;
  amountMinor: UsdMinor;
  reason: string;
  proposerName: string;
  isOwn: boolean;
}

export interface DisputeDetail extends DisputeSummary {
  waterfall: WaterfallView;
  withdrawnAt: Date | null;
  closedAt: Date | null;
  acceptedAt: Date | null;
  orderIds: string[];
  /** Whose held earnings were taken, and what of it they have back. */
  sellers: { name: string; takenMinor: DucatMinor; returnedMinor: DucatMinor }[];
  /** Of this dispute, in cents. */
  owedMinor: UsdMinor;
  repaidMinor: UsdMinor;
  writtenOffMinor: UsdMinor;
  /** A write-off that waits for a second operator. */
  writeOff: WriteOffView | null;
}

/** One dispute with everything an operator decides by. Refuses `dispute_not_found`. */
export async function disputeById(
  db: Db,
  { id, operatorId }: { id: string; operatorId: string },
): Promise<DisputeDetail> {
  const row = await db.dispute.findUnique({
    where: { id },
    select: {
      ...{ ...summaryColumns, withdrawnAt: true, closedAt: true, acceptedAt: true },
      ...{ baseMinor: true, orderMinor: true, chargeMinor: true, otherMinor: true, earnedMinor: true },
      ...{ bonusMinor: true, bonusTakenMinor: true, priceMinor: true, feeMinor: true, taxMinor: true },
      ...{ lossMinor: true, disputeFeeMinor: true },
      orders: { select: { orderId: true }, orderBy: { cancelledAt: 'asc' } },
      takings: {
        where: { step: 'earned' },
        orderBy: { position: 'asc' },
        select: { citizenId: true, amountMinor: true, returnedMinor: true },
      },
    },
  });
  if (row === null) throw refuse('not_found', 'dispute_not_found', 'There is no such dispute.');
  const people = await citizensByIds(db, [row.citizenId, ...row.takings.map(({ citizenId }) => citizenId)]);
  const nameOf = (citizenId: string) => people.get(citizenId)?.displayName ?? citizenId;
  return {
    ...summaryOf(summaryRow(row), nameOf(row.citizenId)),
    ...{ withdrawnAt: row.withdrawnAt, closedAt: row.closedAt, acceptedAt: row.acceptedAt },
    waterfall: waterfallOf(row),
    orderIds: row.orders.map(({ orderId }) => orderId),
    sellers: row.takings.map(({ citizenId, amountMinor, returnedMinor }) => ({
      name: nameOf(citizenId),
      takenMinor: ducat(amountMinor),
      returnedMinor: ducat(returnedMinor),
    })),
    ...(await debtsOf(db, id)),
    writeOff: await waitingWriteOff(db, { reference: id, operatorId }),
  };
}

function summaryRow(row: Prisma.DisputeGetPayload<{ select: typeof summaryColumns }>) {
  const { id, stripeDisputeId, citizenId, amountMinor, reason, status, state } = row;
  const { openedAt, evidenceDueAt, evidenceSubmittedAt } = row;
  const times = { openedAt, evidenceDueAt, evidenceSubmittedAt };
  return { id, stripeDisputeId, citizenId, amountMinor, reason, status, state, ...times };
}

function waterfallOf(row: Record<keyof WaterfallView, bigint>): WaterfallView {
  return {
    baseMinor: ducat(row.baseMinor),
    orderMinor: ducat(row.orderMinor),
    chargeMinor: ducat(row.chargeMinor),
    otherMinor: ducat(row.otherMinor),
    earnedMinor: ducat(row.earnedMinor),
    bonusMinor: ducat(row.bonusMinor),
    bonusTakenMinor: ducat(row.bonusTakenMinor),
    priceMinor: usd(row.priceMinor),
    feeMinor: usd(row.feeMinor),
    taxMinor: usd(row.taxMinor),
    lossMinor: usd(row.lossMinor),
    disputeFeeMinor: usd(row.disputeFeeMinor),
  };
}

async function debtsOf(db: Db, reference: string) {
  const debts = await db.debt.findMany({
    where: { reference },
    select: { amountMinor: true, repaidMinor: true, writtenOffMinor: true, cancelledAt: true },
  });
  const sum = (of: (debt: (typeof debts)[number]) => bigint) =>
    usd(debts.reduce((total, debt) => total + of(debt), 0n));
  return {
    owedMinor: sum((debt) =>
      debt.cancelledAt === null ? debt.amountMinor - debt.repaidMinor - debt.writtenOffMinor : 0n,
    ),
    repaidMinor: sum(({ repaidMinor }) => repaidMinor),
    writtenOffMinor: sum(({ writtenOffMinor }) => writtenOffMinor),
  };
}

async function waitingWriteOff(
  db: Db,
  { reference, operatorId }: { reference: string; operatorId: string },
): Promise<WriteOffView | null> {
  const row = await db.debtWriteOff.findFirst({
    where: { reference, state: 'proposed' },
    select: { id: true, amountMinor: true, reason: true, proposedBy: true },
  });
  if (row === null) return null;
  const { proposedBy, amountMinor, ...rest } = row;
  const names = await citizensByIds(db, [proposedBy]);
  const proposerName = names.get(proposedBy)?.displayName ?? proposedBy;
  return { ...rest, amountMinor: usd(amountMinor), proposerName, isOwn: proposedBy === operatorId };
}

/** What the disputed charge bought, for the evidence. Refuses `dispute_not_found`. */
export async function disputedPurchase(
  db: Db,
  id: string,
): Promise<{ stripeDisputeId: string; status: string; purchase: DisputedPurchase }> {
  const row = await db.dispute.findUnique({
    where: { id },
    select: { stripeDisputeId: true, status: true, citizenId: true, topUpId: true, openedAt: true },
  });
  if (row === null) throw refuse('not_found', 'dispute_not_found', 'There is no such dispute.');
  const { citizenId, topUpId, stripeDisputeId, status } = row;
  const select = { createdAt: true, creditedAt: true, baseMinor: true, bonusMinor: true } as const;
  const topUp = topUpId === null ? null : await db.topUp.findUnique({ where: { id: topUpId }, select });
  const buyer = (await citizensByIds(db, [citizenId])).get(citizenId);
  const purchase = {
    citizenId,
    customerName: buyer?.displayName ?? citizenId,
    boughtAt: topUp?.createdAt ?? row.openedAt,
    creditedAt: topUp?.creditedAt ?? null,
    baseMinor: topUp?.baseMinor ?? 0n,
    bonusMinor: topUp?.bonusMinor ?? 0n,
  };
  return { stripeDisputeId, status, purchase };
}

export interface OwedView {
  totalMinor: UsdMinor;
  /** Of it, what goes to sellers. */
  toSellersMinor: UsdMinor;
  causes: { cause: DebtCause; openMinor: UsdMinor; since: Date }[];
}

/** What a citizen owes and why, as they are shown it. */
export async function owedBy(db: Db, citizenId: string): Promise<OwedView> {
  const debts = await openDebts(db, citizenId);
  const sum = (causes: readonly DebtCause[] | null) =>
    usd(
      debts.reduce(
        (total, { cause, openMinor }) => (causes?.includes(cause) === false ? total : total + openMinor),
        0n,
      ),
    );
  return {
    totalMinor: sum(null),
    toSellersMinor: sum(['clawback']),
    causes: debts.map(({ cause, openMinor, createdAt }) => ({ cause, openMinor: usd(openMinor), since: createdAt })),
  };
}
