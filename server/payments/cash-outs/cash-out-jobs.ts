import { advanceCashOut, callMsMax, lookUpCashOut, preparePayout, type CashOutDeps } from './cash-out-flows.ts';
import { prepareAccountState } from './payout-account-flows.ts';
import { attemptsLoggedAs } from '#server/payments/attempts.ts';

const attempt = attemptsLoggedAs('a cash-out could not be taken on');

const batchMax = 100;
/** How long a payout may say nothing before it is asked for. */
const bankAskMs = 10 * 60_000;
const accountAskMs = 10 * 60_000;

/**
 * Takes cash-outs on: calls that are due are made, those whose process died are looked up, and banks and accounts of which
 * no event came are asked about. One that fails does not keep the others waiting.
 */
export async function workOnCashOuts(deps: CashOutDeps): Promise<void> {
  if (deps.cashOut.provider === 'off') return;
  const now = deps.clock.now();
  const { client } = deps.database;
  const due = await client.cashOut.findMany({
    where: {
      AND: [
        { OR: [{ state: 'approved' }, { state: 'processing', stepStartedAt: null, step: { not: 'bank' } }] },
        { OR: [{ nextTryAt: null }, { nextTryAt: { lte: now } }] },
      ],
    },
    orderBy: { id: 'asc' },
    take: batchMax,
    select: { id: true },
  });
  for (const { id } of due) await attempt(id, () => advanceCashOut(deps, id));
  const stale = await client.cashOut.findMany({
    where: { state: 'processing', stepStartedAt: { lt: new Date(now.getTime() - callMsMax) } },
    orderBy: { id: 'asc' },
    take: batchMax,
    select: { id: true },
  });
  for (const { id } of stale) await attempt(id, () => lookUpCashOut(deps, { cashOutId: id }));
  await askBanks(deps, now);
  await askAccounts(deps, now);
}

/** Payouts are asked about in turn, so that a lost event is found without asking for all of them every minute. */
async function askBanks(deps: CashOutDeps, now: Date): Promise<void> {
  const waiting = await deps.database.client.cashOut.findMany({
    where: { state: 'processing', step: 'bank', acceptedAt: { lt: new Date(now.getTime() - bankAskMs) } },
    orderBy: { id: 'asc' },
    take: batchMax,
    select: { id: true, stripeAccountId: true, stripePayoutId: true },
  });
  for (const { id, stripeAccountId: accountId, stripePayoutId: payoutId } of waiting) {
    await attempt(id, async () => {
      const effect = payoutId === null ? null : await preparePayout(deps, { accountId, payoutId });
      if (effect !== null) await deps.database.inTransaction(effect);
    });
  }
}

async function askAccounts(deps: CashOutDeps, now: Date): Promise<void> {
  const unsettled = await deps.database.client.payoutAccount.findMany({
    where: {
      state: { in: ['open', 'checking'] },
      OR: [{ syncedAt: null }, { syncedAt: { lt: new Date(now.getTime() - accountAskMs) } }],
    },
    orderBy: { syncedAt: { sort: 'asc', nulls: 'first' } },
    take: batchMax,
    select: { stripeAccountId: true },
  });
  for (const { stripeAccountId } of unsettled) {
    if (stripeAccountId === null) continue;
    await attempt(stripeAccountId, async () => {
      const effect = await prepareAccountState(deps, stripeAccountId);
      if (effect !== null) await deps.database.inTransaction(effect);
    });
  }
}
