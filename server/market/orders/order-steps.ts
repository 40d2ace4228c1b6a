import { noteTrustEvent } from '#server/citizens/trust-events.ts';
import { settleEscrow } from '#server/market/orders/escrow.ts';
import { lockListing, moveStock } from '#server/market/catalogue/listing-locks.ts';
import type { LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { decideTransition, isOpen, orderProcess } from '#server/market/orders/order-rules.ts';
import type { OrderTransition } from '#server/market/orders/order-rules.ts';
import { storedOrderWords } from '#server/market/orders/order-schema.ts';
import type { OrderAction, OrderActor, OrderState } from '#server/market/orders/order-schema.ts';
import type { Clock } from '#server/platform/clock.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit } from '#server/platform/outbox.ts';

/** Who asks. What they are to an order (buyer, seller, operator, nobody) follows from the order. */
export interface OrderVisitor {
  readonly citizenId: string;
  readonly role: 'citizen' | 'operator';
}

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

/** The seller says the goods were handed over. */
export function deliverOrder(tx: Tx, step: OrderStep): Promise<OrderStepReceipt> {
  return takeStep(tx, { ...step, action: 'deliver' });
}

/** The buyer has what was bought: the seller is paid less the fee. */
export function confirmOrder(tx: Tx, step: OrderStep): Promise<OrderStepReceipt> {
  return takeStep(tx, { ...step, action: 'confirm' });
}

/** The seller gives the order up before delivery: the buyer gets everything back. */
export function cancelOrder(tx: Tx, step: OrderStep): Promise<OrderStepReceipt> {
  return takeStep(tx, { ...step, action: 'cancel' });
}

/** The buyer objects: the money stays in escrow until an operator decides. */
export function openDispute(tx: Tx, step: OrderStep & { note: string }): Promise<OrderStepReceipt> {
  return takeStep(tx, { ...step, action: 'dispute' });
}

/** An operator who is no party to the order decides where its money goes. */
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
  const order = await tx.marketOrder.findUnique({ where: { id: step.orderId }, select: termsSelected });
  if (order === null) return false;
  const listing = await lockListing(tx, order.listingId);
  const state = await lockState(tx, order.id);
  if (!isOpen(state)) return false;
  await move(tx, { step: { ...step, visitor: null, action: 'cancel' }, order, listing, state, actor: 'system' });
  return true;
}

/** What a visitor is to an order, or null for a stranger. A party to it is never its judge. */
export function actorOf(order: { buyerId: string; sellerId: string }, visitor: OrderVisitor) {
  if (visitor.citizenId === order.buyerId) return 'buyer';
  if (visitor.citizenId === order.sellerId) return 'seller';
  return visitor.role === 'operator' ? 'operator' : null;
}

export function orderNotFound(): Error {
  return refuse('not_found', 'order_not_found', 'There is no such order.');
}

/** Without a visitor it is the house itself that acts. */
type Step = Omit<OrderStep, 'visitor'> & { visitor: OrderVisitor | null; action: OrderAction };

/**
 * One step of the declared process. The same step by the same person again answers as the first did
 * and moves nothing.
 * Refuses: `order_not_found` (also for strangers), `order_step_forbidden`, `order_step_unavailable`.
 */
async function takeStep(tx: Tx, step: Step & { visitor: OrderVisitor }): Promise<OrderStepReceipt> {
  const order = await tx.marketOrder.findUnique({ where: { id: step.orderId }, select: termsSelected });
  const actor = order === null ? null : actorOf(order, step.visitor);
  if (order === null || actor === null) throw orderNotFound();
  const refunds = orderProcess.some((rule) => rule.action === step.action && rule.effect === 'refund');
  // Rows are locked in the order listing, order, everywhere.
  const listing = refunds ? await lockListing(tx, order.listingId) : null;
  const state = await lockState(tx, order.id);
  const last = await lastEvent(tx, order.id);
  if (isRepetition(last, step)) return { orderId: order.id, state };

  return move(tx, { step, order, listing, state, actor });
}

interface Move {
  step: Step;
  order: Prisma.MarketOrderGetPayload<{ select: typeof termsSelected }>;
  listing: LockedListing | null;
  state: OrderState;
  actor: OrderActor;
}

