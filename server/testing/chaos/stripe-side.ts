import type Stripe from 'stripe';

/** What Stripe itself says happened, read through its API alone. Amounts in cents. */
export interface StripeSide {
  /** Available and pending. */
  balanceMinor: bigint;
  transactions: StripeTransaction[];
  sessions: StripeSession[];
  /** The charge behind a refund or dispute. */
  chargeOf: Map<string, string>;
  /** What the house asked for, by its own mark on each object. */
  marks: string[];
}

export interface StripeTransaction {
  id: string;
  type: string;
  source: string;
  amountMinor: bigint;
  feeMinor: bigint;
}

export interface StripeSession {
  id: string;
  isPaid: boolean;
  totalMinor: bigint;
  /** Null where nobody paid. */
  chargeId: string | null;
  metadata: Record<string, string>;
}

const most = 10_000;

export async function readStripe(stripe: Stripe): Promise<StripeSide> {
  const balance = await stripe.balance.retrieve();
  const transactions = await stripe.balanceTransactions.list({ limit: 100 }).autoPagingToArray({ limit: most });
  const refunds = await stripe.refunds.list({ limit: 100 }).autoPagingToArray({ limit: most });
  const disputes = await stripe.disputes.list({ limit: 100 }).autoPagingToArray({ limit: most });
  const intents = await stripe.paymentIntents.list({ limit: 100 }).autoPagingToArray({ limit: most });
  const transfers = await stripe.transfers.list({ limit: 100 }).autoPagingToArray({ limit: most });
  const charges = new Map(intents.map(({ id, latest_charge }) => [id, idOf(latest_charge)]));
  const sessions = await stripe.checkout.sessions.list({ limit: 100 }).autoPagingToArray({ limit: most });
  return {
    balanceMinor: [...balance.available, ...balance.pending].reduce((sum, { amount }) => sum + BigInt(amount), 0n),
    transactions: transactions.map(({ id, type, source, amount, fee }) => ({
      ...{ id, type, source: idOf(source) ?? id },
      ...{ amountMinor: BigInt(amount), feeMinor: BigInt(fee) },
    })),
    sessions: sessions.map(({ id, payment_status, amount_total, payment_intent, metadata }) => ({
      ...{ id, isPaid: payment_status === 'paid', totalMinor: BigInt(amount_total ?? 0) },
      ...{ chargeId: charges.get(idOf(payment_intent) ?? '') ?? null, metadata: metadata ?? {} },
    })),
    chargeOf: new Map([...refunds, ...disputes].map(({ id, charge }) => [id, idOf(charge) ?? ''])),
    marks: [
      ...refunds.map(({ metadata }) => `refund ${metadata?.['refund_id'] ?? ''}`),
      ...sessions.map(({ metadata }) => `page ${metadata?.['top_up_id'] ?? metadata?.['debt_payment_id'] ?? ''}`),
      ...transfers.map(({ transfer_group }) => `transfer ${transfer_group ?? ''}`),
    ].filter((mark) => !mark.endsWith(' ')),
  };
}

function idOf(reference: string | { id: string } | null): string | null {
  return typeof reference === 'string' || reference === null ? reference : reference.id;
}

/** What Stripe paid to and took from the house for each charge: itself, its refunds, its disputes and their fees. */
export function movedByCharge({ transactions, chargeOf }: StripeSide): Map<string, bigint> {
  const moved = new Map<string, bigint>();
  for (const { type, source, amountMinor, feeMinor } of transactions) {
    const charge = chargeOf.get(source) ?? source;
    // What Stripe keeps of a payment is booked by itself, as no part of what was bought.
    const minor = type === 'adjustment' ? amountMinor - feeMinor : amountMinor;
    moved.set(charge, (moved.get(charge) ?? 0n) + minor);
  }
  return moved;
}
