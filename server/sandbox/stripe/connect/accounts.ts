import type Stripe from 'stripe';

import {
  accountObject,
  bankAccountObject,
  playedCapabilities,
  requirements,
  type PlayedCapability,
} from '#server/sandbox/stripe/connect/account-objects.ts';
import { nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { emitEvent } from '#server/sandbox/stripe/state/events.ts';
import {
  invalidRequest,
  missingParameter,
  noSuch,
  notPlayed,
  stateRefusal,
} from '#server/sandbox/stripe/wire/errors.ts';
import { listPage } from '#server/sandbox/stripe/wire/lists.ts';
import type { Parameters } from '#server/sandbox/stripe/wire/parameters.ts';
import { listOf, oneOf, type ApiCall, type Route } from '#server/sandbox/stripe/wire/route.ts';

export const accountRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/accounts', run: createAccount },
  { method: 'GET', path: '/v1/accounts', run: listOf({ kind: 'account', url: '/v1/accounts' }) },
  { method: 'GET', path: '/v1/accounts/:id', run: oneOf('account', 'account') },
  { method: 'POST', path: '/v1/accounts/:id', run: updateAccount },
  { method: 'DELETE', path: '/v1/accounts/:id', run: deleteAccount },
  {
    method: 'GET',
    path: '/v1/accounts/:id/external_accounts',
    run: (sandbox, { id, input }) => {
      const kind = input.choice('object', ['bank_account', 'card']);
      const accounts = findAccount(sandbox, id).external_accounts?.data ?? [];
      const wanted = accounts.filter((account) => kind === undefined || account.object === kind);
      return listPage(wanted, input, `/v1/accounts/${id}/external_accounts`);
    },
  },
];

export function findAccount(sandbox: Sandbox, id: string, param = 'id'): Stripe.Account {
  const account = sandbox.store.get('account', id);
  if (account === undefined) throw noSuch(param === 'destination' ? 'destination' : 'account', id, param);
  return account;
}

function createAccount(sandbox: Sandbox, { input }: ApiCall): Stripe.Account {
  const type = input.choice('type', ['custom', 'express', 'standard']);
  if (type === undefined) throw missingParameter('type');
  const country = input.text('country') ?? 'US';
  if (country !== 'US') throw notPlayed('country');
  const account = accountObject(sandbox, {
    type,
    email: input.email('email') ?? null,
    businessType: input.choice('business_type', ['company', 'individual']) ?? 'individual',
    businessProfile: readProfile(input),
    capabilities: readCapabilities(input),
    payoutInterval: readInterval(input),
    metadata: input.metadata(),
  });
  input.finish();
  sandbox.store.put('account', account.id, account);
  return account;
}

function readProfile(input: Parameters): {
  name: string | null;
  url: string | null;
  product_description: string | null;
} {
  const profile = input.child('business_profile');
  return {
    name: profile?.text('name') ?? null,
    url: profile?.url('url') ?? null,
    product_description: profile?.text('product_description', 40_000) ?? null,
  };
}

/** Nobody but the control page ever sweeps an account here, whatever its schedule says. */
function readInterval(input: Parameters): 'daily' | 'manual' {
  const schedule = input.child('settings')?.child('payouts')?.child('schedule');
  return schedule?.choice('interval', ['daily', 'manual']) ?? 'daily';
}

function readCapabilities(input: Parameters): PlayedCapability[] {
  const given = input.child('capabilities');
  return playedCapabilities.filter((name) => given?.child(name)?.boolean('requested') === true);
}

function updateAccount(sandbox: Sandbox, { id, input, cause }: ApiCall): Stripe.Account {
  const account = findAccount(sandbox, id);
  const email = input.email('email');
  const profile = input.has('business_profile') ? readProfile(input) : null;
  const added = Object.fromEntries(
    readCapabilities(input).map((name) => [
      name,
      account.payouts_enabled ? ('active' as const) : ('inactive' as const),
    ]),
  );
  const to: Partial<Stripe.Account> = {
    metadata: input.metadata(account.metadata),
    capabilities: { ...added, ...account.capabilities },
    ...(email === undefined ? {} : { email }),
    ...(profile === null || account.business_profile === undefined || account.business_profile === null
      ? {}
      : { business_profile: { ...account.business_profile, ...profile } }),
  };
  input.finish();
  const updated = { ...account, ...to };
  sandbox.store.put('account', id, updated);
  emitEvent(sandbox, { type: 'account.updated', object: updated, account: id, cause });
  return updated;
}

