import { standingFrom, trustReadingSql } from '#server/citizens/trust-reading.ts';
import type { TrustStanding } from '#server/citizens/trust-rules.ts';
import { lockListings } from '#server/market/catalogue/listing-locks.ts';
import type { LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { storedOrderWords } from '#server/market/orders/order-schema.ts';
import type { OrderAction, OrderState } from '#server/market/orders/order-schema.ts';
import type { OrderProcess } from '#server/market/orders/process.ts';
import { processOf } from '#server/market/orders/process-rules.ts';
import type { Clock } from '#server/platform/clock.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Tx } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';

/** Orders that a transaction holds, and what happened to them last. */

/** An order whose row this transaction holds, as it is then. */
export interface LockedOrder {
  id: string;
  buyerId: string;
  sellerId: string;
  recipientId: string | null;
  listingTitle: string;
  totalMinor: bigint;
  refundedMinor: bigint;
  feePpm: number;
  escrowAccountId: bigint;
  state: OrderState;
  process: OrderProcess;
  deadlineAt: Date | null;
  deadlineAction: string | null;
  closedAt: Date | null;
}

type LockedRow = Omit<LockedOrder, 'state' | 'process'> & { state: string; processVersion: number };

const orderColumns = Prisma.sql`
  held.id, held.buyer_id AS "buyerId", held.seller_id AS "sellerId", held.recipient_id AS "recipientId",
  held.listing_title AS "listingTitle", held.total_minor AS "totalMinor", held.refunded_minor AS "refundedMinor",
  held.fee_ppm AS "feePpm", held.escrow_account_id AS "escrowAccountId", held.state,
  held.process_version AS "processVersion", held.deadline_at AS "deadlineAt", held.deadline_action AS "deadlineAction",
  held.closed_at AS "closedAt"`;

/** Locks an order until the transaction ends. Null when there is none, or, with `skipLocked`, when somebody holds it. */
export async function lockOrder(
  tx: Tx,
  orderId: string,
  { skipLocked = false }: { skipLocked?: boolean } = {},
): Promise<LockedOrder | null> {
  const rows = await tx.$queryRaw<LockedRow[]>(Prisma.sql`
    SELECT ${orderColumns}
      FROM market_order held
     WHERE held.id = ${orderId}::uuid
       FOR NO KEY UPDATE ${skipLocked ? Prisma.sql`SKIP LOCKED` : Prisma.empty}`);
  const [row] = rows;
  return row === undefined ? null : lockedOrderOf(row);
}

function lockedOrderOf({ processVersion, ...row }: LockedRow): LockedOrder {
  return { ...row, state: storedOrderWords.state.parse(row.state), process: processOf(processVersion) };
}

/** A locked order with everything that a step of it is decided by. */
export interface LockedStep {
  readonly order: LockedOrder;
  /** What last moved it to where it is. */
  readonly last: LastMove;
  /** Where its seller stands; null where nobody asked. */
  readonly standing: TrustStanding | null;
}

interface StepRow extends LockedRow {
  lastState: string;
  lastAction: string;
  lastActorId: string | null;
  lastNote: string | null;
  lastAmountMinor: bigint | null;
  standing: unknown;
}

/**
 * Locks an order and reads beside it what its next step is decided by, in one round trip. Null when there is none.
 *
 * Whoever waits for the lock finds the row as it is by then, but everything beside it as it was before. No state comes
 * back once it was left, so a last move to another state than the row's tells that somebody moved it meanwhile.
 */
export async function lockForStep(
  tx: Tx,
  wanted: { orderId: string; withStanding: boolean; clock: Clock },
): Promise<LockedStep | null> {
  const { orderId, withStanding, clock } = wanted;
  const standing = withStanding ? trustReadingSql(Prisma.sql`held.seller_id`) : Prisma.sql`NULL`;
  const [row] = await tx.$queryRaw<StepRow[]>(Prisma.sql`
    SELECT ${orderColumns}, latest.to_state AS "lastState", latest.action AS "lastAction",
           latest.actor_id AS "lastActorId", latest.note AS "lastNote", latest.amount_minor AS "lastAmountMinor",
           ${standing} AS standing
      FROM market_order held
     CROSS JOIN LATERAL (
       SELECT to_state, action, actor_id, note, amount_minor
         FROM order_event
        WHERE order_id = held.id AND action <> ALL (${standingActions}::text[])
        ORDER BY sequence DESC
        LIMIT 1) AS latest
     WHERE held.id = ${orderId}::uuid
       FOR NO KEY UPDATE OF held`);
  if (row === undefined) return null;
  const { lastState, lastAction, lastActorId, lastNote, lastAmountMinor, standing: reading, ...held } = row;
  const order = lockedOrderOf(held);
  const read = { action: lastAction, actorId: lastActorId, note: lastNote, amountMinor: lastAmountMinor };
  return {
    order,
    last: lastState === order.state ? read : await lastMove(tx, orderId),
    standing: withStanding ? standingFrom(reading, clock.now()) : null,
  };
}

/** Locks the listings of an order's lines, before the order itself: stock may come back. */
export async function lockOrderedListings(tx: Tx, orderId: string): Promise<Map<string, LockedListing>> {
  const lines = await tx.orderLine.findMany({ where: { orderId }, select: { listingId: true } });
  return lockListings(
    tx,
    lines.map(({ listingId }) => listingId),
  );
}

export interface LastMove {
  action: string;
  actorId: string | null;
  note: string | null;
  amountMinor: bigint | null;
}

export interface LastEvent extends LastMove {
  sequence: number;
}

/** Steps that leave an order in its state. */
const standingActions: OrderAction[] = ['propose', 'refund_part'];

/** What last moved an order to the state that it is in: a repetition of that is answered as the first time. */
export function lastMove(tx: Tx, orderId: string): Promise<LastEvent> {
  return lastEvent(tx, orderId, { action: { notIn: standingActions } });
}

/** What happened last to an order. */
export async function lastEvent(tx: Tx, orderId: string, where: Prisma.OrderEventWhereInput = {}): Promise<LastEvent> {
  const event = await tx.orderEvent.findFirst({
    where: { orderId, ...where },
    orderBy: { sequence: 'desc' },
    select: { sequence: true, action: true, actorId: true, note: true, amountMinor: true },
  });
  invariant(event !== null, 'an order has at least the event of its purchase');
  return event;
}
