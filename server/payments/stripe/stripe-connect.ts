import type Stripe from 'stripe';
import { invariant } from '#server/platform/invariant.ts';
import {
  providerOf,
  type AccountAtProvider,
  type CashOutProvider,
  type PayoutAtProvider,
  type ProviderDeps,
  type ProviderOrder,
  type ProviderOutcome,
} from '#server/payments/cash-outs/cash-out-provider.ts';
import { callStripe, stripeErrorType } from './stripe-errors.ts';

/**
 * Cash-outs through Stripe Connect, also against the local sandbox: a transfer to the citizen's connected account, then a
 * payout of that account to their bank. Refuses `cash_out_off` where the settings do not allow it.
 */
export function cashOutProvider({ stripe, cashOut }: ProviderDeps): CashOutProvider {
  const name = providerOf(cashOut);
  return {
    name,
    createAccount: ({ payoutAccountId, citizenId }) => createAccount(stripe, { payoutAccountId, citizenId }),
    onboardingUrl: async ({ accountId: account, returnUrl, refreshUrl }) => {
      const links = { account, return_url: returnUrl, refresh_url: refreshUrl };
      const { url } = await callStripe(() => stripe.accountLinks.create({ ...links, type: 'account_onboarding' }));
      return url;
    },
    account: (accountId) => accountFrom(stripe, accountId),
    transfer: (order) => outcomeOf(() => stripe.transfers.create(transferOf(order), keyOf(order))),
    findTransfer: (order) => findTransfer(stripe, order),
    payOut: (order) =>
      outcomeOf(() => stripe.payouts.create(payoutOf(order), { ...keyOf(order), stripeAccount: order.accountId })),
    findPayout: (order) => findPayout(stripe, order),
    payout: (which) => payoutFrom(stripe, which),
    reverse: (order) => outcomeOf(() => stripe.transfers.createReversal(order.transferId, markOf(order), keyOf(order))),
    findReversal: async (transferId) => {
      const { data } = await callStripe(() => stripe.transfers.listReversals(transferId, { limit: 1 }));
      return data[0]?.id ?? null;
    },
  };
}

async function createAccount(
  stripe: Stripe,
  { payoutAccountId, citizenId }: { payoutAccountId: string; citizenId: string },
): Promise<string> {
  const account = await callStripe(() =>
    stripe.accounts.create(
      {
        type: 'express',
        country: 'US',
        business_type: 'individual',
        capabilities: { transfers: { requested: true } },
        // Every payout answers to one cash-out, so Stripe must not sweep the account by itself.
        settings: { payouts: { schedule: { interval: 'manual' } } },
        metadata: { payout_account_id: payoutAccountId, citizen_id: citizenId },
      },
      { idempotencyKey: payoutAccountId },
    ),
  );
  return account.id;
}

/** An account as it stands at Stripe now. */
export async function accountFrom(stripe: Stripe, accountId: string): Promise<AccountAtProvider> {
  return accountOf(await callStripe(() => stripe.accounts.retrieve(accountId)));
}

/** A payout of a connected account as it stands at Stripe now. */
export async function payoutFrom(
  stripe: Stripe,
  { accountId, payoutId }: { accountId: string; payoutId: string },
): Promise<PayoutAtProvider> {
  return payoutAt(await callStripe(() => stripe.payouts.retrieve(payoutId, {}, { stripeAccount: accountId })));
}

function accountOf(account: Stripe.Account): AccountAtProvider {
  const bank = account.external_accounts?.data.find((external) => external.object === 'bank_account');
  const due = account.requirements?.currently_due ?? [];
  const pending = account.requirements?.pending_verification ?? [];
  const isReady = account.payouts_enabled && account.capabilities?.transfers === 'active' && bank !== undefined;
  const isRefused = (account.requirements?.errors ?? []).length > 0;
  return {
    state: isReady ? 'ready' : isRefused ? 'refused' : due.length === 0 && pending.length > 0 ? 'checking' : 'open',
    isIdentityVerified: isReady && account.details_submitted && due.length === 0,
    bank:
      bank === undefined ? null : { name: bank.bank_name, last4: bank.last4, fingerprint: bank.fingerprint ?? bank.id },
  };
}

