import type { ClosingPart } from '#server/citizens/closing.ts';
import { paged, type PersonalDataSource } from '#server/citizens/personal-data.ts';
import type { ClosingObstacle } from '#server/citizens/schema.ts';
import { findAccount } from '#server/ledger/accounts.ts';
import { accountKinds } from '#server/ledger/kinds.ts';
import { accountBalance } from '#server/ledger/queries.ts';
import type { Db } from '#server/platform/db.ts';
import { cashOutsOf } from '#server/payments/cash-outs/cash-out-queries.ts';
import { openCashOutStates } from '#server/payments/cash-outs/cash-out-schema.ts';
import { debtParts } from '#server/payments/disputes/debt-personal-data.ts';
import { topUpsOf, walletStatement } from './queries.ts';
import { ownRefunds } from '#server/payments/refunds/refund-queries.ts';

const pageMax = 100;
/** Subscriptions and monthly invoices are few. */
const rowsMax = 1_000;
const unfinished = ['started', 'open', 'processing', 'waiting'];

/** Money and payments on their way keep an account open. */
export const paymentsClosing: ClosingPart = {
  obstacles: async (db, citizenId) => {
    const topUps = await db.topUp.count({ where: { citizenId, state: { in: unfinished } } });
    const refunds = await db.refund.count({ where: { citizenId, state: { in: ['requested', 'sent'] } } });
    const open = topUps + refunds;
    const found: ClosingObstacle[] = open === 0 ? [] : [{ code: 'top_ups_open', count: open }];
    const cashOuts = await db.cashOut.count({ where: { citizenId, state: { in: [...openCashOutStates] } } });
    if (cashOuts > 0) found.push({ code: 'cash_outs_open', count: cashOuts });
    const subscriptions = await db.subscription.count({ where: { citizenId, state: { in: ['open', 'live'] } } });
    if (subscriptions > 0) found.push({ code: 'subscription_live', count: subscriptions });
    const accounts = await accountsWithMoney(db, citizenId);
    return accounts === 0 ? found : [{ code: 'balance_left', count: accounts }, ...found];
  },
  withdraw: () => Promise.resolve(),
};

/** In how many of their accounts, of whatever kind, a citizen has or owes money. */
async function accountsWithMoney(db: Db, owner: string): Promise<number> {
  let count = 0;
  for (const { name: kind, asset, perOwner } of accountKinds) {
    if (!perOwner) continue;
    const accountId = await findAccount(db, { owner, kind, asset });
    if (accountId === null) continue;
    const { balanceMinor, reservedMinor } = await accountBalance(db, accountId);
    if (balanceMinor !== 0n || reservedMinor !== 0n) count += 1;
  }
  return count;
}

/** Payments with cards, and the entries of the wallet. */
export const paymentsData: PersonalDataSource = {
  covers: [
    'TopUp.citizenId',
    'Refund.citizenId',
    'LedgerAccount.owner',
    'CashOut.citizenId',
    'PayoutAccount.citizenId',
    'Dispute.citizenId',
    'Debt.citizenId',
    'DebtPayment.citizenId',
    'DebtRepayment.citizenId',
    'DucatTaking.citizenId',
    'DebtWriteOff.citizenId',
    'Subscription.citizenId',
    'StripeObject.citizenId',
  ],
  parts: [
    {
      name: 'topUps',
      rows: (db, { citizenId }) =>
        paged(async (cursor) => {
          const { topUps, nextCursor } = await topUpsOf(db, { citizenId, cursor, limit: pageMax });
          return { items: topUps, nextCursor };
        }),
    },
    { name: 'subscriptions', rows: (db, { citizenId }) => subscriptions(db, citizenId) },
    { name: 'subscriptionInvoices', rows: (db, { citizenId }) => subscriptionInvoices(db, citizenId) },
    { name: 'atStripe', rows: (db, { citizenId }) => atStripe(db, citizenId) },
    {
      name: 'refunds',
      rows: (db, { citizenId }) =>
        paged(async (cursor) => {
          const { refunds, nextCursor } = await ownRefunds(db, { citizenId, cursor, limit: pageMax });
          return { items: refunds, nextCursor };
        }),
    },
    ...debtParts,
    {
      name: 'cashOuts',
      rows: (db, { citizenId }) =>
        paged(async (cursor) => {
          const { cashOuts, nextCursor } = await cashOutsOf(db, { citizenId, cursor, limit: pageMax });
          return { items: cashOuts, nextCursor };
        }),
    },
    {
      name: 'payoutAccounts',
      rows: (db, { citizenId }) =>
        paged(async () => {
          const items = await db.payoutAccount.findMany({
            where: { citizenId },
            take: pageMax,
            select: { provider: true, state: true, bankName: true, bankLast4: true, createdAt: true },
          });
          return { items, nextCursor: null };
        }),
    },
    {
      name: 'statement',
      rows: (db, { citizenId }) =>
        paged(async (cursor) => {
          const before = cursor === undefined ? null : BigInt(cursor);
          const { entries, nextCursor } = await walletStatement(db, { citizenId, cursor: before, limit: pageMax });
          return { items: entries, nextCursor: nextCursor === null ? null : String(nextCursor) };
        }),
    },
  ],
};

async function* subscriptions(db: Db, citizenId: string): AsyncGenerator<object, void> {
  yield* await db.subscription.findMany({
    where: { citizenId },
    orderBy: { id: 'asc' },
    take: rowsMax,
    select: {
      id: true,
      tier: true,
      priceMinor: true,
      state: true,
      stripeSubscriptionId: true,
      stripeStatus: true,
      periodEnd: true,
      endsAt: true,
      failingSince: true,
      graceUntil: true,
      createdAt: true,
      startedAt: true,
      endedAt: true,
    },
  });
}

async function* subscriptionInvoices(db: Db, citizenId: string): AsyncGenerator<object, void> {
  yield* await db.subscriptionInvoice.findMany({
    where: { subscription: { citizenId } },
    orderBy: { id: 'asc' },
    take: rowsMax,
    select: {
      number: true,
      state: true,
      amountMinor: true,
      taxMinor: true,
      refundedMinor: true,
      issuedAt: true,
      paidAt: true,
      subscriptionId: true,
    },
  });
}

/** Under which name the card service knows the citizen. */
async function* atStripe(db: Db, citizenId: string): AsyncGenerator<object, void> {
  yield* await db.stripeObject.findMany({
    where: { citizenId },
    take: pageMax,
    select: { purpose: true, stripeId: true, createdAt: true },
  });
}
