import { trustStanding } from '#server/citizens/trust.ts';
import { openAccount } from '#server/ledger/accounts.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { bindTemplate } from '#server/ledger/templates.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import type { OrderEffect } from '#server/market/orders/order-rules.ts';
import { orderRefundTemplate, purchaseTemplate, saleTemplate } from '#server/market/orders/order-templates.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import type { Tx } from '#server/platform/db.ts';
import { derivedId } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { noteLotFacts } from '#server/provenance/notes.ts';

/**
 * The three movements of an order's money. Each is one linked posting and must be the last statement
 * of its transaction. Escrow's floor of zero is the second guard: what left it once cannot leave again.
 */
export interface EscrowedOrder {
  readonly id: string;
  readonly buyerId: string;
  readonly sellerId: string;
  readonly totalMinor: bigint;
  readonly feeMinor: bigint;
  readonly escrowAccountId: bigint;
}

const dayMs = 86_400_000;

interface Movement {
  readonly order: EscrowedOrder;
  /** When this movement was decided; ledger ids are made of it. */
  readonly time: Date;
  readonly secret: string;
}

/** Refuses: `insufficient_funds` and what else the ledger refuses. */
export async function payIntoEscrow(tx: Tx, payment: Movement & { walletId: bigint }): Promise<void> {
  const { order, walletId } = payment;
  const legs = bindTemplate(purchaseTemplate, {
    amounts: { price: order.totalMinor },
    parties: { wallet: walletId, escrow: order.escrowAccountId },
    ...namesOf(payment),
  });
  await postLegs(tx, legs);
}

/** What an ended order does with its escrow account. */
export async function settleEscrow(tx: Tx, settlement: Movement & { effect: OrderEffect }): Promise<void> {
  switch (settlement.effect) {
    case 'none':
      return;
    case 'release':
      return releaseEscrow(tx, settlement);
    case 'refund':
      return refundEscrow(tx, settlement);
  }
}

async function releaseEscrow(tx: Tx, release: Movement): Promise<void> {
  const { order } = release;
  const walletId = await openAccount(tx, { owner: order.sellerId, kind: 'wallet', asset: 'DUCAT' });
  const legs = bindTemplate(saleTemplate, {
    amounts: { price: order.totalMinor, share: order.totalMinor - order.feeMinor, fee: order.feeMinor },
    parties: { escrow: order.escrowAccountId, wallet: walletId },
    ...namesOf(release),
  });
  await noteEarning(tx, release, legs);
  await postLegs(tx, legs);
}

/** What the seller gets is held as long as their level says at this moment. */
async function noteEarning(tx: Tx, { order, time }: Movement, legs: readonly TransferRequest[]): Promise<void> {
  const payouts = legs.filter(({ kind }) => kind === 'sale_payout');
  const { limits } = await trustStanding(tx, { citizenId: order.sellerId, now: time });
  const holdUntil = new Date(time.getTime() + limits.holdEarnedDays * dayMs);
  const source = { type: 'order', id: order.id };
  await noteLotFacts(
    tx,
    payouts.map(({ id: transferId }) => ({ transferId, kind: 'earned', source, holdUntil, expiresAt: null })),
  );
}

async function refundEscrow(tx: Tx, refund: Movement): Promise<void> {
  const { order } = refund;
  const walletId = await openAccount(tx, { owner: order.buyerId, kind: 'wallet', asset: 'DUCAT' });
  const legs = bindTemplate(orderRefundTemplate, {
    amounts: { price: order.totalMinor },
    parties: { escrow: order.escrowAccountId, wallet: walletId },
    ...namesOf(refund),
  });
  await postLegs(tx, legs);
}

async function postLegs(tx: Tx, legs: readonly TransferRequest[]): Promise<void> {
  const booked = await postLinked(tx, legs);
  invariant(booked.length === legs.length, 'every leg of an order is booked');
  invariant(
    booked.every((transfer, index) => transfer.amountMinor === legs[index]?.amountMinor),
    'every leg of an order is booked in full',
  );
}

function namesOf(movement: Movement): { idOf: (leg: string) => string; reference: string } {
  return { idOf: (leg) => legId(movement, leg), reference: movement.order.id };
}

function legId(movement: Movement, leg: string): string {
  return derivedId({
    time: movement.time,
    principal: movement.order.buyerId,
    kind: 'order',
    key: movement.order.id,
    leg,
    secret: deriveKey(movement.secret, 'ledger-id'),
  });
}
