import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { findAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import type { AccountKind } from '#server/ledger/kinds.ts';
import { accountBalance } from '#server/ledger/queries.ts';
import { disputedOrders } from '#server/market/orders/disputed-orders.ts';
import { publishListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import { publishListing } from '#server/market/catalogue/listings.ts';
import { confirmOrder, deliverOrder } from '#server/market/orders/order-steps.ts';
import { sendDucats } from '#server/market/peer-transfers/peer-transfer-flows.ts';
import { placeOrder } from '#server/market/orders/orders.ts';
import type { Asset } from '#server/money/money.ts';
import { creditTopUp, passReview } from '#server/payments/credits.ts';
import { openDebt } from '#server/payments/disputes/debts.ts';
import { bookDebtPayment, repayWithDucats } from '#server/payments/disputes/debt-repayments.ts';
import { settleDispute, type DisputeDeps, type DisputeMoney } from '#server/payments/disputes/dispute-flows.ts';
import type { DisputeFacts } from '#server/payments/disputes/disputes.ts';
import { quoteTopUp } from '#server/payments/rules.ts';
import type { TopUpChoice } from '#server/payments/schema.ts';
import { createStripe } from '#server/payments/stripe/stripe-client.ts';
import { refreshTrustOf } from '#server/citizens/trust-flows.ts';
import type { TrustLevel } from '#server/citizens/trust-rules.ts';
import { enforceStanding } from '#server/payments/trust-enforcement.ts';
import { systemIds } from '#server/platform/ids.ts';
import { once } from '#server/platform/once.ts';
import { projectNews } from '#server/provenance/jobs.ts';
import { noteHold } from '#server/provenance/notes.ts';
import { lotsOf } from '#server/provenance/queries.ts';
import { movableClock, type MovableClock } from './clock.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { plainCitizen } from './trust.ts';

export const disputeFee = 1_500n;

/** A dispute as Stripe would tell of it. */
export interface TestDispute {
  facts: DisputeFacts;
  money: DisputeMoney;
}

interface PaidTopUp {
  topUpId: string;
  chargeId: string;
  totalMinor: bigint;
}

type WorldDeps = DisputeDeps & { clock: MovableClock };

/** Buyers, sellers, paid charges and disputes on real books, without a network: Stripe's word is given. */
export interface DisputeWorld {
  readonly database: TestDatabase;
  readonly clock: MovableClock;
  readonly deps: WorldDeps;
  citizen(level?: Exclude<TrustLevel, 4>): Promise<string>;
  /** A paid top-up; answers its id and charge. */
  topUp(citizenId: string, choice?: TopUpChoice): Promise<PaidTopUp>;
  /** One whose ducats wait in suspense until an operator has looked at it. */
  waitingTopUp(citizenId: string, choice?: TopUpChoice): Promise<PaidTopUp>;
  /** The operator lets in what waits of it. */
  letIn(topUpId: string): Promise<void>;
  /** Buys something of a seller's at a price in centesimi; the money is in escrow. */
  order(buyerId: string, sellerId: string, priceMinor: bigint): Promise<string>;
  /** The order ends well and its seller is paid. */
  complete(orderId: string): Promise<void>;
  /** What a seller earned with an order is held no more. */
  clear(orderId: string): Promise<void>;
  /** Sends ducats from one citizen to another. */
  send(senderId: string, recipientId: string, amountMinor: bigint): Promise<void>;
  dispute(chargeId: string, amountMinor: bigint): TestDispute;
  settle(dispute: TestDispute): Promise<boolean>;
  win(dispute: TestDispute, refundedFeeMinor?: bigint): Promise<boolean>;
  repay(citizenId: string, mostMinor: bigint): Promise<bigint>;
  repayByCard(citizenId: string, amountMinor: bigint): Promise<void>;
  balance(owner: string, kind: AccountKind, asset: Asset): Promise<bigint>;
  house(kind: AccountKind, asset: Asset): Promise<bigint>;
  /** What a wallet holds by kind and source, with what is held of it. */
  lots(citizenId: string): Promise<Record<string, bigint>>;
  /** Everything that must be true of the books at every moment; throws where something is not. */
  assertSound(): Promise<void>;
}

const trader: TopUpChoice = { kind: 'package', packageId: 'trader' };

export async function disputeWorld(): Promise<DisputeWorld> {
  once('log', () => pino({ level: 'silent' }));
  const database = await testDatabase({ connectionsMax: 20 });
  // Every step takes a second of its own, and none may lie in the future.
  const clock = movableClock(new Date(Date.now() - 6 * 3_600_000));
  const deps: WorldDeps = {
    database,
    clock,
    ids: systemIds,
    secret: 'a secret of at least thirty-two characters',
    // Nothing here calls Stripe; where something did, nobody would answer.
    stripe: createStripe({ STRIPE_SECRET_KEY: 'sk_test_nobody', STRIPE_API_URL: 'http://127.0.0.1:9' }),
    disputedOrders,
  };
  const settle: DisputeWorld['settle'] = (dispute) => settleDispute(deps, dispute);
  const step = (orderId: string, visitorId: string) => ({
    ...{ orderId, clock, ids: systemIds, secret: deps.secret },
    visitor: { citizenId: visitorId, role: 'citizen' as const },
  });
  const balance: DisputeWorld['balance'] = async (owner, kind, asset) => {
    const id = await findAccount(database.client, { owner, kind, asset });
    return id === null ? 0n : (await accountBalance(database.client, id)).balanceMinor;
  };
  return {
    database,
    clock,
    deps,
    citizen: async (level = 3) => {
      const id = await database.inTransaction((tx) => plainCitizen(tx, { clock, level }));
      await refreshTrustOf(deps, { citizenId: id, enforce: enforceStanding });
      clock.advance(1_000);
      return id;
    },
    topUp: (citizenId, choice = trader) => paidTopUp(deps, { citizenId, choice, riskLevel: 'normal' }),
    waitingTopUp: (citizenId, choice = trader) => paidTopUp(deps, { citizenId, choice, riskLevel: 'highest' }),
    letIn: (topUpId) => letIn(deps, topUpId),
    order: (buyerId, sellerId, priceMinor) => placed(deps, { buyerId, sellerId, priceMinor }),
    complete: async (orderId) => {
      const parties = await database.client.marketOrder.findUniqueOrThrow({ where: { id: orderId } });
      await database.inTransaction((tx) => deliverOrder(tx, step(orderId, parties.sellerId)));
      await database.inTransaction((tx) => confirmOrder(tx, step(orderId, parties.buyerId)));
    },
    clear: (orderId) => cleared(deps, orderId),
    send: (senderId, recipientId, amountMinor) => sent(deps, { senderId, recipientId, amountMinor }),
    dispute: (chargeId, amountMinor) => ({
      facts: {
        stripeDisputeId: `du_${randomUUID().replaceAll('-', '')}`,
        chargeId,
        amountMinor,
        ...{ currency: 'usd', reason: 'fraudulent', status: 'needs_response', evidenceDueAt: null },
      },
      money: { chargedMinor: disputeFee, refundedFeeMinor: null },
    }),
    settle,
    win: ({ facts, money }, refundedFeeMinor = disputeFee) =>
      settle({ facts: { ...facts, status: 'won' }, money: { ...money, refundedFeeMinor } }),
    repay: (citizenId, mostMinor) =>
      database.inTransaction((tx) => repayWithDucats(tx, deps, { citizenId, mostMinor, key: randomUUID() })),
    repayByCard: (citizenId, amountMinor) => paidByCard(deps, citizenId, amountMinor),
    balance,
    house: async (kind, asset) => (await accountBalance(database.client, systemAccountId(kind, asset))).balanceMinor,
    lots: (citizenId) => lotsByKind(deps, citizenId),
    assertSound: () => assertSound(deps, balance),
  };
}

async function cleared({ database, clock }: WorldDeps, id: string): Promise<void> {
  const lift = {
    reason: 'cleared for a test',
    at: clock.now(),
    ids: systemIds,
    holdUntil: null,
    isLift: true as const,
  };
  await database.inTransaction((tx) => noteHold(tx, { ...lift, source: { type: 'order', id } }));
}

async function sent(deps: WorldDeps, sending: { senderId: string; recipientId: string; amountMinor: bigint }) {
  const { senderId, recipientId: id, amountMinor } = sending;
  const { username } = await deps.database.client.citizen.findUniqueOrThrow({ where: { id } });
  await sendDucats(deps, { senderId, sending: { username, amountMinor, note: null, key: randomUUID() } });
  deps.clock.advance(1_000);
}

async function letIn(deps: WorldDeps, topUpId: string): Promise<void> {
  const review = { topUpId, by: randomUUID(), note: 'It is in order.' };
  await deps.database.inTransaction((tx) => passReview(tx, deps, review));
}

async function paidTopUp(
  deps: WorldDeps,
  { citizenId, choice, riskLevel }: { citizenId: string; choice: TopUpChoice; riskLevel: string },
): Promise<PaidTopUp> {
  const [topUpId, createdAt] = [systemIds.uuid(), deps.clock.now()];
  const quote = quoteTopUp(choice);
  const { totalMinor } = quote;
  const named = randomUUID().replaceAll('-', '');
  const payment = { topUpId, sessionId: `cs_test_${named}`, paymentIntentId: `pi_${named}`, chargeId: `ch_${named}` };
  await deps.database.client.topUp.create({
    data: {
      id: topUpId,
      citizenId,
      key: randomUUID(),
      inputHash: 'a'.repeat(64),
      ...quote,
      createdAt,
      state: 'started',
    },
  });
  const card = { riskLevel, cardFingerprint: null, paymentMethod: 'card', currency: 'usd' };
  await deps.database.inTransaction((tx) => creditTopUp(tx, deps, { ...payment, ...card, totalMinor }));
  deps.clock.advance(1_000);
  return { topUpId, chargeId: payment.chargeId, totalMinor };
}

async function placed(
  deps: WorldDeps,
  { buyerId, sellerId, priceMinor }: { buyerId: string; sellerId: string; priceMinor: bigint },
): Promise<string> {
  const { clock, ids, secret, database } = deps;
  const tools = { clock, ids, secret };
  const terms = { title: 'Goblet of cristallo', description: 'A wine goblet, blown thin.', category: 'glass' };
  const listing = publishListingInput.parse({ ...terms, key: randomUUID(), priceMinor, stock: 1 });
  const { listingId } = await database.inTransaction((tx) => publishListing(tx, { ...tools, sellerId, listing }));
  const order = { listingId, listingVersion: 1, quantity: 1, key: randomUUID() };
  const { orderId } = await database.inTransaction((tx) => placeOrder(tx, { ...tools, buyerId, order }));
  clock.advance(1_000);
  return orderId;
}

async function paidByCard(deps: DisputeDeps, citizenId: string, amountMinor: bigint): Promise<void> {
  const id = systemIds.uuid();
  await deps.database.client.debtPayment.create({
    data: { id, citizenId, key: randomUUID(), amountMinor, state: 'open', createdAt: deps.clock.now() },
  });
  const chargeId = `ch_${id.replaceAll('-', '')}`;
  await deps.database.inTransaction((tx) => bookDebtPayment(tx, deps, { debtPaymentId: id, chargeId }));
}

async function lotsByKind(deps: DisputeDeps, citizenId: string): Promise<Record<string, bigint>> {
  await projectNews(deps.database, { isFull: true });
  const { client } = deps.database;
  const account = await findAccount(client, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' });
  if (account === null) return {};
  const found: Record<string, bigint> = {};
  for (const { kind, source, amountMinor, heldUntil } of await lotsOf(client, account, { at: new Date() })) {
    const name = `${kind} of ${source.type} ${source.id} held until ${heldUntil?.toISOString() ?? 'never'}`;
    found[name] = (found[name] ?? 0n) + amountMinor;
  }
  return found;
}

/** What is owed in the rows is owed in the books; what backs ducats is what they cost; nothing is left in between. */
async function assertSound(deps: DisputeDeps, balance: DisputeWorld['balance']): Promise<void> {
  const { client } = deps.database;
  const report = await checkLedger(client);
  must(report.ok, `the books are not in order: ${JSON.stringify(report.findings, bigintText)}`);
  const house = async (kind: AccountKind, asset: Asset) =>
    (await accountBalance(client, systemAccountId(kind, asset))).balanceMinor;
  must((await house('bridge', 'USD')) === 0n, 'the bridge holds nothing');
  await projectNews(deps.database, { isFull: true });
  must((await client.lotDefect.count()) === 0, 'every unit was where it was taken from');
  const [backed] = await client.$queryRaw<{ minor: bigint }[]>`
    SELECT coalesce(sum(l.serial_until - l.serial_from), 0)::bigint AS minor
    FROM lot l JOIN lot_fact f ON f.id = l.fact_id WHERE f.kind IN ('bought', 'earned')`;
  const float = await house('ducat_float', 'USD');
  must(float * 10n === backed?.minor, `${String(float)} cents stand behind ${String(backed?.minor)} centesimi`);
  let clawbackMinor = 0n;
  const debtors = await client.debt.findMany({ distinct: ['citizenId'], select: { citizenId: true } });
  for (const { citizenId } of debtors) {
    const owed: bigint = await openDebt(client, citizenId);
    const books = await balance(citizenId, 'receivable', 'USD');
    must(books === -owed, `${citizenId} owes ${String(owed)} and the books say ${String(books)}`);
    const debts = await client.debt.findMany({ where: { citizenId, cause: 'clawback', cancelledAt: null } });
    for (const debt of debts) clawbackMinor += debt.amountMinor - debt.repaidMinor - debt.writtenOffMinor;
  }
  const [waiting] = await client.$queryRaw<{ minor: bigint }[]>`
    SELECT (coalesce(sum(u.base_minor + u.bonus_minor), 0) - coalesce(sum(taken.minor), 0))::bigint AS minor
    FROM top_up u LEFT JOIN LATERAL (
      SELECT sum(t.amount_minor - t.returned_minor) AS minor FROM ducat_taking t JOIN dispute d ON d.id = t.dispute_id
      WHERE d.top_up_id = u.id AND t.step IN ('waiting', 'waiting_bonus')) taken ON true
    WHERE u.state IN ('waiting', 'returned')`;
  const suspended = await house('suspense', 'DUCAT');
  must(suspended === waiting?.minor, `${String(suspended)} centesimi are in suspense, ${String(waiting?.minor)} wait`);
  must((await house('suspense', 'USD')) === clawbackMinor, 'what sellers wait for is in suspense');
  const [facts] = await client.$queryRaw<{ minor: bigint }[]>`
    SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM stripe_fact`;
  const fees = -(await house('dispute_fees', 'USD')) + (await owedFees(client));
  const atStripe = -(await house('stripe_balance', 'USD'));
  must(atStripe === (facts?.minor ?? 0n) - fees, `Stripe holds ${String(atStripe)}, and ${String(fees)} are fees`);
}

/** Fees of disputes that somebody owes, repaid or was let off, so that they are no expense of disputes. */
async function owedFees(client: TestDatabase['client']): Promise<bigint> {
  const rows = await client.debt.findMany({ where: { cause: 'dispute_fee', cancelledAt: null } });
  return rows.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}

function must(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}

function bigintText(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
