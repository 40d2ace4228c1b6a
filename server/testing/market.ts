import { randomUUID } from 'node:crypto';
import { rememberCitizen } from '#server/citizens/service.ts';
import { findAccount, openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { accountBalance } from '#server/ledger/queries.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import { publishListing } from '#server/market/catalogue/listings.ts';
import type { ListingReceipt } from '#server/market/catalogue/listings.ts';
import {
  acceptOrder,
  cancelOrder,
  confirmOrder,
  declineOrder,
  deliverOrder,
  openDispute,
  refundOrder,
  resolveDispute,
} from '#server/market/orders/order-steps.ts';
import { agreeToSettlement, proposeSettlement, splitDispute } from '#server/market/orders/settlements.ts';
import { refundPart } from '#server/market/orders/part-refunds.ts';
import type { PartRefundReceipt } from '#server/market/orders/part-refunds.ts';
import type { OrderStepReceipt } from '#server/market/orders/order-steps.ts';
import { placeOrder } from '#server/market/orders/orders.ts';
import type { OrderReceipt } from '#server/market/orders/orders.ts';
import type { PublishListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import type { OrderAction, PlaceOrderInput } from '#server/market/orders/order-schema.ts';
import type { Tx } from '#server/platform/db.ts';
import { systemIds } from '#server/platform/ids.ts';
import type { TrustLevel } from '#server/citizens/trust-rules.ts';
import { movableClock } from './clock.ts';
import type { MovableClock } from './clock.ts';
import { assignTestLevel } from './trust.ts';
import { testDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';

/** One citizen class for every tier. */
export const classOfTier = {
  observer: 'Facchini',
  participant: 'Popolani',
  creator: 'Cittadini',
  enterprise: 'Nobili',
} as const;

export interface TestCitizen {
  citizenId: string;
  role: 'citizen' | 'operator';
}

/** What somebody takes as a step; parts are given back with `refundPart`, and only the house lets an order lapse. */
export type TestAction = Exclude<OrderAction, 'lapse' | 'refund_part'>;

interface StepInput {
  orderId: string;
  visitor: TestCitizen;
  action: TestAction;
  note?: string;
  /** Of a proposal or split. */
  backMinor?: bigint;
}

/** A market of its own for one test file: real services on a real database. */
export interface TestMarket {
  readonly database: TestDatabase;
  readonly clock: MovableClock;
  citizen(options?: {
    tier?: keyof typeof classOfTier;
    role?: 'citizen' | 'operator';
    ducatsMinor?: bigint;
    /** Their trust level, as an operator set it. Default 3. */
    level?: Exclude<TrustLevel, 4>;
  }): Promise<TestCitizen>;
  listing(seller: TestCitizen, terms?: Partial<PublishListingInput>): Promise<ListingReceipt>;
  buy(buyer: TestCitizen, order: Partial<PlaceOrderInput> & { listingId: string }): Promise<OrderReceipt>;
  step(input: StepInput): Promise<OrderStepReceipt>;
  refundPart(input: {
    orderId: string;
    visitor: TestCitizen;
    amountMinor: bigint;
    key?: string;
  }): Promise<PartRefundReceipt>;
  /** Balance of a wallet, or of an order's escrow; 0 where no account was ever opened. */
  balance(owner: string, kind: 'wallet' | 'escrow'): Promise<bigint>;
  feesMinor(): Promise<bigint>;
}

export const testSecret = 'a secret of at least thirty-two characters';

export async function testMarket(): Promise<TestMarket> {
  const database = await testDatabase({ connectionsMax: 20 });
  const clock = movableClock(new Date());
  const tools = { clock, ids: systemIds, secret: testSecret };
  return {
    database,
    clock,
    citizen: (options = {}) => makeCitizen(database, { clock, ...options }),
    listing: (seller, terms = {}) =>
      database.inTransaction((tx) =>
        publishListing(tx, {
          ...tools,
          sellerId: seller.citizenId,
          listing: { ...defaultTerms, key: randomUUID(), ...terms },
        }),
      ),
    buy: (buyer, order) =>
      database.inTransaction(
        (tx) =>
          placeOrder(tx, {
            ...tools,
            buyerId: buyer.citizenId,
            order: { listingVersion: 1, quantity: 1, key: randomUUID(), ...order },
          }),
        { isDirect: true },
      ),
    step: (input) => takeStep(database, { ...input, ...tools }),
    refundPart: (input) =>
      database.inTransaction((tx) =>
        refundPart(tx, { key: randomUUID(), note: 'Something was missing.', ...input, ...tools }),
      ),
    balance: async (owner, kind) => {
      const account = await findAccount(database.client, { owner, kind, asset: 'DUCAT' });
      return account === null ? 0n : (await accountBalance(database.client, account)).balanceMinor;
    },
    feesMinor: async () => (await accountBalance(database.client, systemAccountId('fees', 'DUCAT'))).balanceMinor,
  };
}

/** What every listing of a test says unless it is told otherwise. */
export const defaultTerms: Omit<PublishListingInput, 'key'> = {
  title: 'Goblet of cristallo',
  description: 'A wine goblet, blown thin on the Rio dei Vetrai.',
  category: 'glass',
  priceMinor: 34_00n,
  stock: 5,
  kind: 'goods',
  tags: [],
  attributes: {},
  options: [],
  variants: [],
  pictures: [],
  availability: null,
  deliveryDays: null,
  quantitySteps: [],
  isDraft: false,
};

function makeCitizen(
  database: TestDatabase,
  options: Parameters<TestMarket['citizen']>[0] & { clock: MovableClock },
): Promise<TestCitizen> {
  const { clock, tier = 'participant', role = 'citizen', ducatsMinor = 0n, level = 3 } = options;
  const username = `c_${randomUUID()}`;
  return database.inTransaction(async (tx) => {
    const profile = { username, displayName: username, socialClass: classOfTier[tier], isAi: false };
    if (role === 'operator')
      await tx.operatorAppointment.create({ data: { username, operatorRole: 'admin', appointedAt: clock.now() } });
    const { id } = await rememberCitizen(tx, { profile, clock, ids: systemIds });
    await assignTestLevel(tx, { citizenId: id, level, clock });
    if (ducatsMinor > 0n) {
      const wallet = await openAccount(tx, { owner: id, kind: 'wallet', asset: 'DUCAT' });
      const debitAccountId = systemAccountId('issuance', 'DUCAT');
      await postLinked(tx, [
        { id: systemIds.uuid(), debitAccountId, creditAccountId: wallet, amountMinor: ducatsMinor, kind: 'mint' },
      ]);
    }
    return { citizenId: id, role };
  });
}

type Tools = Omit<Parameters<typeof deliverOrder>[1], 'orderId' | 'visitor' | 'note'>;

function takeStep(database: TestDatabase, input: StepInput & Tools): Promise<OrderStepReceipt> {
  const { action, note = 'A reason that is long enough.', backMinor = 0n, ...step } = input;
  const said = { ...step, note };
  const work = (tx: Tx) => {
    switch (action) {
      case 'accept':
        return acceptOrder(tx, step);
      case 'decline':
        return declineOrder(tx, step);
      case 'deliver':
        return deliverOrder(tx, step);
      case 'confirm':
        return confirmOrder(tx, step);
      case 'cancel':
        return cancelOrder(tx, step);
      case 'refund_all':
        return refundOrder(tx, step);
      case 'dispute':
        return openDispute(tx, said);
      case 'propose':
        return proposeSettlement(tx, { ...said, backMinor });
      case 'agree':
        return agreeToLast(tx, step);
      case 'resolve_refund':
        return resolveDispute(tx, { ...said, outcome: 'refund' });
      case 'resolve_release':
        return resolveDispute(tx, { ...said, outcome: 'release' });
      case 'resolve_split':
        return splitDispute(tx, { ...said, backMinor });
    }
  };
  return database.inTransaction(work, { isDirect: true });
}

/** To whatever was proposed last, as somebody does who has just read it. */
async function agreeToLast(tx: Tx, step: Omit<StepInput, 'action'> & Tools): Promise<OrderStepReceipt> {
  const { _max: last } = await tx.orderEvent.aggregate({
    where: { orderId: step.orderId, action: 'propose' },
    _max: { sequence: true },
  });
  return agreeToSettlement(tx, { ...step, sequence: last.sequence ?? 1 });
}