/** The caller holds the order's row, and the listing's where stock may come back. */
async function move(tx: Tx, { step, order, listing, state, actor }: Move): Promise<OrderStepReceipt> {
  const transition = transitionOrRefusal({ state, action: step.action, actor });
  if (transition.effect === 'refund' && listing !== null) await moveStock(tx, listing, { units: order.quantity });
  const time = step.clock.now();
  const { sequence } = await lastEvent(tx, order.id);
  await record(tx, { step, transition, time, sequence: sequence + 1 });
  await noteForTrust(tx, { step, transition, sellerId: order.sellerId });
  await settleEscrow(tx, { order, effect: transition.effect, time, secret: step.secret });
  return { orderId: order.id, state: transition.to };
}

/** A sale that ended well, or that an operator decided for the buyer, counts for what the seller is trusted with. */
async function noteForTrust(
  tx: Tx,
  ended: { step: Step; transition: OrderTransition; sellerId: string },
): Promise<void> {
  const kind = saleOutcomes[ended.transition.to];
  if (kind === undefined) return;
  const { orderId, clock, ids } = ended.step;
  await noteTrustEvent(tx, { citizenId: ended.sellerId, kind, reference: orderId, occurredAt: clock.now(), ids });
}

const saleOutcomes: Readonly<Partial<Record<OrderState, 'sale' | 'sale_lost'>>> = {
  completed: 'sale',
  refunded: 'sale_lost',
};

const termsSelected = {
  id: true,
  buyerId: true,
  sellerId: true,
  listingId: true,
  quantity: true,
  totalMinor: true,
  feeMinor: true,
  escrowAccountId: true,
} as const;

async function lockState(tx: Tx, orderId: string): Promise<OrderState> {
  const rows = await tx.$queryRaw<{ state: string }[]>(
    Prisma.sql`SELECT state FROM market_order WHERE id = ${orderId}::uuid FOR NO KEY UPDATE`,
  );
  return storedOrderWords.state.parse(rows[0]?.state);
}

interface LastEvent {
  sequence: number;
  action: string;
  actorId: string | null;
  note: string | null;
}

async function lastEvent(tx: Tx, orderId: string): Promise<LastEvent> {
  const event = await tx.orderEvent.findFirst({
    where: { orderId },
    orderBy: { sequence: 'desc' },
    select: { sequence: true, action: true, actorId: true, note: true },
  });
  invariant(event !== null, 'an order has at least the event of its purchase');
  return event;
}

function isRepetition(last: LastEvent, step: Step & { visitor: OrderVisitor }): boolean {
  return last.action === step.action && last.actorId === step.visitor.citizenId && last.note === (step.note ?? null);
}

function transitionOrRefusal(wanted: { state: OrderState; action: OrderAction; actor: OrderActor }): OrderTransition {
  const decision = decideTransition(wanted);
  if (decision.allowed) return decision.transition;
  switch (decision.reason) {
    case 'wrong_actor':
      throw refuse('forbidden', 'order_step_forbidden', 'This step is not yours to take.');
    case 'wrong_state':
      throw refuse('conflict', 'order_step_unavailable', 'The order has moved on; this step is no longer possible.');
  }
}

async function record(
  tx: Tx,
  entry: { step: Step; transition: OrderTransition; time: Date; sequence: number },
): Promise<void> {
  const { step, transition, time, sequence } = entry;
  await tx.marketOrder.update({
    where: { id: step.orderId },
    data: { state: transition.to, updatedAt: time, closedAt: isOpen(transition.to) ? null : time },
    select: { id: true },
  });
  await tx.orderEvent.createMany({
    data: [
      {
        orderId: step.orderId,
        sequence,
        action: transition.action,
        actor: transition.actor,
        actorId: step.visitor?.citizenId ?? null,
        fromState: transition.from,
        toState: transition.to,
        note: step.note ?? null,
        at: time,
      },
    ],
  });
  await emit(tx, step, {
    type: `order.${transition.to}`,
    subject: step.orderId,
    payload: { action: transition.action, actor: transition.actor, from: transition.from },
  });
}