function deleteAccount(sandbox: Sandbox, { id, input }: ApiCall): object {
  const account = findAccount(sandbox, id);
  input.finish();
  const { availableCents, pendingCents } = sandbox.balances.of(id, nowSeconds(sandbox));
  if (availableCents !== 0 || pendingCents !== 0) {
    throw stateRefusal('This account cannot be deleted while its balance is not zero.');
  }
  sandbox.store.remove('account', account.id);
  return { id, object: 'account', deleted: true };
}

/** What the account holder types on the onboarding page. */
export interface Onboarding {
  holder: string;
  bankAccount: string;
  /** Nine digits; 111111111 does not match, as in Stripe's test mode. */
  idNumber: string;
}

const unmatchedIdNumber = '111111111';

/** The holder has told everything; Stripe goes on to verify who they are. */
export function submitDetails(sandbox: Sandbox, accountId: string, onboarding: Onboarding): void {
  const account = findAccount(sandbox, accountId, 'account');
  const bank = bankAccountObject(accountId, onboarding.bankAccount, onboarding.holder);
  sandbox.store.putIn(accountId, 'bankAccount', { id: bank.id, value: bank });
  const url = `/v1/accounts/${accountId}/external_accounts`;
  const isMatched = onboarding.idNumber !== unmatchedIdNumber;
  change(sandbox, account, {
    details_submitted: true,
    external_accounts: { object: 'list', data: [bank], has_more: false, url },
    requirements: requirements({
      disabled_reason: 'requirements.pending_verification',
      pending_verification: ['individual.id_number'],
    }),
  });
  emitEvent(sandbox, { type: 'account.external_account.created', object: bank, account: accountId });
  sandbox.scheduler.plan(isMatched ? 'verify_account' : 'doubt_account', accountId, sandbox.options.balanceDelayMs);
}

/** Identity verified: the account may be paid, and may pay out. */
export function verifyAccount(sandbox: Sandbox, accountId: string): void {
  const account = sandbox.store.get('account', accountId);
  if (account === undefined) return;
  const capabilities = { ...account.capabilities };
  for (const name of playedCapabilities) if (capabilities[name] !== undefined) capabilities[name] = 'active';
  change(sandbox, account, {
    capabilities,
    charges_enabled: capabilities.card_payments === 'active',
    payouts_enabled: true,
    requirements: requirements({}),
  });
}

/** What the holder told does not match any register: a document is needed. */
export function doubtAccount(sandbox: Sandbox, accountId: string): void {
  const account = sandbox.store.get('account', accountId);
  if (account === undefined) return;
  const requirement = 'individual.verification.document';
  const capabilities = { ...account.capabilities };
  for (const name of playedCapabilities) if (capabilities[name] !== undefined) capabilities[name] = 'inactive';
  change(sandbox, account, {
    capabilities,
    charges_enabled: false,
    payouts_enabled: false,
    requirements: requirements({
      currently_due: [requirement],
      disabled_reason: 'requirements.past_due',
      errors: [
        {
          code: 'verification_failed_keyed_identity',
          reason: 'The person’s keyed-in identity information could not be verified.',
          requirement,
        },
      ],
    }),
  });
}

function change(sandbox: Sandbox, account: Stripe.Account, to: Partial<Stripe.Account>): void {
  const changed = { ...account, ...to };
  const names = Object.keys(to) as (keyof Stripe.Account)[];
  sandbox.store.put('account', account.id, changed);
  emitEvent(sandbox, {
    type: 'account.updated',
    object: changed,
    previous: Object.fromEntries(names.map((name) => [name, account[name]])),
    account: account.id,
  });
}

/** The bank account that payouts of this account go to; the platform's own exists from the beginning. */
export function payoutBankOf(sandbox: Sandbox, account: string): Stripe.BankAccount {
  const [bank] = sandbox.store.find('bankAccount', {}, account);
  if (bank !== undefined) return bank;
  if (account !== '') throw invalidRequest("Sorry, you don't have any external accounts in that currency (usd).");
  return setPlatformBank(sandbox, '000123456789');
}

export function setPlatformBank(sandbox: Sandbox, number: string): Stripe.BankAccount {
  const bank = bankAccountObject('', number, 'CASCADE');
  sandbox.store.put('bankAccount', bank.id, bank);
  return bank;
}
