import type { CashOutDeps } from './cash-out-flows.ts';
import type { Effect, PaymentDeps } from '#server/payments/flows.ts';
import { beginPayoutAccount, recordAccountState, recordPayoutAccount } from './payout-accounts.ts';
import { accountFrom, cashOutProvider } from '#server/payments/stripe/stripe-connect.ts';
import { refreshTrustOf } from '#server/citizens/trust-flows.ts';
import { enforceStanding } from '#server/payments/trust-enforcement.ts';

/**
 * Leads a citizen to the provider's own page, where they say who they are and to which bank they are paid; also to change
 * it. The row is the intent, its id the provider's key, so that nobody has two accounts.
 * Refuses `cash_out_off` and `stripe_unavailable`.
 */
export async function startOnboarding(
  deps: CashOutDeps & { appUrl: string },
  { citizenId }: { citizenId: string },
): Promise<{ url: string }> {
  const provider = cashOutProvider(deps);
  const begin = { citizenId, provider: provider.name };
  const { id, stripeAccountId } = await deps.database.inTransaction((tx) => beginPayoutAccount(tx, deps, begin));
  const accountId = stripeAccountId ?? (await provider.createAccount({ payoutAccountId: id, citizenId }));
  if (stripeAccountId === null) {
    await deps.database.inTransaction((tx) => recordPayoutAccount(tx, { id, stripeAccountId: accountId }));
  }
  const page = `${deps.appUrl}/wallet/cash-out`;
  const url = await provider.onboardingUrl({
    accountId,
    returnUrl: `${page}?back=yes`,
    refreshUrl: `${page}?again=yes`,
  });
  return { url };
}

/** Fetches an account fresh and says what must be written. Null for one that is none of ours. */
export async function prepareAccountState(deps: PaymentDeps, stripeAccountId: string): Promise<Effect | null> {
  const known = await deps.database.client.payoutAccount.findUnique({
    where: { stripeAccountId },
    select: { id: true },
  });
  if (known === null) return null;
  const account = await accountFrom(deps.stripe, stripeAccountId);
  return async (tx) => {
    await recordAccountState(tx, deps, { stripeAccountId, account });
  };
}

/** Asks the provider how a citizen's account stands, for whoever comes back from its page. */
export async function syncPayoutAccount(deps: CashOutDeps, { citizenId }: { citizenId: string }): Promise<void> {
  const provider = cashOutProvider(deps).name;
  const row = await deps.database.client.payoutAccount.findUnique({
    where: { citizenId_provider: { citizenId, provider } },
    select: { stripeAccountId: true },
  });
  const accountId = row?.stripeAccountId ?? null;
  if (accountId === null) return;
  const effect = await prepareAccountState(deps, accountId);
  if (effect === null) return;
  await deps.database.inTransaction(effect);
  await refreshTrustOf(deps, { citizenId, enforce: enforceStanding });
}
