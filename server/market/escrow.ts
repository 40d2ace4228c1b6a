import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import type { OrderEffect } from '#server/market/rules.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import type { Tx } from '#server/platform/db.ts';
import { derivedId } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';

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

interface Movement {
  readonly order: EscrowedOrder;
  /** When this movement was decided; ledger ids are made of it. */
  readonly time: Date;
  readonly secret: string;
}

/** Buyer's wallet → escrow, the whole price. Refuses: `insufficient_funds` and what else the ledger refuses. */
export async function payIntoEscrow(tx: Tx, payment: Movement & { walletId: bigint }): Promise<void> {
  const { order } = payment;
  await postLegs(tx, [
    {
      id: legId(payment, 'pay'),
      debitAccountId: payment.walletId,
      creditAccountId: order.escrowAccountId,
      amountMinor: order.totalMinor,
      kind: 'purchase',
      reference: order.id,
    },
  ]);
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

/** Escrow → seller's wallet, the price less the fee; escrow → fees, the fee. */
async function releaseEscrow(tx: Tx, release: Movement): Promise<void> {
  const { order } = release;
  const walletId = await openAccount(tx, { owner: order.sellerId, kind: 'wallet', asset: 'DUCAT' });
  await postLegs(tx, [
    {
      id: legId(release, 'payout'),
      debitAccountId: order.escrowAccountId,
      creditAccountId: walletId,
      amountMinor: order.totalMinor - order.feeMinor,
      kind: 'sale_payout',
      reference: order.id,
    },
    {
      id: legId(release, 'fee'),
      debitAccountId: order.escrowAccountId,
      creditAccountId: systemAccountId('fees', 'DUCAT'),
      amountMinor: order.feeMinor,
      kind: 'sale_fee',
      reference: order.id,
    },
  ]);
}

/** Escrow → buyer's wallet, the whole price. */
async function refundEscrow(tx: Tx, refund: Movement): Promise<void> {
  const { order } = refund;
  const walletId = await openAccount(tx, { owner: order.buyerId, kind: 'wallet', asset: 'DUCAT' });
  await postLegs(tx, [
    {
      id: legId(refund, 'refund'),
      debitAccountId: order.escrowAccountId,
      creditAccountId: walletId,
      amountMinor: order.totalMinor,
      kind: 'order_refund',
      reference: order.id,
    },
  ]);
}

/** The ledger moves only positive amounts, so a fee of nothing has no leg. */
async function postLegs(tx: Tx, legs: readonly TransferRequest[]): Promise<void> {
  const moving = legs.filter((leg) => leg.amountMinor > 0n);
  const booked = await postLinked(tx, moving);
  invariant(booked.length === moving.length, 'every leg of an order is booked');
  invariant(
    booked.every((transfer, index) => transfer.amountMinor === moving[index]?.amountMinor),
    'every leg of an order is booked in full',
  );
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
