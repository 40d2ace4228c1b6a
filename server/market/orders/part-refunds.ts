import { openAccount } from '#server/ledger/accounts.ts';
import { bindTemplate } from '#server/ledger/templates.ts';
import { namesOf, postLegs } from '#server/market/orders/escrow.ts';
import { lockOrder } from '#server/market/orders/order-locks.ts';
import type { LockedOrder } from '#server/market/orders/order-locks.ts';
import { actorOf, moveOrder, orderNotFound, transitionOrRefusal } from '#server/market/orders/order-moves.ts';
import { givenBack } from '#server/market/orders/order-rules.ts';
import type { OrderStep } from '#server/market/orders/order-steps.ts';
import { saleRefundTemplate } from '#server/market/orders/order-templates.ts';
import { amountExceedsOrder } from '#server/market/orders/settlements.ts';
import { ducat } from '#server/money/money.ts';
import type { DucatMinor } from '#server/money/money.ts';
import { inputHash } from '#server/platform/crypto.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import { noteTake } from '#server/provenance/notes.ts';
import { projectAccounts } from '#server/provenance/project.ts';
import { lotsOf } from '#server/provenance/queries.ts';

/**
 * A part of an order's money goes back to the buyer. While it is in escrow it comes out of there, in equal shares of the
 * lots that paid, as they were. After the sale the seller gives it out of their wallet: first the units that this sale
 * brought, which are again what they were before it, then others, which stay what they are; and the house gives back the
 * fee on it.
 */

export interface PartRefund extends OrderStep {
  readonly note: string;
  readonly amountMinor: bigint;
  readonly key: string;
}

export interface PartRefundReceipt {
  orderId: string;
  amountMinor: DucatMinor;
  /** What of it the house gave out of its fee. */
  feePartMinor: DucatMinor;
}

/**
 * One refund for one key; posting is the transaction's last statement.
 * Refuses: `order_not_found`, `order_step_forbidden`, `order_step_unavailable`, `idempotency_key_reused`,
 * `amount_exceeds_order`, `refund_is_whole` where nothing would be left in escrow; after the sale `insufficient_funds`,
 * `provenance_behind` and `condition_failed` (the wallet changed at the same moment: do it again).
 */
export async function refundPart(tx: Tx, step: PartRefund): Promise<PartRefundReceipt> {
  const { amountMinor, orderId } = step;
  const order = await lockOrder(tx, orderId);
  const actor = order === null ? null : actorOf(order, step.visitor);
  if (order === null || actor === null) throw orderNotFound();
  const { effect } = transitionOrRefusal(order, { action: 'refund_part', actor });
  const hash = inputHash({ amountMinor, note: step.note, citizenId: step.visitor.citizenId });
  const known = await tx.orderPartRefund.findUnique({
    where: { orderId_key: { orderId, key: step.key } },
    select: { inputHash: true, amountMinor: true, feePartMinor: true },
  });
  if (known !== null) return repeatedReceipt(known, { orderId, hash });

  const leftMinor = order.totalMinor - order.refundedMinor;
  if (amountMinor > leftMinor) throw amountExceedsOrder();
  const isAfterwards = effect === 'give_back';
  if (amountMinor === leftMinor && !isAfterwards) throw refundIsWhole();
  const shares = isAfterwards ? givenBack(order, amountMinor) : { sellerMinor: amountMinor, feeMinor: 0n };
  const time = step.clock.now();
  const refundId = step.ids.uuid();
  const row = { id: refundId, orderId, key: step.key, inputHash: hash, amountMinor, at: time };
  await tx.orderPartRefund.createMany({ data: [{ ...row, feePartMinor: shares.feeMinor }] });
  await moveOrder(tx, {
    step: { ...step, action: 'refund_part', backMinor: amountMinor },
    ...{ order, actor, refundId, listings: null },
  });
  if (isAfterwards) await giveBack(tx, { order, refundId, time, secret: step.secret, ...shares });
  return { orderId, amountMinor: ducat(amountMinor), feePartMinor: ducat(shares.feeMinor) };
}

interface GivingBack {
  readonly order: LockedOrder;
  readonly refundId: string;
  readonly time: Date;
  readonly secret: string;
  readonly sellerMinor: bigint;
  readonly feeMinor: bigint;
}

async function giveBack(tx: Tx, giving: GivingBack): Promise<void> {
  const { order, refundId, time, secret, sellerMinor, feeMinor } = giving;
  const seller = await openAccount(tx, { owner: order.sellerId, kind: 'wallet', asset: 'DUCAT' });
  const buyer = await openAccount(tx, { owner: order.buyerId, kind: 'wallet', asset: 'DUCAT' });
  const sale = saleIds(giving);
  const { ownMinor, version } = await unitsOfSale(tx, { seller, payoutId: sale.payout, at: time });
  const own = ownMinor < sellerMinor ? ownMinor : sellerMinor;
  const legs = bindTemplate(saleRefundTemplate, {
    amounts: { own, other: sellerMinor - own, fee: feeMinor },
    parties: { seller, buyer },
    ...namesOf({ order, time, secret, key: refundId }),
  });
  const idOf = (leg: string) => namesOf({ order, time, secret, key: refundId }).idOf(leg);
  await noteTake(tx, { transferId: idOf('own'), rule: { returnOf: sale.payout } });
  await noteTake(tx, { transferId: idOf('fee'), rule: { returnOf: sale.fee } });
  const [first, ...others] = legs;
  invariant(first !== undefined, 'a refund moves something');
  const isOfSeller = first.debitAccountId === seller;
  // What was decided from the lots still holds when it is booked.
  await postLegs(tx, [isOfSeller ? { ...first, condition: { debit: { version } } } : first, ...others]);
}

/** What the transfers of the sale were called: its ids are made of the moment it was closed. */
function saleIds({ order, secret }: GivingBack): { payout: string; fee: string } {
  invariant(order.closedAt !== null, 'a sale that was paid is closed');
  const { idOf } = namesOf({ order, time: order.closedAt, secret });
  return { payout: idOf('payout'), fee: idOf('fee') };
}

/** How much of what this sale brought is still in the seller's wallet, and the version for which that holds. */
async function unitsOfSale(
  tx: Tx,
  { seller, payoutId, at }: { seller: bigint; payoutId: string; at: Date },
): Promise<{ ownMinor: bigint; version: bigint }> {
  const versions = await projectAccounts(tx, [seller]);
  const lots = await lotsOf(tx, seller, { at });
  const own = lots.filter(({ arrivedBy }) => arrivedBy === payoutId);
  const ownMinor = own.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  return { ownMinor, version: versions.get(seller) ?? 0n };
}

function repeatedReceipt(
  known: { inputHash: string; amountMinor: bigint; feePartMinor: bigint },
  { orderId, hash }: { orderId: string; hash: string },
): PartRefundReceipt {
  if (known.inputHash !== hash)
    throw refuse(
      'conflict',
      'idempotency_key_reused',
      'This form was already sent with other contents. Reload the page.',
    );
  return { orderId, amountMinor: ducat(known.amountMinor), feePartMinor: ducat(known.feePartMinor) };
}

function refundIsWhole(): Error {
  return refuse('conflict', 'refund_is_whole', 'That is all that is left: end the order with a full refund.');
}
