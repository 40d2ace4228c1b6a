import { randomUUID } from 'node:crypto';
import { openAccount } from '#server/ledger/accounts.ts';
import { reconcile } from '#server/payments/reconciliation/reconciliation-flows.ts';
import { reconciliationCounts } from '#server/payments/reconciliation/reconciliation-queries.ts';
import { refundsOfTopUp, topUpCharge } from '#server/payments/refunds/refund-queries.ts';
import type { RefundRequest } from '#server/payments/refunds/refund-requests.ts';
import type { TopUpChoice } from '#server/payments/schema.ts';
import { projectAccounts } from '#server/provenance/project.ts';
import { lotsOf } from '#server/provenance/queries.ts';
import { books, move } from './ledger.ts';
import { starter, type OpenTopUp, type TestBridge } from './payments.ts';

/** 500 and 25 bonus ducats for 50 dollars and a fee of 1.25. */
export const explorer: TopUpChoice = { kind: 'package', packageId: 'explorer' };
export const refundCards = {
  success: '4242424242424242',
  pending: '4000000000007726',
  fails: '4000000000005126',
  disputed: '4000000000000259',
  warned: '4000000000005423',
  risky: '4000000000004954',
} as const;

export interface PaidTopUp extends OpenTopUp {
  chargeId: string;
}

/** What a test of refunds does, over one bridge. */
export interface TestRefunds {
  /** A top-up that is paid and in the books. */
  paid: (choice?: TopUpChoice, card?: string, citizenId?: string) => Promise<PaidTopUp>;
  request: (topUpId: string, more?: Partial<RefundRequest>) => RefundRequest;
  /** Moves ducats out of a wallet as a purchase does: into somebody's escrow. */
  spend: (citizenId: string, amountMinor: bigint) => Promise<void>;
  wallet: (citizenId: string) => Promise<bigint>;
  /** What a wallet holds, lot by lot: kind, charge, amount and until when. */
  lots: (citizenId: string) => Promise<{ kind: string; source: string; amountMinor: bigint; heldUntil: Date | null }[]>;
  ofTopUp: (topUpId: string) => ReturnType<typeof refundsOfTopUp>;
  /** Reads Stripe's balance and books the fees of all charges, whichever events are still on their way. */
  settleFees: () => Promise<void>;
  /** Stripe's own balance less what our books say it is: available and pending. */
  differenceToStripe: () => Promise<bigint>;
  /** No money in transit, the books equal to Stripe's to the cent and movement by movement, and lots taken as they should. */
  assertInOrder: () => Promise<void>;
}

export function testRefunds(bridge: TestBridge): TestRefunds {
  const { deps, database } = bridge;
  const walletOf = (citizenId: string) =>
    database.inTransaction((tx) => openAccount(tx, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' }));
  const differenceToStripe = async () => {
    await reconcile(deps);
    const { available, pending } = await deps.stripe.balance.retrieve();
    const atStripe = [...available, ...pending].reduce((sum, { amount }) => sum + BigInt(amount), 0n);
    return atStripe + (await bridge.house('stripe_balance', 'USD'));
  };
  return {
    paid: async (choice = starter, card = refundCards.success, citizenId) => {
      const topUp = await bridge.start(choice, citizenId);
      bridge.pay(topUp.sessionId, card);
      await bridge.delivered('checkout.session.completed', topUp.sessionId);
      await bridge.drain();
      return { ...topUp, chargeId: (await topUpCharge(database.client, topUp.topUpId))?.id ?? '' };
    },
    request: (topUpId, more = {}) => ({
      topUpId,
      priceMinor: null,
      origin: 'operator',
      reason: 'requested_by_customer',
      policy: 'refuse',
      note: 'A test asked for it.',
      by: null,
      key: randomUUID(),
      ...more,
    }),
    spend: async (citizenId, amountMinor) => {
      const owner = randomUUID();
      const escrow = await database.inTransaction((tx) => openAccount(tx, { owner, kind: 'escrow', asset: 'DUCAT' }));
      const request = move({ from: await walletOf(citizenId), to: escrow, amountMinor, kind: 'purchase' });
      const [result] = await books(database).post([request]);
      if (result?.status !== 'created') throw new Error('there was not enough to spend');
    },
    wallet: (citizenId) => bridge.balance(citizenId, 'wallet', 'DUCAT'),
    lots: async (citizenId) => {
      const accountId = await walletOf(citizenId);
      await database.inTransaction((tx) => projectAccounts(tx, [accountId]));
      const lots = await lotsOf(database.client, accountId, { at: deps.clock.now() });
      return lots.map(({ kind, source, amountMinor, heldUntil }) => ({
        kind,
        source: source.id,
        amountMinor,
        heldUntil,
      }));
    },
    ofTopUp: (topUpId) => refundsOfTopUp(database.client, topUpId),
    settleFees: async () => {
      await reconcile(deps);
    },
    differenceToStripe,
    assertInOrder: async () => {
      await bridge.assertBooksInOrder();
      const inTransit = await bridge.house('refund_in_transit', 'USD');
      if (inTransit !== 0n) throw new Error(`${String(inTransit)} cents are left in transit`);
      const difference = await differenceToStripe();
      if (difference !== 0n) throw new Error(`Stripe has ${String(difference)} cents more than the books`);
      const { matched, overdue: _overdue, ...open } = await reconciliationCounts(database.client, deps.clock.now());
      if (matched === 0 || Object.values(open).some((count) => count > 0)) {
        throw new Error(`Stripe's movements and the facts do not agree: ${JSON.stringify(open)}`);
      }
      const defects = await database.client.lotDefect.findMany({ take: 10 });
      if (defects.length > 0) throw new Error(`lots were not taken as they should: ${JSON.stringify(defects)}`);
    },
  };
}
