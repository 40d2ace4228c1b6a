import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import type { TrustLevel } from '#server/citizens/trust-rules.ts';
import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { post } from '#server/ledger/transfers.ts';
import { approveAndSend, requestCashOut, type CashOutDeps } from '#server/payments/cash-outs/cash-out-flows.ts';
import { fulfil } from '#server/payments/flows.ts';
import { startOnboarding, syncPayoutAccount } from '#server/payments/cash-outs/payout-account-flows.ts';
import type { Database } from '#server/platform/db.ts';
import { noteLotFacts } from '#server/provenance/notes.ts';
import { ledgerClock } from './ledger-clock.ts';
import { move, transferId } from './ledger.ts';
import { testBridge, type TestBridge } from './payments.ts';

const dayMs = 86_400_000;
/** Money of this card is available at once. */
const quickCard = '4000000000000077';
const houseTopUpsUsdMinor = 400_000n;

export interface Earning {
  ducatsMinor: bigint;
  /** What paid for it. */
  paidWith?: 'bought' | 'granted';
  holdUntil?: Date | null;
}

/** Everything a cash-out needs: a house with money at Stripe, sellers with earnings and bank accounts. */
export interface TestCashOuts {
  bridge: TestBridge;
  deps: CashOutDeps;
  /** Cleared earnings, and a bank account that is old enough; where not said otherwise, level 3. */
  seller(options?: { level?: Exclude<TrustLevel, 4>; ducatsMinor?: bigint; bankAccount?: string }): Promise<string>;
  /** Moves the clocks of the product and of the ledger. */
  advance(days: number): Promise<void>;
  earn(citizenId: string, earning: Earning): Promise<void>;
  /** Dollars of the house at Stripe, available. */
  fillHouse(): Promise<void>;
  onboard(citizenId: string, bankAccount?: string): Promise<string>;
  request(citizenId: string, ducatsMinor: bigint): Promise<string>;
  operator(): Promise<string>;
  /** As many operators as it needs say yes, and it is sent. */
  approve(cashOutId: string): Promise<void>;
  state(cashOutId: string): Promise<string>;
  wallet(citizenId: string): Promise<bigint>;
  /** What the bank answers arrives here. */
  bankAnswers(cashOutId: string): Promise<void>;
  transfersOf(cashOutId: string): Promise<Stripe.Transfer[]>;
}

export async function testCashOuts(): Promise<TestCashOuts> {
  const bridge = await testBridge();
  const { database, clock, sandbox } = bridge;
  const setup = {
    provider: 'sandbox',
    acknowledgement: '',
    stripeKey: 'sk_test_x',
    stripeApiUrl: sandbox.url,
  } as const;
  const deps: CashOutDeps = { ...bridge.deps, cashOut: setup };
  const ledger = ledgerClock(database);
  let movedMs = 0;
  const now = () => Date.now() + movedMs;
  const operator = () => bridge.citizen(null);
  const onboard = (citizenId: string, bankAccount?: string) => onboardAt(bridge, deps, { citizenId, bankAccount });
  const earn = (citizenId: string, earning: Earning) => earnDucats(database, citizenId, earning);
  return {
    bridge,
    deps,
    operator,
    onboard,
    earn,
    advance: async (days) => {
      movedMs += days * dayMs;
      await ledger.advance(days * 86_400);
      clock.set(new Date(now()));
    },
    seller: async ({ level = 3, ducatsMinor = 1_000_00n, bankAccount } = {}) => {
      const citizenId = await bridge.citizen(level);
      clock.set(new Date(now() - 8 * dayMs));
      await onboard(citizenId, bankAccount);
      clock.set(new Date(now()));
      await bridge.refreshTrust(citizenId);
      await earn(citizenId, { ducatsMinor });
      return citizenId;
    },
    fillHouse: async () => {
      const { sessionId } = await bridge.start({ kind: 'custom', priceMinor: houseTopUpsUsdMinor });
      bridge.pay(sessionId, quickCard);
      sandbox.control({ action: 'advance_clock', seconds: 1 });
      await fulfil(deps, { sessionId });
    },
    request: async (citizenId, ducatsMinor) =>
      (await requestCashOut(deps, { citizenId, ducatsMinor, key: randomUUID() })).cashOutId,
    approve: async (cashOutId) => {
      const { approvalsNeeded } = await database.client.cashOut.findUniqueOrThrow({ where: { id: cashOutId } });
      for (let count = 0; count < approvalsNeeded; count += 1) {
        await approveAndSend(deps, { cashOutId, operatorId: await operator() });
      }
    },
    state: async (id) => (await database.client.cashOut.findUniqueOrThrow({ where: { id } })).state,
    wallet: (citizenId) => bridge.balance(citizenId, 'wallet', 'DUCAT'),
    bankAnswers: (cashOutId) => bankAnswers(bridge, cashOutId),
    transfersOf: async (cashOutId) =>
      (await deps.stripe.transfers.list({ transfer_group: `cash_out_${cashOutId}`, limit: 10 })).data,
  };
}

