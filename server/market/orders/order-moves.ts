import { noticeWrites } from '#server/citizens/notifications.ts';
import { trustEventWrites } from '#server/citizens/trust-events.ts';
import type { TrustStanding } from '#server/citizens/trust-rules.ts';
import { trustStanding } from '#server/citizens/trust.ts';
import { openAccountsSql } from '#server/ledger/accounts.ts';
import { moveStocks } from '#server/market/catalogue/listing-locks.ts';
import type { LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { giveCouponBack } from '#server/market/discounts/coupons.ts';
import { tellOfGiftStep } from '#server/market/gifts/gift-notices.ts';
import { earningsOf, movementOf, postLegs } from '#server/market/orders/escrow.ts';
import type { EscrowMovement } from '#server/market/orders/escrow.ts';
import type { LockedOrder } from '#server/market/orders/order-locks.ts';
import { noticesOfStep } from '#server/market/orders/order-notices.ts';
import type { OrderAction, OrderActor, OrderState } from '#server/market/orders/order-schema.ts';
import { orderProcesses } from '#server/market/orders/process.ts';
import type { OrderProcess, OrderTransition } from '#server/market/orders/process.ts';
import { deadlineFrom, decideTransition, isOpen } from '#server/market/orders/process-rules.ts';
import type { Clock } from '#server/platform/clock.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { eventsSql } from '#server/platform/outbox.ts';
import type { OutboxMessage } from '#server/platform/outbox.ts';
import { writeTogether } from '#server/platform/together.ts';
import type { Writes } from '#server/platform/together.ts';
import { lotFactsSql } from '#server/provenance/notes.ts';
import type { LotFacts } from '#server/provenance/notes.ts';

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

export interface Move {
  readonly step: Step;
  readonly order: LockedOrder;
  readonly actor: OrderActor;
  /** Locked; null where the step cannot give stock back. */
  readonly listings: ReadonlyMap<string, LockedListing> | null;
  /** Makes the ids of the transfers of a part that goes back. */
  readonly refundId?: string;
  /** Where the seller stands, where it was read beside the order; otherwise it is when it is needed. */
  readonly standing?: TrustStanding | null;
}

/** Whether an action gives the stock back in some process, so that its listings are locked before the order. */
export function givesStockBack({ transitions }: OrderProcess, action: OrderAction): boolean {
  return transitions.some((rule) => rule.action === action && rule.effect === 'refund');
}

const paying = new Set(
  orderProcesses
    .flatMap(({ transitions }) => transitions)
    .filter(({ effect }) => effect === 'release' || effect === 'settle')
    .map(({ action }) => action),
);

/** Whether an action may pay the seller in some process, so that their standing is read beside the order. */
export function maySell(action: OrderAction): boolean {
  return paying.has(action);
}

/**
 * Takes one declared step of a locked order: writes all that it means in one statement and then moves the money; its
 * posting is the transaction's last statement. Answers the state.
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
  const movement = movementOf({ order, does: effectOf(move, transition), time, secret: step.secret });
  const earnings = movement === null ? [] : await earningsNow(tx, { ...move, movement, time });
  const wallets = await record(tx, { ...move, transition, time, movement, earnings });
  await tellOfGift(tx, { ...move, transition });
  if (movement !== null) await postLegs(tx, movement.legs(wallets));
  return transition.to;
}

async function earningsNow(
  tx: Tx,
  { order, standing, movement, time }: Move & { movement: EscrowMovement; time: Date },
): Promise<LotFacts[]> {
  if (movement.payouts.length === 0) return [];
  const known = standing ?? (await trustStanding(tx, { citizenId: order.sellerId, now: time }));
  return earningsOf(movement, { orderId: order.id, time, standing: known });
}

async function tellOfGift(tx: Tx, { step, order, transition }: Move & { transition: OrderTransition }): Promise<void> {
  if (transition.from !== transition.to) await tellOfGiftStep(tx, step, { order, to: transition.to });
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
function trustWrites({ step, order, transition }: Move & { transition: OrderTransition }): Writes {
  if (transition.trust === undefined) return {};
  const { orderId: reference, clock, ids } = step;
  const { trust: kind } = transition;
  return trustEventWrites({ citizenId: order.sellerId, kind, reference, occurredAt: clock.now(), ids });
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

interface Recorded extends Move {
  readonly transition: OrderTransition;
  readonly time: Date;
  readonly movement: EscrowMovement | null;
  readonly earnings: readonly LotFacts[];
}

interface RecordedRow {
  moved: bigint;
  wallets: bigint[] | null;
}

/** Writes the step down, with whom it tells and what it says of its money. Answers the wallets that the money goes to. */
async function record(tx: Tx, entry: Recorded): Promise<bigint[]> {
  const { step, order, transition, movement, earnings } = entry;
  const wallets = movement?.wallets ?? [];
  const [row] = await writeTogether<RecordedRow>(
    tx,
    {
      moved: movedSql(entry),
      history: historySql(entry),
      events: eventsSql(step, [eventOf(entry)]),
      ...noticeWrites(step, noticesOfStep({ order, transition, backMinor: step.backMinor ?? null })),
      ...trustWrites(entry),
      ...(earnings.length === 0 ? {} : { earnings: lotFactsSql(earnings) }),
      ...(wallets.length === 0 ? {} : { wallets: openAccountsSql(wallets) }),
    },
    wallets.length === 0
      ? Prisma.sql`SELECT (SELECT count(*) FROM moved) AS moved, NULL::bigint[] AS wallets`
      : Prisma.sql`SELECT (SELECT count(*) FROM moved) AS moved,
                          (SELECT array_agg(id ORDER BY place) FROM wallets) AS wallets`,
  );
  invariant(row?.moved === 1n, 'an order that is locked is there');
  return row.wallets ?? [];
}

function movedSql(entry: Recorded): Prisma.Sql {
  const { order, transition, time } = entry;
  const { from, to } = transition;
  // A step that stays where it is gives nobody more time.
  const stays = { closedAt: order.closedAt, deadlineAt: order.deadlineAt, deadlineAction: order.deadlineAction };
  const comes = { closedAt: isOpen(to) ? null : time, ...deadlineFrom(order.process, { state: to, at: time }) };
  const { closedAt, deadlineAt, deadlineAction } = from === to ? stays : comes;
  return Prisma.sql`
    UPDATE market_order
       SET state = ${to}, updated_at = ${time}::timestamptz, refunded_minor = ${refundedAfter(entry, transition)}::bigint,
           closed_at = ${closedAt}::timestamptz, deadline_at = ${deadlineAt}::timestamptz,
           deadline_action = ${deadlineAction}::text
     WHERE id = ${order.id}::uuid
    RETURNING id`;
}

/** Nobody else counts on meanwhile: the order's row is locked. */
function historySql({ step, order, transition, time }: Recorded): Prisma.Sql {
  const { from, to, action, actor } = transition;
  return Prisma.sql`
    INSERT INTO order_event (order_id, sequence, action, actor, actor_id, from_state, to_state, note, amount_minor, at)
    SELECT ${order.id}::uuid, max(sequence) + 1, ${action}, ${actor}, ${step.visitor?.citizenId ?? null}::uuid,
           ${from}, ${to}, ${step.note ?? null}::text, ${step.backMinor ?? null}::bigint, ${time}::timestamptz
      FROM order_event
     WHERE order_id = ${order.id}::uuid`;
}

function eventOf({ step, order, transition }: Recorded): OutboxMessage {
  const { from, to, action, actor } = transition;
  return {
    type: from === to ? `order.${action}` : `order.${to}`,
    subject: order.id,
    payload: { action, actor, from, ...(step.backMinor === undefined ? {} : { amountMinor: String(step.backMinor) }) },
  };
}
