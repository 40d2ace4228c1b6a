import type { TransferRequest } from '#server/ledger/schema.ts';
import type { TransferKind } from '#server/ledger/kinds.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';

/** What our books say happened to the balance at Stripe: the other side of every balance transaction. */

/** As Stripe names the type of a balance transaction. */
export type StripeFactType =
  | 'charge'
  | 'payment'
  | 'refund'
  | 'payment_refund'
  | 'refund_failure'
  | 'payment_failure_refund'
  | 'adjustment'
  | 'transfer'
  | 'transfer_refund'
  | 'payout'
  | 'payout_failure'
  | 'payout_cancel'
  | 'stripe_fee';

export interface NewStripeFact {
  type: StripeFactType;
  /** The object at Stripe that caused it, such as `ch_…` or `re_…`. */
  sourceId: string;
  /** Cents that it adds to the balance before Stripe's fee; negative when it takes away. */
  amountMinor: bigint;
  /** Stripe's fee in cents, where these transfers book it too; left out, it is booked when Stripe tells it. */
  feeMinor?: bigint;
  /** The transfers that book it, and the kind of the one on `stripe_balance`. */
  transfers: readonly TransferRequest[];
  kind: TransferKind;
}

/**
 * Writes down, with the transfers that book it, what Stripe's balance transaction for it will have to say. Throws on a
 * second fact of one type, source and amount: nothing at Stripe happens twice.
 */
export async function expectAtStripe(tx: Tx, deps: { clock: Clock; ids: Ids }, fact: NewStripeFact): Promise<void> {
  const { type, sourceId, amountMinor, feeMinor = null, transfers, kind } = fact;
  const bookedAt = deps.clock.now();
  const transfer = transfers.find((candidate) => candidate.kind === kind);
  invariant(transfer !== undefined, 'a fact at Stripe has its transfer');
  await tx.stripeFact.create({
    data: { id: deps.ids.uuid(), type, sourceId, amountMinor, feeMinor, transferId: transfer.id, bookedAt },
    select: { id: true },
  });
}

/** Stripe calls what a card paid a charge, and what anything else paid a payment. */
export function typeOfCharge(chargeId: string): 'charge' | 'payment' {
  return chargeId.startsWith('py_') ? 'payment' : 'charge';
}
