import type { Db, Prisma } from '#server/platform/db.ts';
import { ducat, usd } from '#server/money/money.ts';
import { paidPartColumns, type PaidParts } from './refund-rules.ts';
import type {
  OperatorRefundView,
  RefundFigures,
  RefundOrigin,
  RefundReason,
  RefundState,
  RefundView,
} from './refund-schema.ts';

/** Reads of refunds. */

/** The charge that paid a top-up, null before it is paid; null when there is no such top-up. */
export async function topUpCharge(db: Db, topUpId: string): Promise<{ id: string | null } | null> {
  const row = await db.topUp.findUnique({ where: { id: topUpId }, select: { stripeChargeId: true } });
  return row === null ? null : { id: row.stripeChargeId };
}

/** The session at Stripe of a top-up, null before it is known; null when there is no such top-up. */
export async function sessionOfTopUp(db: Db, topUpId: string): Promise<{ id: string | null } | null> {
  const row = await db.topUp.findUnique({ where: { id: topUpId }, select: { stripeSessionId: true } });
  return row === null ? null : { id: row.stripeSessionId };
}

/** The top-up that a charge paid and that is in the books. */
export async function topUpByCharge(db: Db, chargeId: string): Promise<string | null> {
  const row = await db.topUp.findUnique({ where: { stripeChargeId: chargeId }, select: { id: true } });
  return row?.id ?? null;
}

/** Our refund by Stripe's name for it. */
export async function refundOfStripe(db: Db, stripeRefundId: string): Promise<string | null> {
  const row = await db.refund.findUnique({ where: { stripeRefundId }, select: { id: true } });
  return row?.id ?? null;
}

export interface RefundToSend {
  id: string;
  topUpId: string;
  chargeId: string;
  totalMinor: bigint;
  reason: RefundReason;
  createdAt: Date;
}

/** What Stripe is to be asked for; null when it was asked and answered, or there is no such refund. */
export async function refundToSend(db: Db, id: string): Promise<RefundToSend | null> {
  const row = await db.refund.findUnique({
    where: { id, state: 'requested' },
    select: { topUpId: true, totalMinor: true, reason: true, createdAt: true },
  });
  if (row === null) return null;
  const charge = await topUpCharge(db, row.topUpId);
  if (charge === null || charge.id === null) return null;
  return { id, chargeId: charge.id, ...row, reason: row.reason as RefundReason };
}

/** Refunds of a top-up of which Stripe does not know for sure, the oldest first. */
export async function unsentRefunds(db: Db, topUpId: string): Promise<string[]> {
  const rows = await db.refund.findMany({
    where: { topUpId, state: 'requested' },
    orderBy: { id: 'asc' },
    take: 100,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

const viewColumns = {
  id: true,
  topUpId: true,
  state: true,
  origin: true,
  reason: true,
  ...paidPartColumns,
  baseTakenMinor: true,
  bonusTakenMinor: true,
  debtMinor: true,
  bonusDebtMinor: true,
  createdAt: true,
  settledAt: true,
} satisfies Prisma.RefundSelect;

const operatorColumns = {
  ...viewColumns,
  citizenId: true,
  note: true,
  failureCode: true,
  stripeRefundId: true,
  requestedBy: true,
} satisfies Prisma.RefundSelect;

type ViewRow = Prisma.RefundGetPayload<{ select: typeof viewColumns }>;
type OperatorRow = Prisma.RefundGetPayload<{ select: typeof operatorColumns }>;

export async function refundById(db: Db, id: string): Promise<RefundView> {
  return viewOf(await db.refund.findUniqueOrThrow({ where: { id }, select: viewColumns }));
}

/** Refunds of one top-up, the newest first. */
export async function refundsOfTopUp(db: Db, topUpId: string): Promise<OperatorRefundView[]> {
  const rows = await db.refund.findMany({
    where: { topUpId },
    orderBy: { id: 'desc' },
    take: 100,
    select: operatorColumns,
  });
  return rows.map(operatorViewOf);
}

/** All refunds, the newest first, or those of one state. The cursor is the last id of the page before. */
export async function listRefunds(
  db: Db,
  query: {
    state?: RefundState | undefined;
    cursor?: string | null | undefined;
    limit: number;
  },
): Promise<{ refunds: OperatorRefundView[]; nextCursor: string | null }> {
  const { state, cursor, limit } = query;
  const rows = await db.refund.findMany({
    where: {
      ...(state === undefined ? {} : { state }),
      ...(cursor === null || cursor === undefined ? {} : { id: { lt: cursor } }),
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
    select: operatorColumns,
  });
  const shown = rows.slice(0, limit);
  return { refunds: shown.map(operatorViewOf), nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

/** A citizen's own refunds, the newest first. The cursor is the last id of the page before. */
export async function ownRefunds(
  db: Db,
  query: { citizenId: string; cursor?: string | null | undefined; limit: number },
): Promise<{ refunds: RefundView[]; nextCursor: string | null }> {
  const { citizenId, cursor, limit } = query;
  const rows = await db.refund.findMany({
    where: { citizenId, ...(cursor === null || cursor === undefined ? {} : { id: { lt: cursor } }) },
    orderBy: { id: 'desc' },
    take: limit + 1,
    select: viewColumns,
  });
  const shown = rows.slice(0, limit);
  return { refunds: shown.map(viewOf), nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

/** What people see of an amount's parts. */
export function figuresOf(parts: PaidParts): RefundFigures {
  return {
    priceMinor: usd(parts.priceMinor),
    feeMinor: usd(parts.feeMinor),
    taxMinor: usd(parts.taxMinor),
    totalMinor: usd(parts.totalMinor),
    baseMinor: ducat(parts.baseMinor),
    bonusMinor: ducat(parts.bonusMinor),
  };
}

function viewOf(row: ViewRow): RefundView {
  const { id, topUpId, state, origin, reason, createdAt, settledAt } = row;
  return {
    ...figuresOf({ ...row, baseMinor: row.baseTakenMinor, bonusMinor: row.bonusTakenMinor }),
    debtMinor: usd(row.debtMinor + row.bonusDebtMinor),
    id,
    topUpId,
    state: state as RefundState,
    origin: origin as RefundOrigin,
    reason: reason as RefundReason,
    createdAt,
    settledAt,
  };
}

/** What the buyer may know of a refund: not what operators note, nor why Stripe refused. */
export function viewForOwner(refund: OperatorRefundView): RefundView {
  const {
    citizenId: _citizenId,
    note: _note,
    failureCode: _code,
    stripeRefundId: _id,
    requestedBy: _by,
    ...view
  } = refund;
  return view;
}

function operatorViewOf(row: OperatorRow): OperatorRefundView {
  const { citizenId, note, failureCode, stripeRefundId, requestedBy } = row;
  return { ...viewOf(row), citizenId, note, failureCode, stripeRefundId, requestedBy };
}

/** Refunds that are not at their end: those that Stripe was not asked for first, of each kind the oldest first. */
export function unsettledRefunds(
  db: Db,
  query: { requestedBefore: Date; sentBefore: Date; limit: number },
): Promise<{ id: string; stripeRefundId: string | null }[]> {
  const { requestedBefore, sentBefore, limit } = query;
  return db.refund.findMany({
    where: {
      OR: [
        { state: 'requested', createdAt: { lt: requestedBefore } },
        { state: 'sent', createdAt: { lt: sentBefore } },
      ],
    },
    // `requested` comes before `sent` in the alphabet.
    orderBy: [{ state: 'asc' }, { createdAt: 'asc' }],
    take: limit,
    select: { id: true, stripeRefundId: true },
  });
}
