import type { AnyTemplate } from '#server/ledger/templates.ts';
import type { OrderAction, OrderActor, OrderState } from '#server/market/orders/order-schema.ts';
import {
  orderRefundTemplate,
  orderSettlementTemplate,
  saleRefundTemplate,
  saleTemplate,
} from '#server/market/orders/order-templates.ts';

/**
 * The order process as data: states, who may take which step, what the step does with the money, and what the house does
 * by itself when nobody acts. A step that is not here does not exist. An order keeps the version it was placed under, so
 * a version that orders have is never changed: a new one is added.
 */

/** What a step does with the order's money. */
export type OrderEffect = 'none' | 'release' | 'refund' | 'refund_part' | 'settle' | 'give_back';

/** The posting of each effect. */
export const effectTemplates: Readonly<Record<OrderEffect, AnyTemplate | null>> = {
  none: null,
  /** All that is left in escrow: the fee to the house, the rest to the seller. */
  release: saleTemplate,
  /** All that is left in escrow goes back to the buyer. */
  refund: orderRefundTemplate,
  /** A part of what is in escrow goes back to the buyer. */
  refund_part: orderRefundTemplate,
  /** An agreed or decided part to the buyer, the rest to the seller less the fee on it. */
  settle: orderSettlementTemplate,
  /** After the seller was paid: out of their wallet, and the fee's part out of the house's fees. */
  give_back: saleRefundTemplate,
};

export interface OrderTransition {
  readonly from: OrderState;
  readonly to: OrderState;
  readonly action: OrderAction;
  readonly actor: OrderActor;
  readonly effect: OrderEffect;
  /** What it says about the seller, for what they are trusted with. */
  readonly trust?: 'sale' | 'sale_lost';
}

/** What the house does, as `system`, when an order has been in a state for so long. */
export interface OrderTimer {
  readonly state: OrderState;
  readonly afterDays: number;
  readonly action: OrderAction;
}

export interface OrderProcess {
  readonly version: number;
  /** Where a new order starts: its money is already in escrow. */
  readonly first: OrderState;
  readonly transitions: readonly OrderTransition[];
  readonly timers: readonly OrderTimer[];
}

const firstProcess: OrderProcess = {
  version: 1,
  first: 'paid',
  transitions: [
    { action: 'deliver', from: 'paid', to: 'delivered', actor: 'seller', effect: 'none' },
    { action: 'cancel', from: 'paid', to: 'cancelled', actor: 'seller', effect: 'refund' },
    // The payment behind it was taken back by its bank: there is nothing to pay the seller with.
    { action: 'cancel', from: 'paid', to: 'cancelled', actor: 'system', effect: 'refund' },
    { action: 'cancel', from: 'delivered', to: 'cancelled', actor: 'system', effect: 'refund' },
    { action: 'cancel', from: 'disputed', to: 'cancelled', actor: 'system', effect: 'refund' },
    { action: 'confirm', from: 'delivered', to: 'completed', actor: 'buyer', effect: 'release', trust: 'sale' },
    { action: 'dispute', from: 'paid', to: 'disputed', actor: 'buyer', effect: 'none' },
    { action: 'dispute', from: 'delivered', to: 'disputed', actor: 'buyer', effect: 'none' },
    {
      action: 'resolve_refund',
      from: 'disputed',
      to: 'refunded',
      actor: 'operator',
      effect: 'refund',
      trust: 'sale_lost',
    },
    {
      action: 'resolve_release',
      from: 'disputed',
      to: 'completed',
      actor: 'operator',
      effect: 'release',
      trust: 'sale',
    },
  ],
  timers: [],
};

const fromPurchased: readonly OrderTransition[] = [
  { from: 'purchased', action: 'accept', actor: 'seller', to: 'accepted', effect: 'none' },
  // At once, where the seller wants it so or all of it is digital.
  { from: 'purchased', action: 'accept', actor: 'system', to: 'accepted', effect: 'none' },
  { from: 'purchased', action: 'decline', actor: 'seller', to: 'declined', effect: 'refund' },
  { from: 'purchased', action: 'decline', actor: 'system', to: 'declined', effect: 'refund' },
];

