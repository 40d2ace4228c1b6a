import type Stripe from 'stripe';

import { nowSeconds, ownDoing, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { emitEvent } from '#server/sandbox/stripe/events.ts';
import { newIdentifier } from '#server/sandbox/stripe/identifiers.ts';

/** Stripe's price for a US card: 2.9 % and 30 cents. */
const feePerMille = 29;
const feeFixedCents = 30;
const availableAfterSeconds = 2 * 24 * 3_600;

export function stripeFeeCents(amountCents: number): number {
  return Math.floor((amountCents * feePerMille + 500) / 1_000) + feeFixedCents;
}

/** Runs some seconds after the charge: only now does the charge name its balance transaction. */
export function bookBalanceTransaction(sandbox: Sandbox, chargeId: string): void {
  const { store } = sandbox;
  const charge = store.get('charge', chargeId);
  if (charge === undefined || charge.balance_transaction !== null) return;
  const created = nowSeconds(store);
  const fee = stripeFeeCents(charge.amount);
  const transaction: Stripe.BalanceTransaction = {
    id: newIdentifier('balanceTransaction'),
    object: 'balance_transaction',
    amount: charge.amount,
    available_on: created + availableAfterSeconds,
    balance_type: 'payments',
    created,
    currency: charge.currency,
    description: charge.description,
    exchange_rate: null,
    fee,
    fee_details: [
      {
        amount: fee,
        application: null,
        currency: charge.currency,
        description: 'Stripe processing fees',
        type: 'stripe_fee',
      },
    ],
    net: charge.amount - fee,
    reporting_category: 'charge',
    source: charge.id,
    status: 'pending',
    type: 'charge',
  };
  store.put('balanceTransaction', transaction.id, transaction);
  const updated: Stripe.Charge = { ...charge, balance_transaction: transaction.id };
  store.put('charge', charge.id, updated);
  emitEvent(sandbox, {
    type: 'charge.updated',
    object: updated,
    previous: { balance_transaction: null },
    cause: ownDoing,
  });
}

/** A balance transaction as of now: money becomes available two days later. */
export function currentTransaction(
  sandbox: Sandbox,
  transaction: Stripe.BalanceTransaction,
): Stripe.BalanceTransaction {
  const isAvailable = transaction.available_on <= nowSeconds(sandbox.store);
  return { ...transaction, status: isAvailable ? 'available' : 'pending' };
}

export function balanceObject(sandbox: Sandbox): Stripe.Balance {
  let availableCents = 0;
  let pendingCents = 0;
  for (const transaction of sandbox.store.all('balanceTransaction')) {
    if (currentTransaction(sandbox, transaction).status === 'available') availableCents += transaction.net;
    else pendingCents += transaction.net;
  }
  return {
    object: 'balance',
    available: [{ amount: availableCents, currency: 'usd', source_types: { card: availableCents } }],
    livemode: false,
    pending: [{ amount: pendingCents, currency: 'usd', source_types: { card: pendingCents } }],
  };
}
