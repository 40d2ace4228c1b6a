import {
  cancelOrder,
  confirmOrder,
  deliverOrder,
  openDispute,
  resolveDispute,
} from '#server/market/orders/order-steps.ts';
import { placeOrder } from '#server/market/orders/orders.ts';
import { orderForParty } from '#server/market/orders/order-queries.ts';
import { invariant } from '#server/platform/invariant.ts';
import { namedIds, seedKey } from './named-ids.ts';
import { seedOrders } from './orders.ts';
import { seedListings } from './plant-listings.ts';
import type { SeedListingIds } from './plant-listings.ts';
import type { SeedCitizenIds } from './plant-people.ts';
import type { SeedInput } from './plant.ts';
import type { SeedOrder, SeedStep } from './types.ts';

type Trade = SeedInput & { citizens: SeedCitizenIds; listings: SeedListingIds };

const hourMs = 3_600_000;
const judge = 'DogeAuditor';

export function seedOrderKey(order: SeedOrder): string {
  return seedKey(`order ${order.buyer} ${order.listing}`);
}

/** Plays four weeks of trade in the order it happened, each purchase and step in a transaction of its own. */
export async function plantOrders(trade: Trade): Promise<void> {
  const orderIds = new Map<SeedOrder, string>();
  for (const { order, stepIndex, time } of timeline(trade.now)) {
    const step = order.steps[stepIndex];
    if (step === undefined) orderIds.set(order, await place(trade, { order, time }));
    else await take(trade, { order, orderId: orderIds.get(order) ?? '', step, stepIndex, time });
  }
}

/** Every purchase (step index −1) and every step, oldest first. */
function timeline(now: Date) {
  return seedOrders
    .flatMap((order) => [
      { order, stepIndex: -1, hoursAgo: order.hoursAgo },
      ...order.steps.map((step, stepIndex) => ({ order, stepIndex, hoursAgo: order.hoursAgo - step.hoursLater })),
    ])
    .sort((left, right) => right.hoursAgo - left.hoursAgo)
    .map(({ order, stepIndex, hoursAgo }) => ({ order, stepIndex, time: new Date(now.getTime() - hoursAgo * hourMs) }));
}

async function place(trade: Trade, entry: { order: SeedOrder; time: Date }): Promise<string> {
  const { order, time } = entry;
  const receipt = await trade.database.inTransaction((tx) =>
    placeOrder(tx, {
      buyerId: idOf(trade.citizens, order.buyer),
      order: {
        listingId: idOf(trade.listings, order.listing),
        listingVersion: 1,
        quantity: order.quantity,
        key: seedOrderKey(order),
      },
      clock: { now: () => time },
      ids: namedIds(time, `order ${order.buyer} ${order.listing}`),
      secret: trade.secret,
    }),
  );
  return receipt.orderId;
}

interface Taking {
  order: SeedOrder;
  orderId: string;
  step: SeedStep;
  stepIndex: number;
  time: Date;
}

async function take(trade: Trade, { order, orderId, step, stepIndex, time }: Taking): Promise<void> {
  const visitor = visitorOf(trade, { order, step });
  const known = await orderForParty(trade.database.client, { orderId, visitor });
  // What the house did by itself is no step of the seed.
  if (known.events.filter(({ actor }) => actor !== 'system').length > stepIndex + 1) return;
  const ids = namedIds(time, `order ${order.buyer} ${order.listing} ${String(stepIndex)}`);
  const common = { orderId, visitor, clock: { now: () => time }, ids, secret: trade.secret };
  await trade.database.inTransaction((tx) => {
    switch (step.action) {
      case 'deliver':
        return deliverOrder(tx, common);
      case 'confirm':
        return confirmOrder(tx, common);
      case 'cancel':
        return cancelOrder(tx, common);
      case 'dispute':
        return openDispute(tx, { ...common, note: step.reason });
      case 'resolve':
        return resolveDispute(tx, { ...common, outcome: step.outcome, note: step.reason });
    }
  });
}

function visitorOf(trade: Trade, { order, step }: { order: SeedOrder; step: SeedStep }) {
  switch (step.action) {
    case 'deliver':
    case 'cancel': {
      const seller = seedListings.find((listing) => listing.name === order.listing)?.seller ?? '';
      return { citizenId: idOf(trade.citizens, seller), role: 'citizen' as const };
    }
    case 'confirm':
    case 'dispute':
      return { citizenId: idOf(trade.citizens, order.buyer), role: 'citizen' as const };
    case 'resolve':
      return { citizenId: idOf(trade.citizens, judge), role: 'operator' as const };
  }
}

function idOf(known: ReadonlyMap<string, string>, name: string): string {
  const id = known.get(name);
  invariant(id !== undefined, `the seed names ${name}, which it does not have`);
  return id;
}
