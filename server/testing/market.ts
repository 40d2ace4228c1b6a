import { randomUUID } from 'node:crypto';
import { rememberCitizen } from '#server/citizens/service.ts';
import { findAccount, openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { accountBalance } from '#server/ledger/queries.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import { publishListing } from '#server/market/catalogue/listings.ts';
import type { ListingReceipt } from '#server/market/catalogue/listings.ts';
import {
  cancelOrder,
  confirmOrder,
  deliverOrder,
  openDispute,
  resolveDispute,
} from '#server/market/orders/order-steps.ts';
import type { OrderStepReceipt } from '#server/market/orders/order-steps.ts';
import { placeOrder } from '#server/market/orders/orders.ts';
import type { OrderReceipt } from '#server/market/orders/orders.ts';
import type { PublishListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import type { OrderAction, PlaceOrderInput } from '#server/market/orders/order-schema.ts';
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

interface StepInput {
  orderId: string;
  visitor: TestCitizen;
  action: OrderAction;
  note?: string;
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
      database.inTransaction((tx) =>
        placeOrder(tx, {
          ...tools,
          buyerId: buyer.citizenId,
          order: { listingVersion: 1, quantity: 1, key: randomUUID(), ...order },
        }),
      ),
    step: (input) => takeStep(database, { ...input, ...tools }),
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
  const { action, note = 'A reason that is long enough.', ...step } = input;
  return database.inTransaction((tx) => {
    switch (action) {
      case 'deliver':
        return deliverOrder(tx, step);
      case 'confirm':
        return confirmOrder(tx, step);
      case 'cancel':
        return cancelOrder(tx, step);
      case 'dispute':
        return openDispute(tx, { ...step, note });
      case 'resolve_refund':
        return resolveDispute(tx, { ...step, note, outcome: 'refund' });
      case 'resolve_release':
        return resolveDispute(tx, { ...step, note, outcome: 'release' });
    }
  });
}