function transferOf(order: ProviderOrder): Stripe.TransferCreateParams {
  const { accountId: destination, cashOutId } = order;
  const what = { amount: centsOf(order), currency: 'usd', destination };
  return {
    ...what,
    transfer_group: groupOf(cashOutId),
    description: `CASCADE cash-out ${cashOutId}`,
    ...markOf(order),
  };
}

function payoutOf(order: ProviderOrder): Stripe.PayoutCreateParams {
  return { amount: centsOf(order), currency: 'usd', ...markOf(order) };
}

function markOf({ cashOutId }: ProviderOrder): { metadata: { cash_out_id: string } } {
  return { metadata: { cash_out_id: cashOutId } };
}

function groupOf(cashOutId: string): string {
  return `cash_out_${cashOutId}`;
}

function keyOf({ idempotencyKey }: ProviderOrder): { idempotencyKey: string } {
  return { idempotencyKey };
}

function centsOf({ amountMinor }: ProviderOrder): number {
  return Number.parseInt(String(amountMinor), 10);
}

async function findTransfer(stripe: Stripe, { cashOutId, accountId }: ProviderOrder): Promise<string | null> {
  const { data } = await callStripe(() =>
    stripe.transfers.list({ transfer_group: groupOf(cashOutId), destination: accountId, limit: 2 }),
  );
  invariant(data.length <= 1, 'a cash-out is sent once');
  return data[0]?.id ?? null;
}

const payoutsLookedThrough = 1_000;

/** Payouts cannot be searched by their mark, but one account has few. */
async function findPayout(stripe: Stripe, { cashOutId, accountId }: ProviderOrder): Promise<string | null> {
  const all = await callStripe(() =>
    stripe.payouts
      .list({ limit: 100 }, { stripeAccount: accountId })
      .autoPagingToArray({ limit: payoutsLookedThrough }),
  );
  return all.find(({ metadata }) => metadata?.['cash_out_id'] === cashOutId)?.id ?? null;
}

function payoutAt(payout: Stripe.Payout): PayoutAtProvider {
  const isOver = payout.status === 'failed' || payout.status === 'canceled';
  return {
    id: payout.id,
    status: isOver ? 'failed' : payout.status === 'paid' ? 'paid' : 'under_way',
    failureCode: isOver ? (payout.failure_code ?? payout.status) : null,
    cashOutId: payout.metadata?.['cash_out_id'] ?? null,
  };
}

export interface ListedPayout extends PayoutAtProvider {
  amountMinor: bigint;
}

/** Payouts of a connected account to its bank from a time on, at most 1,000. */
export async function payoutsFrom(
  stripe: Stripe,
  { accountId, since }: { accountId: string; since: Date },
): Promise<ListedPayout[]> {
  const created = { gte: Math.floor(since.getTime() / 1_000) };
  const all = await callStripe(() =>
    stripe.payouts
      .list({ limit: 100, created }, { stripeAccount: accountId })
      .autoPagingToArray({ limit: payoutsLookedThrough }),
  );
  return all.map((payout) => ({ ...payoutAt(payout), amountMinor: BigInt(payout.amount) }));
}

/** Refusals that end by themselves: money that is not there yet, and too many calls. */
const passingCodes: readonly string[] = ['balance_insufficient', 'rate_limit', 'lock_timeout', 'StripeRateLimitError'];
/** After these nobody knows whether the money moved. */
const unclearTypes: readonly string[] = ['StripeConnectionError', 'StripeAPIError'];
/** What is wrong is how we call, so nothing moved and everything may be tried again when it is put right. */
const ourTypes: readonly string[] = ['StripeAuthenticationError', 'StripePermissionError'];

async function outcomeOf(call: () => Promise<{ id: string }>): Promise<ProviderOutcome> {
  try {
    return { kind: 'done', id: (await call()).id };
  } catch (error) {
    const type = stripeErrorType(error);
    if (type === null) throw error;
    const { code, message } = error as { code?: unknown; message: string };
    const name = typeof code === 'string' && code !== '' ? code : type;
    // Somebody is at it with this very key: how that ends is not known here.
    if (unclearTypes.includes(type) || name === 'idempotency_key_in_use') {
      return { kind: 'unknown', message: message.slice(0, 400) };
    }
    // The same key for something else would be a second payout: a defect that must be seen.
    if (type === 'StripeIdempotencyError') throw error;
    return { kind: 'refused', code: name, isPassing: passingCodes.includes(name) || ourTypes.includes(type) };
  }
}
