import { trustStanding } from '#server/citizens/trust.ts';
import { openAccount } from '#server/ledger/accounts.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { bindTemplate } from '#server/ledger/templates.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import { saleFee } from '#server/market/orders/order-rules.ts';
import {
  orderRefundTemplate,
  orderSettlementTemplate,
  purchaseTemplate,
  saleTemplate,
} from '#server/market/orders/order-templates.ts';
import { ducat } from '#server/money/money.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import type { Tx } from '#server/platform/db.ts';
import { derivedId } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { noteLotFacts } from '#server/provenance/notes.ts';

/**
 * The movements of an order's escrow. Each is one linked posting and must be the last statement of its transaction.
 * Escrow's floor of zero is the second guard: what left it once cannot leave again.
 */
export interface EscrowedOrder {
  readonly id: string;
  readonly buyerId: string;
  readonly sellerId: string;
  readonly totalMinor: bigint;
  /** What went back to the buyer before this movement. */
  readonly refundedMinor: bigint;
  readonly feePpm: number;
  readonly escrowAccountId: bigint;
}

/** What an order does with its escrow account. Amounts are centesimi. */
export type EscrowEffect =
  | { readonly effect: 'none' | 'release' | 'refund' }
  /** A part of what is there; `refundId` makes the ids of its transfers. */
  | { readonly effect: 'refund_part'; readonly backMinor: bigint; readonly refundId: string }
  | { readonly effect: 'settle'; readonly backMinor: bigint };

const dayMs = 86_400_000;

export interface Movement {
  readonly order: Pick<EscrowedOrder, 'id' | 'buyerId'>;
  /** When this movement was decided; ledger ids are made of it. */
  readonly time: Date;
  readonly secret: string;
}

type Settlement = Movement & { readonly order: EscrowedOrder };

/**
 * One posting for all orders of a purchase: the buyer's wallet pays each into its escrow, or none.
 * Refuses: `insufficient_funds` and what else the ledger refuses.
 */
export async function payIntoEscrow(
  tx: Tx,
  payment: Omit<Movement, 'order'> & { orders: readonly EscrowedOrder[]; walletId: bigint },
): Promise<void> {
  const { orders, walletId, time, secret } = payment;
  const legs = orders.flatMap((order) =>
    bindTemplate(purchaseTemplate, {
      amounts: { price: order.totalMinor },
      parties: { wallet: walletId, escrow: order.escrowAccountId },
      ...namesOf({ order, time, secret }),
    }),
  );
  await postLegs(tx, legs);
}

/** Takes out of an order's escrow what the step gives away. */
export async function settleEscrow(tx: Tx, settlement: Settlement & { does: EscrowEffect }): Promise<void> {
  const { order, does } = settlement;
  const leftMinor = order.totalMinor - order.refundedMinor;
  switch (does.effect) {
    case 'none':
      return;
    case 'release':
      return releaseEscrow(tx, settlement, leftMinor);
    case 'refund':
      return refundEscrow(tx, settlement, leftMinor);
    case 'refund_part':
      return refundEscrow(tx, { ...settlement, key: does.refundId }, does.backMinor);
    case 'settle':
      return splitEscrow(tx, settlement, { leftMinor, backMinor: does.backMinor });
  }
}

async function releaseEscrow(tx: Tx, release: Settlement, leftMinor: bigint): Promise<void> {
  const { order } = release;
  const walletId = await openAccount(tx, { owner: order.sellerId, kind: 'wallet', asset: 'DUCAT' });
  const feeMinor = saleFee(ducat(leftMinor), order.feePpm);
  const legs = bindTemplate(saleTemplate, {
    amounts: { price: leftMinor, share: leftMinor - feeMinor, fee: feeMinor },
    parties: { escrow: order.escrowAccountId, wallet: walletId },
    ...namesOf(release),
  });
  await noteEarning(tx, release, legs);
  await postLegs(tx, legs);
}

async function splitEscrow(
  tx: Tx,
  split: Settlement,
  { leftMinor, backMinor }: { leftMinor: bigint; backMinor: bigint },
): Promise<void> {
  const { order } = split;
  const soldMinor = leftMinor - backMinor;
  const feeMinor = saleFee(ducat(soldMinor), order.feePpm);
  const seller = await openAccount(tx, { owner: order.sellerId, kind: 'wallet', asset: 'DUCAT' });
  const buyer = await openAccount(tx, { owner: order.buyerId, kind: 'wallet', asset: 'DUCAT' });
  const legs = bindTemplate(orderSettlementTemplate, {
    amounts: { left: leftMinor, back: backMinor, share: soldMinor - feeMinor, fee: feeMinor },
    parties: { escrow: order.escrowAccountId, buyer, seller },
    ...namesOf(split),
  });
  await noteEarning(tx, split, legs);
  await postLegs(tx, legs);
}

/** What the seller gets is held as long as their level says at this moment. */
async function noteEarning(tx: Tx, { order, time }: Settlement, legs: readonly TransferRequest[]): Promise<void> {
  const payouts = legs.filter(({ kind }) => kind === 'sale_payout');
  const { limits } = await trustStanding(tx, { citizenId: order.sellerId, now: time });
  const holdUntil = new Date(time.getTime() + limits.holdEarnedDays * dayMs);
  const source = { type: 'order', id: order.id };
  await noteLotFacts(
    tx,
    payouts.map(({ id: transferId }) => ({ transferId, kind: 'earned', source, holdUntil, expiresAt: null })),
  );
}

async function refundEscrow(tx: Tx, refund: Settlement & { key?: string }, backMinor: bigint): Promise<void> {
  const { order } = refund;
  const walletId = await openAccount(tx, { owner: order.buyerId, kind: 'wallet', asset: 'DUCAT' });
  const legs = bindTemplate(orderRefundTemplate, {
    amounts: { price: backMinor },
    parties: { escrow: order.escrowAccountId, wallet: walletId },
    ...namesOf(refund),
  });
  await postLegs(tx, legs);
}

/** Posts the legs as one group and insists that each is booked in full. */
export async function postLegs(tx: Tx, legs: readonly TransferRequest[]): Promise<void> {
  const booked = await postLinked(tx, legs);
  invariant(booked.length === legs.length, 'every leg of an order is booked');
  invariant(
    booked.every((transfer, index) => {
      const leg = legs[index];
      if (leg?.mode === 'shortfall') return transfer.amountMinor <= leg.amountMinor;
      return transfer.amountMinor === leg?.amountMinor;
    }),
    'every leg of an order is booked in full',
  );
}

/** How the legs of one movement are named; `key` is the order's own id where nothing else tells movements apart. */
export function namesOf(movement: Movement & { key?: string }): { idOf: (leg: string) => string; reference: string } {
  return { idOf: (leg) => legId(movement, leg), reference: movement.order.id };
}

function legId({ order, time, secret, key = order.id }: Movement & { key?: string }, leg: string): string {
  return derivedId({
    time,
    principal: order.buyerId,
    kind: 'order',
    key,
    leg,
    secret: deriveKey(secret, 'ledger-id'),
  });
}
