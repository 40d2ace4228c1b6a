import type Stripe from 'stripe';

import { testRoutingNumber } from '#server/sandbox/stripe/checkout/bank-accounts.ts';
import { fingerprintOf } from '#server/sandbox/stripe/checkout/cards.ts';
import { nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';

export const playedCapabilities = ['card_payments', 'transfers'] as const;
export type PlayedCapability = (typeof playedCapabilities)[number];

export interface AccountFacts {
  type: 'custom' | 'express' | 'standard';
  email: string | null;
  businessType: 'company' | 'individual';
  businessProfile: { name: string | null; url: string | null; product_description: string | null };
  capabilities: PlayedCapability[];
  payoutInterval: 'daily' | 'manual';
  metadata: Record<string, string>;
}

const dueAtFirst = [
  'external_account',
  'individual.dob.day',
  'individual.dob.month',
  'individual.dob.year',
  'individual.first_name',
  'individual.id_number',
  'individual.last_name',
  'tos_acceptance.date',
  'tos_acceptance.ip',
];

/** A connected account on which nobody has told anything yet. */
export function accountObject(sandbox: Sandbox, facts: AccountFacts): Stripe.Account {
  const id = newIdentifier('account');
  return {
    id,
    object: 'account',
    business_profile: { ...noProfile, ...facts.businessProfile },
    business_type: facts.businessType,
    capabilities: Object.fromEntries(facts.capabilities.map((name) => [name, 'inactive' as const])),
    charges_enabled: false,
    country: 'US',
    created: nowSeconds(sandbox),
    default_currency: 'usd',
    details_submitted: false,
    email: facts.email,
    external_accounts: { object: 'list', data: [], has_more: false, url: `/v1/accounts/${id}/external_accounts` },
    metadata: facts.metadata,
    payouts_enabled: false,
    requirements: requirements({ currently_due: dueAtFirst, disabled_reason: 'requirements.past_due' }),
    settings: settingsOf(facts.payoutInterval),
    type: facts.type,
  };
}

function settingsOf(interval: AccountFacts['payoutInterval']): Stripe.Account.Settings {
  return {
    branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
    card_payments: {
      statement_descriptor_prefix: null,
      statement_descriptor_prefix_kana: null,
      statement_descriptor_prefix_kanji: null,
    },
    dashboard: { display_name: null, timezone: 'Etc/UTC' },
    payments: {
      statement_descriptor: null,
      statement_descriptor_kana: null,
      statement_descriptor_kanji: null,
      statement_descriptor_prefix_kana: null,
      statement_descriptor_prefix_kanji: null,
    },
    payouts: {
      debit_negative_balances: true,
      schedule: { delay_days: 2, interval },
      statement_descriptor: null,
    },
  };
}

const noProfile: Stripe.Account.BusinessProfile = {
  annual_revenue: null,
  estimated_worker_count: null,
  mcc: null,
  minority_owned_business_designation: null,
  name: null,
  product_description: null,
  specified_commercial_transactions_act_url: null,
  support_address: null,
  support_email: null,
  support_phone: null,
  support_url: null,
  url: null,
};

export function requirements(state: Partial<Stripe.Account.Requirements>): Stripe.Account.Requirements {
  const due = state.currently_due ?? [];
  return {
    alternatives: [],
    current_deadline: null,
    currently_due: due,
    disabled_reason: null,
    errors: [],
    eventually_due: due,
    past_due: due,
    pending_verification: [],
    ...state,
  };
}

export function bankAccountObject(account: string, number: string, holder: string): Stripe.BankAccount {
  return {
    id: newIdentifier('bankAccount'),
    object: 'bank_account',
    account,
    account_holder_name: holder,
    account_holder_type: 'individual',
    account_type: null,
    available_payout_methods: ['standard'],
    bank_name: 'STRIPE TEST BANK',
    country: 'US',
    currency: 'usd',
    default_for_currency: true,
    fingerprint: fingerprintOf(number),
    last4: number.slice(-4),
    metadata: {},
    routing_number: testRoutingNumber,
    status: 'new',
  };
}
