import type Stripe from 'stripe';
import { cashOutAcknowledgement } from '#server/platform/env.ts';
import { refuse, type DomainError } from '#server/platform/errors.ts';

/**
 * Who pays citizens out. Exchanging virtual currency for money is a regulated business, so the product pays nobody in
 * earnest unless the operator has said, in so many words, that they may.
 */
export type CashOutProviderName = 'sandbox' | 'stripe_connect';

export interface CashOutSetup {
  provider: CashOutProviderName | 'off';
  acknowledgement: string;
  stripeKey: string;
  /** Base address of a sandbox; undefined where calls go to Stripe itself. */
  stripeApiUrl: string | undefined;
}

/** Refuses `cash_out_off` unless this setup may pay citizens out. */
export function providerOf(setup: CashOutSetup): CashOutProviderName {
  switch (setup.provider) {
    case 'sandbox':
      if (!setup.stripeKey.includes('_test_') || !isLoopback(setup.stripeApiUrl)) throw cashOutOff();
      return 'sandbox';
    case 'stripe_connect':
      if (setup.acknowledgement !== cashOutAcknowledgement) throw cashOutOff();
      return 'stripe_connect';
    case 'off':
      throw cashOutOff();
  }
}

function isLoopback(url: string | undefined): boolean {
  return url !== undefined && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}

function cashOutOff(): DomainError {
  return refuse('forbidden', 'cash_out_off', 'Cash-outs are not offered here.');
}

/** Where a citizen's account at the provider stands. */
export interface AccountAtProvider {
  state: 'open' | 'checking' | 'refused' | 'ready';
  isIdentityVerified: boolean;
  bank: { name: string | null; last4: string; fingerprint: string } | null;
}

/** One payment to one citizen. Whatever is sent for it carries its id, so that it can be found again. */
export interface ProviderOrder {
  cashOutId: string;
  accountId: string;
  amountMinor: bigint;
  /** The same for every repetition of one try. */
  idempotencyKey: string;
}

/** How a call that moves money ended: only `refused` says for sure that nothing moved. */
export type ProviderOutcome =
  | { kind: 'done'; id: string }
  | { kind: 'refused'; code: string; isPassing: boolean }
  | { kind: 'unknown'; message: string };

export interface PayoutAtProvider {
  id: string;
  status: 'under_way' | 'paid' | 'failed';
  failureCode: string | null;
  cashOutId: string | null;
}

export interface CashOutProvider {
  readonly name: CashOutProviderName;
  createAccount(input: { payoutAccountId: string; citizenId: string }): Promise<string>;
  onboardingUrl(input: { accountId: string; returnUrl: string; refreshUrl: string }): Promise<string>;
  account(accountId: string): Promise<AccountAtProvider>;
  /** From the house to the citizen's account at the provider. */
  transfer(order: ProviderOrder): Promise<ProviderOutcome>;
  findTransfer(order: ProviderOrder): Promise<string | null>;
  /** From there to their bank. */
  payOut(order: ProviderOrder): Promise<ProviderOutcome>;
  findPayout(order: ProviderOrder): Promise<string | null>;
  payout(input: { accountId: string; payoutId: string }): Promise<PayoutAtProvider>;
  /** What the bank would not have goes back to the house. */
  reverse(order: ProviderOrder & { transferId: string }): Promise<ProviderOutcome>;
  findReversal(transferId: string): Promise<string | null>;
}

/** What of the context says who pays. */
export interface ProviderDeps {
  stripe: Stripe;
  cashOut: CashOutSetup;
}
