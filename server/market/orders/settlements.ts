import { lastEvent, lastMove, lockOrder } from '#server/market/orders/order-locks.ts';
import type { LockedOrder } from '#server/market/orders/order-locks.ts';
import { actorOf, moveOrder, orderNotFound, transitionOrRefusal } from '#server/market/orders/order-moves.ts';
import type { OrderVisitor } from '#server/market/orders/order-moves.ts';
import { proposalOf } from '#server/market/orders/proposals.ts';
import { resolveDispute } from '#server/market/orders/order-steps.ts';
import type { OrderStep, OrderStepReceipt } from '#server/market/orders/order-steps.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';

/** How a disputed order is settled in between: what goes back to the buyer is agreed by the two, or said by an operator. */

/** Most events of one order after which nobody makes another proposal. */
const eventsMax = 100;

/**
 * One side offers what the buyer gets back of what is left in escrow; it stands in place of any proposal before. The same
 * again by the same side is answered as the first time.
 * Refuses: `order_not_found`, `order_step_forbidden`, `order_step_unavailable`, `amount_exceeds_order`,
 * `order_history_full`.
 */
export async function proposeSettlement(
  tx: Tx,
  step: OrderStep & { note: string; backMinor: bigint },
): Promise<OrderStepReceipt> {
  const { order, actor } = await lockForParty(tx, step);
  transitionOrRefusal(order, { action: 'propose', actor });
  const last = await lastEvent(tx, order.id);
  const isRepeated =
    last.action === 'propose' &&
    last.actorId === step.visitor.citizenId &&
    last.amountMinor === step.backMinor &&
    last.note === step.note;
  if (isRepeated) return { orderId: order.id, state: order.state };
  assertWithin(order, step.backMinor);
  if (last.sequence >= eventsMax)
    throw refuse('conflict', 'order_history_full', 'Too much was proposed for this order. An operator decides.');
  const state = await moveOrder(tx, { step: { ...step, action: 'propose' }, order, actor, listings: null });
  return { orderId: order.id, state };
}

/**
 * The other side agrees to the proposal that they read: the buyer gets what it says, the seller the rest less the fee.
 * Refuses: `order_not_found`, `order_step_forbidden`, `order_step_unavailable`, `proposal_changed` where another one
 * stands by now or it is one's own, `amount_exceeds_order` where a part went back meanwhile.
 */
export async function agreeToSettlement(
  tx: Tx,
  step: Omit<OrderStep, 'note'> & { sequence: number },
): Promise<OrderStepReceipt> {
  const { sequence, ...rest } = step;
  const { order, actor } = await lockForParty(tx, rest);
  const last = await lastMove(tx, order.id);
  if (last.action === 'agree' && last.actorId === step.visitor.citizenId)
    return { orderId: order.id, state: order.state };
  transitionOrRefusal(order, { action: 'agree', actor });
  const proposal = await proposalOf(tx, order);
  if (proposal?.sequence !== sequence || proposal.by === actor)
    throw refuse('conflict', 'proposal_changed', 'Another proposal stands by now. Read it first.');
  const { backMinor } = proposal;
  assertWithin(order, backMinor);
  const state = await moveOrder(tx, { step: { ...rest, action: 'agree', backMinor }, order, actor, listings: null });
  return { orderId: order.id, state };
}

/**
 * An operator who is no party to the order says what the buyer gets back; the seller gets the rest less the fee.
 * Refuses: `order_not_found`, `order_step_forbidden`, `order_step_unavailable`, `amount_exceeds_order`.
 */
export async function splitDispute(
  tx: Tx,
  step: OrderStep & { note: string; backMinor: bigint },
): Promise<OrderStepReceipt> {
  const { order, actor } = await lockForParty(tx, step);
  const last = await lastMove(tx, order.id);
  const isRepeated = last.action === 'resolve_split' && last.actorId === step.visitor.citizenId;
  if (isRepeated && last.amountMinor === step.backMinor) return { orderId: order.id, state: order.state };
  transitionOrRefusal(order, { action: 'resolve_split', actor });
  assertWithin(order, step.backMinor);
  const state = await moveOrder(tx, { step: { ...step, action: 'resolve_split' }, order, actor, listings: null });
  return { orderId: order.id, state };
}

/** An operator's decision in words: all to the buyer, all to the seller, or a part to the buyer. */
export function resolveOrder(
  tx: Tx,
  decision: OrderStep & { note: string; outcome: 'refund' | 'release' | 'split'; backMinor?: bigint | undefined },
): Promise<OrderStepReceipt> {
  const { outcome, backMinor, ...step } = decision;
  if (outcome !== 'split') return resolveDispute(tx, { ...step, outcome });
  invariant(backMinor !== undefined, 'a split says what goes back');
  return splitDispute(tx, { ...step, backMinor });
}

async function lockForParty(tx: Tx, { orderId, visitor }: { orderId: string; visitor: OrderVisitor }) {
  const order = await lockOrder(tx, orderId);
  const actor = order === null ? null : actorOf(order, visitor);
  if (order === null || actor === null) throw orderNotFound();
  return { order, actor };
}

function assertWithin(order: LockedOrder, backMinor: bigint): void {
  if (backMinor <= order.totalMinor - order.refundedMinor) return;
  throw amountExceedsOrder();
}

export function amountExceedsOrder(): Error {
  return refuse('conflict', 'amount_exceeds_order', 'That is more than what is left of this order.');
}
