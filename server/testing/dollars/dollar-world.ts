import { randomUUID } from 'node:crypto';
import { rememberCitizen } from '#server/citizens/service.ts';
import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { ensurePartitions } from '#server/ledger/partitions.ts';
import { post } from '#server/ledger/transfers.ts';
import { publishListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import { publishListing } from '#server/market/catalogue/listings.ts';
import { sendDucats } from '#server/market/peer-transfers/peer-transfer-flows.ts';
import { cancelOrder, confirmOrder, deliverOrder } from '#server/market/orders/order-steps.ts';
import { placeOrder } from '#server/market/orders/orders.ts';
import { approveAndSend, requestCashOut } from '#server/payments/cash-outs/cash-out-flows.ts';
import { cashOutRoom } from '#server/payments/cash-outs/cash-out-queries.ts';
import { fulfil } from '#server/payments/flows.ts';
import { refundTopUp } from '#server/payments/refunds/refund-flows.ts';
import type { TopUpChoice } from '#server/payments/schema.ts';
import { systemIds } from '#server/platform/ids.ts';
import { refuse } from '#server/platform/errors.ts';
import { projectAccounts } from '#server/provenance/project.ts';
import { amountsOf, type LotAmounts } from '#server/provenance/queries.ts';
import { testCashOuts, type TestCashOuts } from '#server/testing/cash-out.ts';
import { move } from '#server/testing/ledger.ts';
import { classOfTier } from '#server/testing/market.ts';
import { testRefunds } from '#server/testing/refunds.ts';
import { acceptTestTerms, assignTestLevel } from '#server/testing/trust.ts';

/** Money of this card is at the house's disposal at once. */
const quickCard = '4000000000000077';
const dayMs = 86_400_000;

export type Tier = keyof typeof classOfTier;

export interface Role {
  level: 1 | 2 | 3;
  tier: Tier;
}

/** Dollars that left for citizens, in cents. */
export interface DollarsOut {
  /** Refunds without and with the fee that came back. */
  refundedPriceMinor: bigint;
  refundedTotalMinor: bigint;
  /** Cash-outs before and after the house's fee. */
  grossMinor: bigint;
  netMinor: bigint;
}

/** Everything by which ducats and dollars meet: the product's own flows, a real database, Stripe's sandbox. */
export interface DollarWorld {
  readonly cashOuts: TestCashOuts;
  nowMs(): number;
  /** Citizens of levels and of the classes that give tiers; with a bank account where the level may be paid out. */
  citizens(cast: readonly Role[]): Promise<string[]>;
  /** Pays a top-up by card; answers its id. */
  topUp(citizenId: string, choice: TopUpChoice): Promise<string>;
  order(order: { buyerId: string; sellerId: string; priceMinor: bigint }): Promise<string>;
  complete(orderId: string): Promise<void>;
  cancel(orderId: string): Promise<void>;
  /** Sends ducats from one citizen to another. */
  gift(gift: { from: string; to: string; amountMinor: bigint }): Promise<void>;
  /** Refunds to its buyer; null cents: all that is left of it, as citizens do by themselves. */
  refund(topUpId: string, priceMinor: bigint | null): Promise<void>;
  /** Asks and lets it be paid; answers its id. */
  cashOut(citizenId: string, ducatsMinor: bigint): Promise<string>;
  /** What the product says that a citizen may cash out now, in centesimi. */
  offered(citizenId: string): Promise<bigint>;
  wait(days: number): Promise<void>;
  amounts(citizenId: string): Promise<LotAmounts>;
  out(citizenIds: readonly string[]): Promise<DollarsOut>;
  /** The same where it counts: what Stripe sent to their cards and bank accounts, in cents. */
  outAtStripe(citizenIds: readonly string[]): Promise<bigint>;
}

export async function dollarWorld(): Promise<DollarWorld> {
  const cashOuts = await testCashOuts();
  const { bridge, deps } = cashOuts;
  const { database, clock, sandbox } = bridge;
  const { client } = database;
  // Everything is fetched as the pages after payment do, and no event is waited for.
  sandbox.control({ action: 'hold' });
  await mintMuch(cashOuts);
  for (let count = 0; count < 4; count += 1) await cashOuts.fillHouse();
  const operators = [await cashOuts.operator(), await cashOuts.operator()];
  const refunds = testRefunds(bridge);
  const walletOf = (owner: string) =>
    database.inTransaction((tx) => openAccount(tx, { owner, kind: 'wallet', asset: 'DUCAT' }));
  return {
    cashOuts,
    nowMs: () => clock.now().getTime(),
    citizens: (cast) => citizensOf(cashOuts, cast),
    topUp: async (citizenId, choice) => {
      const { topUpId, sessionId } = await bridge.start(choice, citizenId);
      bridge.pay(sessionId, quickCard);
      sandbox.control({ action: 'advance_clock', seconds: 1 });
      const { state } = await fulfil(deps, { sessionId });
      if (state !== 'credited') throw refuse('conflict', 'top_up_waits', `A paid top-up is ${state}.`);
      return topUpId;
    },
    ...ordersOf(cashOuts),
    gift: async ({ from: senderId, to, amountMinor }) => {
      const { username } = await client.citizen.findUniqueOrThrow({ where: { id: to }, select: { username: true } });
      const sending = { username, amountMinor, note: null, key: randomUUID() };
      await sendDucats({ ...deps, database }, { senderId, sending });
    },
    refund: async (topUpId, priceMinor) => {
      const origin = priceMinor === null ? 'self_service' : 'operator';
      await refundTopUp(deps, refunds.request(topUpId, { priceMinor, origin }));
    },
    cashOut: async (citizenId, ducatsMinor) => {
      const { cashOutId } = await requestCashOut(deps, { citizenId, ducatsMinor, key: randomUUID() });
      const { approvalsNeeded } = await client.cashOut.findUniqueOrThrow({ where: { id: cashOutId } });
      for (const operatorId of operators.slice(0, approvalsNeeded)) {
        await approveAndSend(deps, { cashOutId, operatorId });
      }
      return cashOutId;
    },
    offered: async (citizenId) => {
      const wallet = await walletOf(citizenId);
      await database.inTransaction((tx) => projectAccounts(tx, [wallet]));
      return (await cashOutRoom(client, { citizenId, provider: 'sandbox', now: clock.now() })).cashableMinor;
    },
    wait: async (days) => {
      await cashOuts.advance(days);
      await ensurePartitions(client);
    },
    amounts: async (citizenId) => {
      const wallet = await walletOf(citizenId);
      await database.inTransaction((tx) => projectAccounts(tx, [wallet]));
      return amountsOf(client, wallet, clock.now());
    },
    out: (citizenIds) => dollarsOut(cashOuts, citizenIds),
    outAtStripe: (citizenIds) => dollarsOutAtStripe(cashOuts, citizenIds),
  };
}

/** Orders between citizens, by the market’s own services. */
export function ordersOf({ bridge, deps }: TestCashOuts): Pick<DollarWorld, 'order' | 'complete' | 'cancel'> {
  const { database } = bridge;
  const step = async (orderId: string, party: 'buyerId' | 'sellerId') => {
    const order = await database.client.marketOrder.findUniqueOrThrow({ where: { id: orderId } });
    return { ...deps, orderId, visitor: { citizenId: order[party], role: 'citizen' as const } };
  };
  return {
    order: async ({ buyerId, sellerId, priceMinor }) => {
      const terms = { title: 'Goblet of cristallo', description: 'Blown thin on the Rio dei Vetrai.' };
      const good = { ...terms, category: 'glass', key: randomUUID(), priceMinor, stock: 1 };
      const listing = publishListingInput.parse(good);
      const { listingId } = await database.inTransaction((tx) => publishListing(tx, { ...deps, sellerId, listing }));
      const order = { listingId, listingVersion: 1, quantity: 1, key: randomUUID() };
      return (await database.inTransaction((tx) => placeOrder(tx, { ...deps, buyerId, order }))).orderId;
    },
    complete: async (orderId) => {
      const [seller, buyer] = [await step(orderId, 'sellerId'), await step(orderId, 'buyerId')];
      await database.inTransaction((tx) => deliverOrder(tx, seller));
      await database.inTransaction((tx) => confirmOrder(tx, buyer));
    },
    cancel: async (orderId) => {
      const seller = await step(orderId, 'sellerId');
      await database.inTransaction((tx) => cancelOrder(tx, seller));
    },
  };
}

const mintedMinor = 100_000_000_000n;

/** So much that the treasury never runs short: what comes back to it is then never given a second time. */
async function mintMuch({ bridge }: TestCashOuts): Promise<void> {
  const from = systemAccountId('issuance', 'DUCAT');
  const mint = (to: bigint) => move({ from, to, amountMinor: mintedMinor, kind: 'mint' });
  const houses = [systemAccountId('treasury', 'DUCAT'), systemAccountId('promotion', 'DUCAT')];
  await bridge.database.inTransaction((tx) => post(tx, houses.map(mint)));
}

async function citizensOf(cashOuts: TestCashOuts, cast: readonly Role[]): Promise<string[]> {
  const { clock } = cashOuts.bridge;
  const now = clock.now();
  const ids = await Promise.all(cast.map((role) => citizenOf(cashOuts, role)));
  const paidOut = ids.filter((_id, index) => (cast[index]?.level ?? 0) >= 2);
  // A bank account is old enough after a week.
  clock.set(new Date(now.getTime() - 8 * dayMs));
  await Promise.all(paidOut.map((id) => cashOuts.onboard(id)));
  clock.set(now);
  return ids;
}

function citizenOf({ bridge: { database, clock } }: TestCashOuts, { level, tier }: Role): Promise<string> {
  const username = `c_${randomUUID()}`;
  const profile = { username, displayName: username, socialClass: classOfTier[tier], isAi: false };
  return database.inTransaction(async (tx) => {
    const { id } = await rememberCitizen(tx, { profile, clock, ids: systemIds });
    await assignTestLevel(tx, { citizenId: id, level, clock });
    await acceptTestTerms(tx, { citizenId: id, clock });
    return id;
  });
}

const paidStates = ['processing', 'paid'];

async function dollarsOut({ bridge }: TestCashOuts, citizenIds: readonly string[]): Promise<DollarsOut> {
  const { client } = bridge.database;
  const citizenId = { in: [...citizenIds] };
  const [refunded, paid] = await Promise.all([
    client.refund.aggregate({
      where: { citizenId, state: { in: ['sent', 'succeeded'] } },
      _sum: { priceMinor: true, totalMinor: true },
    }),
    client.cashOut.aggregate({
      where: { citizenId, acceptedAt: { not: null }, state: { in: paidStates } },
      _sum: { grossMinor: true, netMinor: true },
    }),
  ]);
  return {
    refundedPriceMinor: refunded._sum.priceMinor ?? 0n,
    refundedTotalMinor: refunded._sum.totalMinor ?? 0n,
    grossMinor: paid._sum.grossMinor ?? 0n,
    netMinor: paid._sum.netMinor ?? 0n,
  };
}

async function dollarsOutAtStripe({ bridge, deps, ...world }: TestCashOuts, citizenIds: readonly string[]) {
  const { client } = bridge.database;
  const where = { citizenId: { in: [...citizenIds] } };
  const [topUps, cashOuts] = await Promise.all([
    client.topUp.findMany({ where, select: { stripeChargeId: true } }),
    client.cashOut.findMany({ where, select: { id: true } }),
  ]);
  let outMinor = 0n;
  for (const { stripeChargeId } of topUps) {
    if (stripeChargeId === null) continue;
    outMinor += BigInt((await deps.stripe.charges.retrieve(stripeChargeId)).amount_refunded);
  }
  for (const { id } of cashOuts) {
    for (const { amount, amount_reversed } of await world.transfersOf(id)) outMinor += BigInt(amount - amount_reversed);
  }
  return outMinor;
}