async function onboardAt(
  { sandbox, database }: TestBridge,
  deps: CashOutDeps,
  { citizenId, bankAccount }: { citizenId: string; bankAccount?: string | undefined },
): Promise<string> {
  await startOnboarding({ ...deps, appUrl: 'http://127.0.0.1:9' }, { citizenId });
  const { stripeAccountId } = await database.client.payoutAccount.findFirstOrThrow({ where: { citizenId } });
  const account = stripeAccountId ?? '';
  sandbox.control({ action: 'onboard', account, ...(bankAccount === undefined ? {} : { bankAccount }) });
  sandbox.control({ action: 'advance_clock', seconds: 1 });
  await syncPayoutAccount(deps, { citizenId });
  return account;
}

/** A sale as the books see it: somebody's ducats through an order's escrow into the wallet. */
function earnDucats(database: Database, citizenId: string, earning: Earning): Promise<void> {
  const { ducatsMinor: amountMinor, paidWith = 'bought', holdUntil = null } = earning;
  const [paid, sold, order] = [transferId(), transferId(), randomUUID()];
  const treasury = systemAccountId('treasury', 'DUCAT');
  return database.inTransaction(async (tx) => {
    const buyer = await openAccount(tx, { owner: randomUUID(), kind: 'wallet', asset: 'DUCAT' });
    const escrow = await openAccount(tx, { owner: order, kind: 'escrow', asset: 'DUCAT' });
    const wallet = await openAccount(tx, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' });
    const facts = { holdUntil: null, expiresAt: null };
    await noteLotFacts(tx, [
      { transferId: paid, kind: paidWith, source: { type: 'charge', id: paid }, ...facts },
      { transferId: sold, kind: 'earned', source: { type: 'order', id: order }, ...facts, holdUntil },
    ]);
    await post(tx, [
      move({ from: systemAccountId('issuance', 'DUCAT'), to: treasury, amountMinor, kind: 'mint' }),
      move({ id: paid, from: treasury, to: buyer, amountMinor, kind: 'top_up_base' }),
      move({ from: buyer, to: escrow, amountMinor, kind: 'purchase' }),
      move({ id: sold, from: escrow, to: wallet, amountMinor, kind: 'sale_payout' }),
    ]);
  });
}

async function bankAnswers(bridge: TestBridge, id: string): Promise<void> {
  const { sandbox, database } = bridge;
  const { stripePayoutId } = await database.client.cashOut.findUniqueOrThrow({ where: { id } });
  const payoutId = stripePayoutId ?? '';
  sandbox.control({ action: 'arrive', payout: payoutId });
  const told = sandbox.events().findLast(({ event }) => /^payout\.(paid|failed)$/.test(event.type))?.event;
  if (told === undefined) throw new Error('the bank said nothing');
  await bridge.delivered(told.type, payoutId);
  await bridge.drain();
}

/** A database that dies at the n-th transaction from now, before it has done anything: as a killed process would. */
export function dyingAt(database: Database, transaction: number): Database {
  let count = 0;
  return {
    ...database,
    inTransaction: (work) => {
      count += 1;
      return count === transaction ? Promise.reject(new Error('killed')) : database.inTransaction(work);
    },
  };
}
