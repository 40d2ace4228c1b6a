import type Stripe from 'stripe';

import { testCardOf } from '#server/sandbox/stripe/checkout/cards.ts';
import { nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { bookMovement } from '#server/sandbox/stripe/money/balances.ts';
import { emitEvent } from '#server/sandbox/stripe/state/events.ts';

/** Stripe's price for a US card: 2.9 % and 30 cents; for a debit of a US bank account 0.8 %, at most 5 dollars. */
const cardFeePerMille = 29;
const cardFeeFixedCents = 30;
const bankFeePerMille = 8;
const bankFeeMaxCents = 500;
const availableAfterSeconds = 2 * 24 * 3_600;

export function stripeFeeCents(charge: Stripe.Charge): number {
  const isBank = charge.payment_method_details?.type === 'us_bank_account';
  const shareCents = Math.floor((charge.amount * (isBank ? bankFeePerMille : cardFeePerMille) + 500) / 1_000);
  return isBank ? Math.min(shareCents, bankFeeMaxCents) : shareCents + cardFeeFixedCents;
}

/** Runs some seconds after the charge: only now does the charge name its balance transaction. */
export function bookCharge(sandbox: Sandbox, chargeId: string): void {
  const { store } = sandbox;
  const charge = store.get('charge', chargeId);
  if (charge === undefined || !charge.paid || charge.balance_transaction !== null) return;
  const now = nowSeconds(sandbox);
  const isAtOnce = testCardOf(sandbox, charge)?.isAvailableAtOnce === true;
  const transaction = bookMovement(sandbox, {
    type: charge.payment_method_details?.type === 'us_bank_account' ? 'payment' : 'charge',
    category: 'charge',
    source: charge.id,
    amountCents: charge.amount,
    description: charge.description,
    fee: { cents: stripeFeeCents(charge), description: 'Stripe processing fees' },
    availableOn: isAtOnce ? now : now + availableAfterSeconds,
  });
  const updated: Stripe.Charge = { ...charge, balance_transaction: transaction.id };
  store.put('charge', charge.id, updated);
  emitEvent(sandbox, { type: 'charge.updated', object: updated, previous: { balance_transaction: null } });
}

/** The charge with its balance transaction, which whatever moves its money back waits for. */
export function bookedCharge(sandbox: Sandbox, charge: Stripe.Charge): Stripe.Charge {
  if (charge.balance_transaction !== null) return charge;
  bookCharge(sandbox, charge.id);
  return sandbox.store.get('charge', charge.id) ?? charge;
}

/** When the money of a charge is or was available. */
export function availableOnOf(sandbox: Sandbox, charge: Stripe.Charge): number {
  const id = charge.balance_transaction;
  const transaction = typeof id === 'string' ? sandbox.store.get('balanceTransaction', id) : undefined;
  return transaction?.available_on ?? nowSeconds(sandbox);
}
