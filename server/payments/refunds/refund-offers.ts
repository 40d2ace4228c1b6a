import type { Db, Prisma } from '#server/platform/db.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';
import { ducat, usd, type UsdMinor } from '#server/money/money.ts';
import { provenanceBehind } from '#server/provenance/project.ts';
import { isFollowed } from '#server/provenance/queries.ts';
import { unspentOf, type Unspent } from './refund-lots.ts';
import { figuresOf, refundsOfTopUp, viewForOwner } from './refund-queries.ts';
import { refundedParts, walletAccountOf } from './refund-rows.ts';
import {
  coverageOf,
  isUntouched,
  leftOf,
  paidPartColumns,
  partsOfPrice,
  refundSettings,
  selfServiceUntil,
  type PaidParts,
} from './refund-rules.ts';
import type { OwnRefunds, RefundableTopUp, RefundFigures, SelfServiceObstacle } from './refund-schema.ts';

/** What can be refunded, as people see it before they ask. Lots are read as far as they are worked out. */

const columns = {
  id: true,
  citizenId: true,
  state: true,
  waitReason: true,
  createdAt: true,
  creditedAt: true,
  riskLevel: true,
  stripeChargeId: true,
  ...paidPartColumns,
} satisfies Prisma.TopUpSelect;

type Row = Prisma.TopUpGetPayload<{ select: typeof columns }>;

const refundableStates: readonly string[] = ['credited', 'waiting'];

/** One paid top-up with all that was and can be refunded. Refuses `top_up_not_found`. */
export async function refundableTopUp(db: Db, input: { topUpId: string; at: Date }): Promise<RefundableTopUp> {
  const row = await topUpRow(db, input.topUpId);
  const left = await leftNow(db, row);
  const unspent = await unspentIn(db, row, { left, at: input.at });
  return {
    topUpId: row.id,
    citizenId: row.citizenId,
    state: row.state,
    createdAt: row.createdAt,
    riskLevel: row.riskLevel,
    chargeId: row.stripeChargeId,
    paid: figuresOf(row),
    left: figuresOf(left),
    unspent: { baseMinor: ducat(unspent.baseMinor), bonusMinor: ducat(unspent.bonusMinor) },
    isUpToDate: await isKnownNow(db, row),
    refunds: await refundsOfTopUp(db, row.id),
  };
}

/** What a refund would move and leave owed. Refuses `top_up_not_found`, `refund_too_large`, `provenance_behind`. */
export async function quoteRefund(
  db: Db,
  input: { topUpId: string; priceMinor: bigint | null; at: Date },
): Promise<RefundFigures & { debtMinor: UsdMinor }> {
  const row = await topUpRow(db, input.topUpId);
  const left = await leftNow(db, row);
  const wanted = input.priceMinor ?? left.priceMinor;
  if (wanted > left.priceMinor) throw tooLarge(left.priceMinor);
  const parts = partsOfPrice(row, leftOf(row, left), wanted);
  if (!(await isKnownNow(db, row))) throw provenanceBehind();
  const cover = coverageOf(parts, await unspentIn(db, row, { left, at: input.at }));
  const taken = { ...parts, baseMinor: cover.baseTakenMinor, bonusMinor: cover.bonusTakenMinor };
  return { ...figuresOf(taken), debtMinor: usd(cover.debtMinor + cover.bonusDebtMinor) };
}

/** What a buyer reads of the refunds of their own top-up. Refuses `top_up_not_found`, also for somebody else's. */
export async function ownRefundsOf(
  db: Db,
  input: { topUpId: string; citizenId: string; at: Date },
): Promise<OwnRefunds> {
  const { topUpId, citizenId, at } = input;
  const row = await topUpRow(db, topUpId);
  if (row.citizenId !== citizenId) throw notFound();
  const refunds = (await refundsOfTopUp(db, topUpId)).map(viewForOwner);
  const until = row.creditedAt === null ? null : selfServiceUntil(row.creditedAt, refundSettings);
  const left = await leftNow(db, row);
  const refusedBy = await obstacleOf(db, row, { left, at, until });
  return { refunds, until, refusedBy, offer: refusedBy === null ? figuresOf(left) : null };
}

async function obstacleOf(
  db: Db,
  row: Row,
  { left, at, until }: { left: PaidParts; at: Date; until: Date | null },
): Promise<SelfServiceObstacle | null> {
  if (row.state !== 'returned' && !refundableStates.includes(row.state)) return 'not_paid';
  if (left.priceMinor === 0n) return 'nothing_left';
  if (until !== null && at >= until) return 'window_over';
  if (isUntouched(left, await unspentIn(db, row, { left, at }))) return null;
  return (await isKnownNow(db, row)) ? 'ducats_spent' : 'not_followed';
}

export interface ReviewView extends RefundFigures {
  topUpId: string;
  citizenId: string;
  createdAt: Date;
  riskLevel: string | null;
}

const reviewsMax = 50;

/** Payments that wait until an operator has looked at them, the oldest first. */
export async function topUpsInReview(db: Db): Promise<ReviewView[]> {
  const rows = await db.topUp.findMany({
    where: { state: 'waiting', waitReason: 'review' },
    orderBy: { id: 'asc' },
    take: reviewsMax,
    select: columns,
  });
  return rows.map((row) => ({
    ...figuresOf(row),
    topUpId: row.id,
    citizenId: row.citizenId,
    createdAt: row.createdAt,
    riskLevel: row.riskLevel,
  }));
}

/** The latest paid top-ups of a citizen, for whoever looks for one to refund. */
export async function paidTopUpsOf(
  db: Db,
  citizenId: string,
): Promise<{ topUpId: string; state: string; createdAt: Date; totalMinor: UsdMinor }[]> {
  const rows = await db.topUp.findMany({
    where: { citizenId, state: { in: ['credited', 'waiting', 'returned'] } },
    orderBy: { id: 'desc' },
    take: reviewsMax,
    select: { id: true, state: true, createdAt: true, totalMinor: true },
  });
  return rows.map(({ id, totalMinor, ...row }) => ({ topUpId: id, totalMinor: usd(totalMinor), ...row }));
}

async function leftNow(db: Db, row: Row): Promise<PaidParts> {
  return leftOf(row, await refundedParts(db, row.id));
}

async function unspentIn(db: Db, row: Row, { left, at }: { left: PaidParts; at: Date }): Promise<Unspent> {
  if (row.state !== 'credited') return left;
  const accountId = await walletAccountOf(db, row.citizenId);
  return await unspentOf(db, { accountId, topUpId: row.id, at });
}

/** Whether what `unspentIn` says is true at this moment, or as of an earlier one. */
async function isKnownNow(db: Db, row: Row): Promise<boolean> {
  if (row.state !== 'credited') return true;
  const accountId = await walletAccountOf(db, row.citizenId);
  return accountId === null || (await isFollowed(db, accountId));
}

async function topUpRow(db: Db, id: string): Promise<Row> {
  const row = await db.topUp.findUnique({ where: { id }, select: columns });
  if (row === null) throw notFound();
  return row;
}

function notFound(): DomainError {
  return refuse('not_found', 'top_up_not_found', 'There is no such top-up.');
}

function tooLarge(leftMinor: bigint): DomainError {
  return new DomainError({
    kind: 'conflict',
    code: 'refund_too_large',
    message: 'More would be refunded than is left of this top-up.',
    details: { leftMinor: String(leftMinor) },
  });
}