const fromAccepted: readonly OrderTransition[] = [
  { from: 'accepted', action: 'deliver', actor: 'seller', to: 'delivered', effect: 'none' },
  // What is digital is there at once.
  { from: 'accepted', action: 'deliver', actor: 'system', to: 'delivered', effect: 'none' },
  { from: 'accepted', action: 'cancel', actor: 'seller', to: 'cancelled', effect: 'refund' },
  { from: 'accepted', action: 'lapse', actor: 'system', to: 'cancelled', effect: 'refund' },
  { from: 'accepted', action: 'dispute', actor: 'buyer', to: 'disputed', effect: 'none' },
];

const fromDelivered: readonly OrderTransition[] = [
  { from: 'delivered', action: 'confirm', actor: 'buyer', to: 'completed', effect: 'release', trust: 'sale' },
  { from: 'delivered', action: 'confirm', actor: 'system', to: 'completed', effect: 'release', trust: 'sale' },
  { from: 'delivered', action: 'dispute', actor: 'buyer', to: 'disputed', effect: 'none' },
  { from: 'delivered', action: 'refund_all', actor: 'seller', to: 'refunded', effect: 'refund' },
];

const fromDisputed: readonly OrderTransition[] = [
  { from: 'disputed', action: 'propose', actor: 'buyer', to: 'disputed', effect: 'none' },
  { from: 'disputed', action: 'propose', actor: 'seller', to: 'disputed', effect: 'none' },
  { from: 'disputed', action: 'agree', actor: 'buyer', to: 'settled', effect: 'settle' },
  { from: 'disputed', action: 'agree', actor: 'seller', to: 'settled', effect: 'settle' },
  { from: 'disputed', action: 'refund_all', actor: 'seller', to: 'refunded', effect: 'refund' },
  {
    from: 'disputed',
    action: 'resolve_refund',
    actor: 'operator',
    to: 'refunded',
    effect: 'refund',
    trust: 'sale_lost',
  },
  {
    from: 'disputed',
    action: 'resolve_release',
    actor: 'operator',
    to: 'completed',
    effect: 'release',
    trust: 'sale',
  },
  { from: 'disputed', action: 'resolve_split', actor: 'operator', to: 'settled', effect: 'settle' },
  {
    from: 'disputed',
    action: 'resolve_refund',
    actor: 'system',
    to: 'refunded',
    effect: 'refund',
    trust: 'sale_lost',
  },
];

/** While the money is in escrow: parts may go back, and the house cancels when the payment behind it is taken back. */
const whileOpen: readonly OrderTransition[] = (['purchased', 'accepted', 'delivered', 'disputed'] as const).flatMap(
  (state): OrderTransition[] => [
    { from: state, action: 'refund_part', actor: 'seller', to: state, effect: 'refund_part' },
    { from: state, action: 'refund_part', actor: 'operator', to: state, effect: 'refund_part' },
    { from: state, action: 'cancel', actor: 'system', to: 'cancelled', effect: 'refund' },
  ],
);

const secondProcess: OrderProcess = {
  version: 2,
  first: 'purchased',
  transitions: [
    ...fromPurchased,
    ...fromAccepted,
    ...fromDelivered,
    ...fromDisputed,
    ...whileOpen,
    { from: 'completed', action: 'refund_part', actor: 'seller', to: 'completed', effect: 'give_back' },
  ],
  timers: [
    { state: 'purchased', afterDays: 3, action: 'decline' },
    { state: 'accepted', afterDays: 14, action: 'lapse' },
    { state: 'delivered', afterDays: 14, action: 'confirm' },
    { state: 'disputed', afterDays: 60, action: 'resolve_refund' },
  ],
};

/** The same, and whoever receives a gift says that they have it. */
const thirdProcess: OrderProcess = {
  ...secondProcess,
  version: 3,
  transitions: [
    ...secondProcess.transitions,
    { from: 'delivered', action: 'confirm', actor: 'recipient', to: 'completed', effect: 'release', trust: 'sale' },
  ],
};

/** Every version that an order may have, oldest first. */
export const orderProcesses: readonly OrderProcess[] = [firstProcess, secondProcess, thirdProcess];

/** The one that new orders get. */
export const currentProcess = thirdProcess;
