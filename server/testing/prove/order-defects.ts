import type { Defect } from './planting.ts';

const processFile = 'server/market/orders/process.ts';

/** What would let an order stay for ever, or end without its money. */
export const orderDefects: readonly Defect[] = [
  {
    name: 'an order that is not delivered in time stays where it is',
    source: {
      file: processFile,
      search: "action: 'lapse', actor: 'system', to: 'cancelled', effect: 'refund'",
      replacement: "action: 'lapse', actor: 'system', to: 'accepted', effect: 'none'",
    },
    red: ['market/orders/process', 'market/orders/process-rules', 'market/orders/deadline-jobs'],
  },
  {
    name: 'an order that both sides settle keeps its money in escrow',
    source: {
      file: processFile,
      search: "action: 'agree', actor: 'seller', to: 'settled', effect: 'settle'",
      replacement: "action: 'agree', actor: 'seller', to: 'settled', effect: 'none'",
    },
    red: ['market/orders/process', 'market/orders/process-rules'],
  },
  {
    name: 'a part goes back without the fee on it',
    source: {
      file: 'server/market/orders/order-rules.ts',
      search: 'return { sellerMinor: backMinor - (before - after), feeMinor: before - after };',
      replacement: 'return { sellerMinor: backMinor, feeMinor: 0n };',
    },
    red: ['market/orders/order-rules', 'market/orders/part-refunds'],
  },
];
