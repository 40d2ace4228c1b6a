import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  availableActions,
  decideTransition,
  isOpen,
  orderProcess,
  refusePurchase,
  saleFee,
} from '#server/market/orders/order-rules.ts';
import type { PurchaseFacts } from '#server/market/orders/order-rules.ts';
import { priceMinorMax } from '#server/market/catalogue/catalogue-schema.ts';
import { orderActions, orderActors, orderStates, quantityMax } from '#server/market/orders/order-schema.ts';
import type { OrderAction, OrderActor, OrderState } from '#server/market/orders/order-schema.ts';
import { ducat } from '#server/money/money.ts';

/** Written by hand beside the declaration, so that neither can change alone. */
const allowed: Readonly<Record<string, OrderState>> = {
  'paid deliver seller': 'delivered',
  'paid cancel seller': 'cancelled',
  'paid cancel system': 'cancelled',
  'delivered cancel system': 'cancelled',
  'disputed cancel system': 'cancelled',
  'paid dispute buyer': 'disputed',
  'delivered confirm buyer': 'completed',
  'delivered dispute buyer': 'disputed',
  'disputed resolve_refund operator': 'refunded',
  'disputed resolve_release operator': 'completed',
};

const everyStep = orderStates.flatMap((state) =>
  orderActions.flatMap((action) => orderActors.map((actor) => ({ state, action, actor }))),
);

describe('the order process', () => {
  it.each(everyStep)('$actor taking $action on a $state order is decided as declared', (step) => {
    const to = allowed[`${step.state} ${step.action} ${step.actor}`];
    const decision = decideTransition(step);
    expect(decision.allowed ? decision.transition.to : null).toBe(to ?? null);
    expect(availableActions(step.state, step.actor).includes(step.action)).toBe(to !== undefined);
  });

  it('says "wrong actor" exactly when the action is never that actor\'s', () => {
    const owners: Readonly<Record<OrderAction, readonly OrderActor[]>> = {
      deliver: ['seller'],
      cancel: ['seller', 'system'],
      confirm: ['buyer'],
      dispute: ['buyer'],
      resolve_refund: ['operator'],
      resolve_release: ['operator'],
    };
    for (const step of everyStep) {
      const decision = decideTransition(step);
      if (decision.allowed) continue;
      expect(decision.reason).toBe(owners[step.action].includes(step.actor) ? 'wrong_state' : 'wrong_actor');
    }
  });

  it('moves money exactly when an order ends', () => {
    for (const { to, effect } of orderProcess) expect(effect === 'none').toBe(isOpen(to));
  });

  it('pays the seller only into "completed"', () => {
    for (const { to, effect } of orderProcess) expect(effect === 'release').toBe(to === 'completed');
  });

  it('offers nobody a step on an ended order, and somebody one on every open order', () => {
    for (const state of orderStates) {
      const steps = orderActors.flatMap((actor) => availableActions(state, actor));
      expect(steps.length > 0).toBe(isOpen(state));
    }
  });
});

describe('the sale fee', () => {
  it("is a share in millionths, rounded down in the seller's favour", () => {
    expect(saleFee(ducat(100_00n), 25_000)).toBe(2_50n);
    expect(saleFee(ducat(39n), 25_000)).toBe(0n);
    expect(saleFee(ducat(199n), 5_000)).toBe(0n);
    expect(saleFee(ducat(200n), 5_000)).toBe(1n);
    expect(saleFee(ducat(1_000_000n), 1)).toBe(1n);
  });

  it('never eats the whole price, and what is too much by less than one centesimo is not taken', () => {
    const total = fc.bigInt({ min: 1n, max: priceMinorMax * BigInt(quantityMax) });
    fc.assert(
      fc.property(total, fc.integer({ min: 0, max: 999_999 }), (totalMinor, ppm) => {
        const fee = saleFee(ducat(totalMinor), ppm);
        expect(fee >= 0n && fee < totalMinor).toBe(true);
        expect(fee * 1_000_000n <= totalMinor * BigInt(ppm)).toBe(true);
        expect((fee + 1n) * 1_000_000n > totalMinor * BigInt(ppm)).toBe(true);
      }),
    );
  });
});

describe('a purchase', () => {
  const fine: PurchaseFacts = {
    buyerId: 'buyer',
    sellerId: 'seller',
    state: 'published',
    version: 3,
    stock: 5,
    quantity: 2,
    seenVersion: 3,
  };

  it.each([
    [null, {}],
    [null, { stock: null, quantity: quantityMax }],
    [null, { quantity: 5 }],
    ['own_listing', { buyerId: 'seller' }],
    ['listing_withdrawn', { state: 'paused' }],
    ['listing_changed', { seenVersion: 2 }],
    ['sold_out', { stock: 0 }],
    ['insufficient_stock', { quantity: 6 }],
    ['invalid_quantity', { quantity: 0 }],
    ['invalid_quantity', { quantity: -1 }],
    ['invalid_quantity', { quantity: 1.5 }],
    ['invalid_quantity', { quantity: Number.NaN }],
    ['invalid_quantity', { quantity: quantityMax + 1 }],
  ] as const)('answers %s for %o', (refusal, change) => {
    expect(refusePurchase({ ...fine, ...change })).toBe(refusal);
  });
});
