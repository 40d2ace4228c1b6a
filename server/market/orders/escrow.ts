import type { TrustStanding } from '#server/citizens/trust-rules.ts';
import type { AccountKey } from '#server/ledger/accounts.ts';
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
import type { LotFacts } from '#server/provenance/notes.ts';

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

/** What a step takes out of an order's escrow, decided before anything is written. */
export interface EscrowMovement {
  /** Whose wallets it goes to, in the order in which `legs` wants them. */
  readonly wallets: readonly AccountKey[];
  /** The transfers that pay the seller. */
  readonly payouts: readonly string[];
  readonly legs: (walletIds: readonly bigint[]) => TransferRequest[];
}

/** Null where a step leaves the escrow alone. */
export function movementOf(settlement: Settlement & { does: EscrowEffect }): EscrowMovement | null {
  const { order, does } = settlement;
  const leftMinor = order.totalMinor - order.refundedMinor;
  switch (does.effect) {
    case 'none':
      return null;
    case 'release':
      return releaseOf(settlement, leftMinor);
    case 'refund':
      return refundOf(settlement, leftMinor);
    case 'refund_part':
      return refundOf({ ...settlement, key: does.refundId }, does.backMinor);
    case 'settle':
      return splitOf(settlement, { leftMinor, backMinor: does.backMinor });
  }
}

function releaseOf(release: Settlement, leftMinor: bigint): EscrowMovement {
  const { order } = release;
  const names = namesOf(release);
  const feeMinor = saleFee(ducat(leftMinor), order.feePpm);
  const share = leftMinor - feeMinor;
  return {
    wallets: [walletOf(order.sellerId)],
    payouts: share > 0n ? [names.idOf('payout')] : [],
    legs: ([wallet]) =>
      bindTemplate(saleTemplate, {
        amounts: { price: leftMinor, share, fee: feeMinor },
        parties: { escrow: order.escrowAccountId, wallet: known(wallet) },
        ...names,
      }),
  };
}

function splitOf(
  split: Settlement,
  { leftMinor, backMinor }: { leftMinor: bigint; backMinor: bigint },
): EscrowMovement {
  const { order } = split;
  const names = namesOf(split);
  const soldMinor = leftMinor - backMinor;
  const feeMinor = saleFee(ducat(soldMinor), order.feePpm);
  const share = soldMinor - feeMinor;
  return {
    wallets: [walletOf(order.sellerId), walletOf(order.buyerId)],
    payouts: share > 0n ? [names.idOf('payout')] : [],
    legs: ([seller, buyer]) =>
      bindTemplate(orderSettlementTemplate, {
        amounts: { left: leftMinor, back: backMinor, share, fee: feeMinor },
        parties: { escrow: order.escrowAccountId, buyer: known(buyer), seller: known(seller) },
        ...names,
      }),
  };
}

function refundOf(refund: Settlement & { key?: string }, backMinor: bigint): EscrowMovement {
  const { order } = refund;
  return {
    wallets: [walletOf(order.buyerId)],
    payouts: [],
    legs: ([wallet]) =>
      bindTemplate(orderRefundTemplate, {
        amounts: { price: backMinor },
        parties: { escrow: order.escrowAccountId, wallet: known(wallet) },
        ...namesOf(refund),
      }),
  };
}

function walletOf(owner: string): AccountKey {
  return { owner, kind: 'wallet', asset: 'DUCAT' };
}

function known(account: bigint | undefined): bigint {
  invariant(account !== undefined, 'whoever is paid has a wallet');
  return account;
}

/** What the seller gets is held as long as their level says at this moment. */
export function earningsOf(
  { payouts }: EscrowMovement,
  earned: { orderId: string; time: Date; standing: TrustStanding },
): LotFacts[] {
  const { orderId, time, standing } = earned;
  const holdUntil = new Date(time.getTime() + standing.limits.holdEarnedDays * dayMs);
  const source = { type: 'order', id: orderId };
  return payouts.map((transferId) => ({ transferId, kind: 'earned', source, holdUntil, expiresAt: null }));
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
  const ids = new Map<string, string>();
  const idOf = (leg: string) => {
    const id = ids.get(leg) ?? legId(movement, leg);
    ids.set(leg, id);
    return id;
  };
  return { idOf, reference: movement.order.id };
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
