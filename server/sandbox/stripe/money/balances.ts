import type Stripe from 'stripe';

import { nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';
import { platformAccount, type Store } from '#server/sandbox/stripe/state/store.ts';

interface Waiting {
  availableOn: number;
  netCents: number;
}

interface Sums {
  availableCents: number;
  /** By the second they become available, soonest last. */
  waiting: Waiting[];
  pendingCents: number;
}

/** The balance of every account, kept up with its balance transactions: always their exact sum, never a scan. */
export class Balances {
  readonly #sums = new Map<string, Sums>();

  constructor(store: Store) {
    store.follow('balanceTransaction', (transaction, account, before) => {
      if (before === undefined) this.#add(account, transaction);
    });
  }

  of(account: string, now: number): { availableCents: number; pendingCents: number } {
    const sums = this.#sumsOf(account);
    for (let next = sums.waiting.at(-1); next !== undefined && next.availableOn <= now; next = sums.waiting.at(-1)) {
      sums.waiting.pop();
      sums.pendingCents -= next.netCents;
      sums.availableCents += next.netCents;
    }
    return { availableCents: sums.availableCents, pendingCents: sums.pendingCents };
  }

  #sumsOf(account: string): Sums {
    const sums = this.#sums.get(account) ?? { availableCents: 0, pendingCents: 0, waiting: [] };
    this.#sums.set(account, sums);
    return sums;
  }

  #add(account: string, transaction: Stripe.BalanceTransaction): void {
    const sums = this.#sumsOf(account);
    const waiting = { availableOn: transaction.available_on, netCents: transaction.net };
    let low = 0;
    let high = sums.waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums.waiting[middle]?.availableOn ?? 0) > waiting.availableOn) low = middle + 1;
      else high = middle;
    }
    sums.waiting.splice(low, 0, waiting);
    sums.pendingCents += transaction.net;
  }
}

export interface Movement {
  account?: string;
  type: Stripe.BalanceTransaction['type'];
  category: string;
  source: string;
  amountCents: number;
  description: string | null;
  fee?: { cents: number; description: string };
  /** The second it becomes available; at once when nothing is said. */
  availableOn?: number;
}

/** Every change of a balance is one of these; nothing else changes it. */
export function bookMovement(sandbox: Sandbox, movement: Movement): Stripe.BalanceTransaction {
  const created = nowSeconds(sandbox);
  const fee = movement.fee?.cents ?? 0;
  const transaction: Stripe.BalanceTransaction = {
    id: newIdentifier('balanceTransaction'),
    object: 'balance_transaction',
    amount: movement.amountCents,
    available_on: Math.max(movement.availableOn ?? created, created),
    balance_type: 'payments',
    created,
    currency: 'usd',
    description: movement.description,
    exchange_rate: null,
    fee,
    fee_details:
      movement.fee === undefined
        ? []
        : [
            {
              amount: fee,
              application: null,
              currency: 'usd',
              description: movement.fee.description,
              type: 'stripe_fee',
            },
          ],
    net: movement.amountCents - fee,
    reporting_category: movement.category,
    source: movement.source,
    status: 'pending',
    type: movement.type,
  };
  const account = movement.account ?? platformAccount;
  sandbox.store.putIn(account, 'balanceTransaction', { id: transaction.id, value: transaction });
  return transaction;
}

/** A balance transaction as of now: it is pending until its money is available. */
export function currentTransaction(
  sandbox: Sandbox,
  transaction: Stripe.BalanceTransaction,
): Stripe.BalanceTransaction {
  const isAvailable = transaction.available_on <= nowSeconds(sandbox);
  return { ...transaction, status: isAvailable ? 'available' : 'pending' };
}

export function balanceObject(sandbox: Sandbox, account: string): Stripe.Balance {
  const { availableCents, pendingCents } = sandbox.balances.of(account, nowSeconds(sandbox));
  return {
    object: 'balance',
    available: [{ amount: availableCents, currency: 'usd', source_types: { card: availableCents } }],
    livemode: false,
    pending: [{ amount: pendingCents, currency: 'usd', source_types: { card: pendingCents } }],
  };
}
