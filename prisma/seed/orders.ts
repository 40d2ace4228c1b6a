import type { SeedOrder, SeedStep } from './types.ts';

const finished = (deliverHours: number, confirmHours: number): SeedStep[] => [
  { action: 'deliver', hoursLater: deliverHours },
  { action: 'confirm', hoursLater: confirmHours },
];

/** Purchases of the last four weeks: finished, on their way, disputed, settled and given up. */
export const seedOrders: readonly SeedOrder[] = [
  { buyer: 'NLR', listing: 'barbari-view', quantity: 1, hoursAgo: 640, steps: finished(20, 52) },
  { buyer: 'ElenaVeneziana', listing: 'book-of-tides', quantity: 1, hoursAgo: 610, steps: finished(2, 9) },
  { buyer: 'bigbosefx', listing: 'pepper-tellicherry', quantity: 20, hoursAgo: 560, steps: finished(30, 49) },
  { buyer: 'NLR', listing: 'lagoon-mirror', quantity: 1, hoursAgo: 505, steps: finished(70, 96) },
  {
    buyer: 'ElenaVeneziana',
    listing: 'burano-collar',
    quantity: 1,
    hoursAgo: 470,
    steps: [{ action: 'cancel', hoursLater: 18 }],
  },
  { buyer: 'bigbosefx', listing: 'books-audit', quantity: 1, hoursAgo: 430, steps: finished(100, 110) },
  { buyer: 'NLR', listing: 'goblet-cristallo', quantity: 6, hoursAgo: 390, steps: finished(44, 60) },
  {
    buyer: 'bigbosefx',
    listing: 'nutmeg-banda',
    quantity: 3,
    hoursAgo: 340,
    steps: [
      { action: 'deliver', hoursLater: 26 },
      {
        action: 'dispute',
        hoursLater: 40,
        reason: 'Seven of the thirty-six rattle, and two had been opened by the worm.',
      },
      {
        action: 'resolve',
        hoursLater: 90,
        outcome: 'refund',
        reason: 'The buyer showed the nuts at the office; the seller agrees that the lot was damp. Full refund.',
      },
    ],
  },
  { buyer: 'ElenaVeneziana', listing: 'pattern-lace-birds', quantity: 1, hoursAgo: 300, steps: finished(1, 3) },
  { buyer: 'NLR', listing: 'virgil-octavo', quantity: 2, hoursAgo: 262, steps: finished(21, 45) },
  {
    buyer: 'bigbosefx',
    listing: 'printing-handbills',
    quantity: 1,
    hoursAgo: 215,
    steps: [
      { action: 'deliver', hoursLater: 95 },
      {
        action: 'dispute',
        hoursLater: 100,
        reason: 'The handbills were ready on the fifth day instead of the fourth.',
      },
      {
        action: 'resolve',
        hoursLater: 130,
        outcome: 'release',
        reason: 'The proof was approved a day late by the buyer, so the delivery was on time.',
      },
    ],
  },
  {
    buyer: 'ElenaVeneziana',
    listing: 'greek-lessons',
    quantity: 1,
    hoursAgo: 168,
    steps: [{ action: 'deliver', hoursLater: 120 }],
  },
  {
    buyer: 'NLR',
    listing: 'mariner-astrolabe',
    quantity: 1,
    hoursAgo: 120,
    steps: [
      { action: 'deliver', hoursLater: 30 },
      {
        action: 'dispute',
        hoursLater: 54,
        reason: 'The alidade does not keep its place as described: it slips by half a degree when the ring is lifted.',
      },
    ],
  },
  {
    buyer: 'bigbosefx',
    listing: 'window-roundels',
    quantity: 4,
    hoursAgo: 96,
    steps: [{ action: 'deliver', hoursLater: 60 }],
  },
  {
    buyer: 'ElenaVeneziana',
    listing: 'linen-handkerchiefs',
    quantity: 1,
    hoursAgo: 72,
    steps: [
      {
        action: 'dispute',
        hoursLater: 60,
        reason: 'No answer from the seller for two days, and I need them for a wedding.',
      },
    ],
  },
  {
    buyer: 'NLR',
    listing: 'velvet-crimson',
    quantity: 8,
    hoursAgo: 40,
    steps: [{ action: 'deliver', hoursLater: 22 }],
  },
  { buyer: 'bigbosefx', listing: 'saffron-aquila', quantity: 2, hoursAgo: 20, steps: [] },
  { buyer: 'ElenaVeneziana', listing: 'channels-lagoon', quantity: 1, hoursAgo: 6, steps: [] },
];
