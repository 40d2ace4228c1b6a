import { noteTrustEvent } from '#server/citizens/trust-events.ts';
import { lockListings, moveStocks } from '#server/market/catalogue/listing-locks.ts';
import type { LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { giveCouponBack } from '#server/market/discounts/coupons.ts';
import { settleEscrow } from '#server/market/orders/escrow.ts';
import { tellOfStep } from '#server/market/orders/order-notices.ts';
import { storedOrderWords } from '#server/market/orders/order-schema.ts';
import type { OrderAction, OrderActor, OrderState } from '#server/market/orders/order-schema.ts';
import type { OrderProcess, OrderTransition } from '#server/market/orders/process.ts';
import { deadlineFrom, decideTransition, isOpen, processOf } from '#server/market/orders/process-rules.ts';
import type { Clock } from '#server/platform/clock.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit } from '#server/platform/outbox.ts';

/** The mechanics of every step: locks, the new state, its history, and what it does with stock and money. */

/** Who asks. What they are to an order (buyer, seller, operator, nobody) follows from the order. */
export interface OrderVisitor {
  readonly citizenId: string;
  readonly role: 'citizen' | 'operator';
}

/** Without a visitor it is the house itself that acts. */
export interface Step {
  readonly orderId: string;
  readonly visitor: OrderVisitor | null;
  readonly action: OrderAction;
  readonly note?: string | undefined;
  /** Of `propose`, `agree`, `resolve_split` and `refund_part`: what the buyer gets back, in centesimi. */
  readonly backMinor?: bigint;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secret: string;
}

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

export function orderNotFound(): Error {
  return refuse('not_found', 'order_not_found', 'There is no such order.');
}

interface OrderParties {
  readonly buyerId: string;
  readonly sellerId: string;
  readonly recipientId: string | null;
}

/**
 * What a visitor is to an order, or null for a stranger. A party to it is never its judge. Whoever receives it as a gift is
 * none of these: they read it as a gift, without what it cost.
 */
export function actorOf(order: OrderParties, visitor: OrderVisitor): 'buyer' | 'seller' | 'operator' | null {
  if (visitor.citizenId === order.buyerId) return 'buyer';
  if (visitor.citizenId === order.sellerId) return 'seller';
  if (visitor.citizenId === order.recipientId) return null;
  return visitor.role === 'operator' ? 'operator' : null;
}

/** As whom a visitor takes a step: as `actorOf`, or as whoever receives the gift. */
export function stepActorOf(order: OrderParties, visitor: OrderVisitor): Exclude<OrderActor, 'system'> | null {
  return visitor.citizenId === order.recipientId ? 'recipient' : actorOf(order, visitor);
}

type LockedRow = Omit<LockedOrder, 'state' | 'process'> & { state: string; processVersion: number };

/** Locks an order until the transaction ends. Null when there is none, or, with `skipLocked`, when somebody holds it. */
export async function lockOrder(
  tx: Tx,
  orderId: string,
  { skipLocked = false }: { skipLocked?: boolean } = {},
): Promise<LockedOrder | null> {
  const rows = await tx.$queryRaw<LockedRow[]>(Prisma.sql`
    SELECT id, buyer_id AS "buyerId", seller_id AS "sellerId", recipient_id AS "recipientId", listing_title AS "listingTitle",
           total_minor AS "totalMinor", refunded_minor AS "refundedMinor", fee_ppm AS "feePpm",
           escrow_account_id AS "escrowAccountId", state, process_version AS "processVersion",
           deadline_at AS "deadlineAt", deadline_action AS "deadlineAction", closed_at AS "closedAt"
      FROM market_order
     WHERE id = ${orderId}::uuid
       FOR NO KEY UPDATE ${skipLocked ? Prisma.sql`SKIP LOCKED` : Prisma.empty}`);
  const [row] = rows;
  if (row === undefined) return null;
  const { processVersion, ...order } = row;
  return { ...order, state: storedOrderWords.state.parse(row.state), process: processOf(processVersion) };
}

/** Locks the listings of an order's lines, before the order itself: stock may come back. */
export async function lockOrderedListings(tx: Tx, orderId: string): Promise<Map<string, LockedListing>> {
  const lines = await tx.orderLine.findMany({ where: { orderId }, select: { listingId: true } });
  return lockListings(
    tx,
    lines.map(({ listingId }) => listingId),
  );
}

export interface Move {
  readonly step: Step;
  readonly order: LockedOrder;
  readonly actor: OrderActor;
  /** Locked; null where the step cannot give stock back. */
  readonly listings: ReadonlyMap<string, LockedListing> | null;
  /** Makes the ids of the transfers of a part that goes back. */
  readonly refundId?: string;
}

/** Whether an action gives the stock back in some process, so that its listings are locked before the order. */
export function givesStockBack({ transitions }: OrderProcess, action: OrderAction): boolean {
  return transitions.some((rule) => rule.action === action && rule.effect === 'refund');
}

/**
 * Takes one declared step of a locked order; its posting is the transaction's last statement. Answers the state.
 * Refuses: `order_step_forbidden`, `order_step_unavailable`, and what the ledger refuses.
 */
export async function moveOrder(tx: Tx, move: Move): Promise<OrderState> {
  const { step, order, actor } = move;
  const transition = transitionOrRefusal(order, { action: step.action, actor });
  const time = step.clock.now();
  if (transition.effect === 'refund') {
    await giveStockBack(tx, move);
    await giveCouponBack(tx, { orderId: order.id, at: time });
  }
  await record(tx, { ...move, transition, time });
  await noteForTrust(tx, { ...move, transition });
  await tellOfStep(tx, step, { order, transition, backMinor: step.backMinor ?? null });
  await settleEscrow(tx, { order, does: effectOf(move, transition), time, secret: step.secret });
  return transition.to;
}

/** The declared step, or the refusal that says why there is none. */
export function transitionOrRefusal(
  order: Pick<LockedOrder, 'process' | 'state'>,
  wanted: { action: OrderAction; actor: OrderActor },
): OrderTransition {
  const decision = decideTransition(order.process, { ...wanted, state: order.state });
  if (decision.allowed) return decision.transition;
  switch (decision.reason) {
    case 'wrong_actor':
      throw refuse('forbidden', 'order_step_forbidden', 'This step is not yours to take.');
    case 'wrong_state':
      throw refuse('conflict', 'order_step_unavailable', 'The order has moved on; this step is no longer possible.');
  }
}

function effectOf({ step, refundId }: Move, { effect }: OrderTransition) {
  const backMinor = step.backMinor ?? 0n;
  switch (effect) {
    case 'settle':
      return { effect, backMinor } as const;
    case 'refund_part':
      invariant(refundId !== undefined, 'a part that goes back has an id of its own');
      return { effect, backMinor, refundId } as const;
    case 'give_back':
      // Not out of escrow: `part-refunds.ts` posts it.
      return { effect: 'none' } as const;
    case 'none':
    case 'release':
    case 'refund':
      return { effect } as const;
  }
}

/** A variant that its listing has no more is not put on sale again. */
async function giveStockBack(tx: Tx, { order, listings }: Move): Promise<void> {
  invariant(listings !== null, 'the listings are locked before stock comes back');
  const lines = await tx.orderLine.findMany({
    where: { orderId: order.id },
    orderBy: { line: 'asc' },
    select: { listingId: true, variantId: true, quantity: true },
  });
  const back = lines.flatMap(({ listingId, variantId, quantity: units }) => {
    const listing = listings.get(listingId);
    invariant(listing !== undefined, 'what was bought is a listing');
    const isKnown = variantId === null || listing.variants.some(({ id }) => id === variantId);
    return isKnown ? [{ listing, units, variantId }] : [];
  });
  await moveStocks(tx, back);
}

/** What a sale's end says about its seller counts for what they are trusted with. */
async function noteForTrust(
  tx: Tx,
  { step, order, transition }: Move & { transition: OrderTransition },
): Promise<void> {
  if (transition.trust === undefined) return;
  const { orderId: reference, clock, ids } = step;
  const { trust: kind } = transition;
  await noteTrustEvent(tx, { citizenId: order.sellerId, kind, reference, occurredAt: clock.now(), ids });
}

/** What has gone back to the buyer once the step is taken. */
function refundedAfter({ order, step }: Move, { effect }: OrderTransition): bigint {
  switch (effect) {
    case 'none':
    case 'release':
      return order.refundedMinor;
    case 'refund':
      return order.totalMinor;
    case 'refund_part':
    case 'settle':
    case 'give_back':
      return order.refundedMinor + (step.backMinor ?? 0n);
  }
}

async function record(tx: Tx, entry: Move & { transition: OrderTransition; time: Date }): Promise<void> {
  const { step, order, transition, time } = entry;
  const { from, to, action, actor } = transition;
  const hasMoved = from !== to;
  await tx.marketOrder.update({
    where: { id: order.id },
    data: {
      state: to,
      updatedAt: time,
      refundedMinor: refundedAfter(entry, transition),
      // A step that stays where it is gives nobody more time.
      ...(hasMoved
        ? { closedAt: isOpen(to) ? null : time, ...deadlineFrom(order.process, { state: to, at: time }) }
        : {}),
    },
    select: { id: true },
  });
  // Nobody else counts on meanwhile: the order's row is locked.
  const written = await tx.$executeRaw`
    INSERT INTO order_event (order_id, sequence, action, actor, actor_id, from_state, to_state, note, amount_minor, at)
    SELECT ${order.id}::uuid, max(sequence) + 1, ${action}, ${actor}, ${step.visitor?.citizenId ?? null}::uuid,
           ${from}, ${to}, ${step.note ?? null}, ${step.backMinor ?? null}::bigint, ${time}
      FROM order_event
     WHERE order_id = ${order.id}::uuid`;
  invariant(written === 1, 'every step of an order is written down');
  await emit(tx, step, {
    type: hasMoved ? `order.${to}` : `order.${action}`,
    subject: order.id,
    payload: { action, actor, from, ...(step.backMinor === undefined ? {} : { amountMinor: String(step.backMinor) }) },
  });
}

export interface LastEvent {
  sequence: number;
  action: string;
  actorId: string | null;
  note: string | null;
  amountMinor: bigint | null;
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
