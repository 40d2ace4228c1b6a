import type { LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { lockForStep, lockOrder, lockOrderedListings } from '#server/market/orders/order-locks.ts';
import type { LastMove } from '#server/market/orders/order-locks.ts';
import { givesStockBack, maySell, moveOrder, orderNotFound, stepActorOf } from '#server/market/orders/order-moves.ts';
import type { OrderVisitor, Step } from '#server/market/orders/order-moves.ts';
import type { OrderState } from '#server/market/orders/order-schema.ts';
import { orderProcesses } from '#server/market/orders/process.ts';
import { isOpen, processOf } from '#server/market/orders/process-rules.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';

export { actorOf, orderNotFound } from '#server/market/orders/order-moves.ts';
export type { OrderVisitor } from '#server/market/orders/order-moves.ts';

/** The steps of an order, each by the side whose step it is. */

export interface OrderStep {
  readonly orderId: string;
  readonly visitor: OrderVisitor;
  readonly note?: string | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secret: string;
}

export interface OrderStepReceipt {
  orderId: string;
  state: OrderState;
}

/** The seller takes the order on. */
export function acceptOrder(tx: Tx, step: OrderStep): Promise<OrderStepReceipt> {
  return takeStep(tx, { ...step, action: 'accept' });
}

/** The seller does not take the order on: the buyer gets everything back. */
export function declineOrder(tx: Tx, step: OrderStep): Promise<OrderStepReceipt> {
  return takeStep(tx, { ...step, action: 'decline' });
}

/** The seller says the goods were handed over. */
export function deliverOrder(tx: Tx, step: OrderStep): Promise<OrderStepReceipt> {
  return takeStep(tx, { ...step, action: 'deliver' });
}

/** The buyer, or whoever received it as a gift, has what was bought: the seller is paid less the fee. */
export function confirmOrder(tx: Tx, step: OrderStep): Promise<OrderStepReceipt> {
  return takeStep(tx, { ...step, action: 'confirm' });
}

/** The seller gives the order up before delivery: the buyer gets everything back. */
export function cancelOrder(tx: Tx, step: OrderStep): Promise<OrderStepReceipt> {
  return takeStep(tx, { ...step, action: 'cancel' });
}

/** The seller gives everything back after delivery, or in a dispute. */
export function refundOrder(tx: Tx, step: OrderStep): Promise<OrderStepReceipt> {
  return takeStep(tx, { ...step, action: 'refund_all' });
}

/** The buyer objects: the money stays in escrow until both agree, an operator decides, or the time is over. */
export function openDispute(tx: Tx, step: OrderStep & { note: string }): Promise<OrderStepReceipt> {
  return takeStep(tx, { ...step, action: 'dispute' });
}

/** An operator who is no party to the order decides where all of its money goes. */
export function resolveDispute(
  tx: Tx,
  step: OrderStep & { note: string; outcome: 'refund' | 'release' },
): Promise<OrderStepReceipt> {
  const { outcome, ...rest } = step;
  return takeStep(tx, { ...rest, action: outcome === 'refund' ? 'resolve_refund' : 'resolve_release' });
}

/**
 * The house cancels an open order, because the payment that paid it was taken back: the buyer's escrow goes back to the
 * buyer. False, with nothing changed, when it is over already or there is no such order.
 */
export async function cancelForChargeback(tx: Tx, step: Omit<OrderStep, 'visitor'>): Promise<boolean> {
  const listings = await lockOrderedListings(tx, step.orderId);
  const order = await lockOrder(tx, step.orderId);
  if (order === null || !isOpen(order.state)) return false;
  await moveOrder(tx, { step: { ...step, visitor: null, action: 'cancel' }, order, listings, actor: 'system' });
  return true;
}

/**
 * The house takes the step that an order's deadline names, once the deadline is over. Null, with nothing changed, when
 * somebody else holds the order, took it on before, or gave it another deadline.
 */
export async function takeDueStep(tx: Tx, step: Omit<OrderStep, 'visitor'>): Promise<OrderStepReceipt | null> {
  const due = await tx.marketOrder.findUnique({
    where: { id: step.orderId },
    select: { deadlineAction: true, processVersion: true },
  });
  if (due === null || due.deadlineAction === null) return null;
  const { action } = processOf(due.processVersion).timers.find((timer) => timer.action === due.deadlineAction) ?? {};
  invariant(action !== undefined, 'a deadline names a step of a timer');
  const isBack = givesStockBack(processOf(due.processVersion), action);
  // Rows are locked in the order listing, order, everywhere.
  const listings = isBack ? await lockOrderedListings(tx, step.orderId) : null;
  const order = await lockOrder(tx, step.orderId, { skipLocked: true });
  if (order === null || order.deadlineAction !== action || order.deadlineAt === null) return null;
  if (order.deadlineAt > step.clock.now()) return null;
  const state = await moveOrder(tx, { step: { ...step, visitor: null, action }, order, listings, actor: 'system' });
  return { orderId: order.id, state };
}

/**
 * One step of the declared process. The same step by the same person again answers as the first did
 * and moves nothing.
 * Refuses: `order_not_found` (also for strangers), `order_step_forbidden`, `order_step_unavailable`.
 */
async function takeStep(tx: Tx, step: Step & { visitor: OrderVisitor }): Promise<OrderStepReceipt> {
  const { orderId, action, clock } = step;
  const isBack = orderProcesses.some((process) => givesStockBack(process, action));
  // Rows are locked in the order listing, order, everywhere.
  const listings = isBack ? await lockForParty(tx, step) : null;
  const locked = await lockForStep(tx, { orderId, withStanding: maySell(action), clock });
  const actor = locked === null ? null : stepActorOf(locked.order, step.visitor);
  if (locked === null || actor === null) throw orderNotFound();
  const { order, last, standing } = locked;
  if (isRepetition(last, step)) return { orderId, state: order.state };
  return { orderId, state: await moveOrder(tx, { step, order, listings, actor, standing }) };
}

/** Locks the listings of an order for somebody who has to do with it; who that is never changes. */
async function lockForParty(
  tx: Tx,
  step: Step & { visitor: OrderVisitor },
): Promise<Map<string, LockedListing> | null> {
  const parties = await tx.marketOrder.findUnique({
    where: { id: step.orderId },
    select: { buyerId: true, sellerId: true, recipientId: true, processVersion: true },
  });
  if (parties === null || stepActorOf(parties, step.visitor) === null) throw orderNotFound();
  return givesStockBack(processOf(parties.processVersion), step.action) ? lockOrderedListings(tx, step.orderId) : null;
}

function isRepetition(last: LastMove, step: Step & { visitor: OrderVisitor }): boolean {
  return last.action === step.action && last.actorId === step.visitor.citizenId && last.note === (step.note ?? null);
}
