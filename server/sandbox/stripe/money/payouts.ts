import type Stripe from 'stripe';

import { testBankAccounts } from '#server/sandbox/stripe/checkout/bank-accounts.ts';
import { fingerprintOf } from '#server/sandbox/stripe/checkout/cards.ts';
import { payoutBankOf } from '#server/sandbox/stripe/connect/accounts.ts';
import { nowSeconds, type Cause, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { bookMovement } from '#server/sandbox/stripe/money/balances.ts';
import { emitEvent, type EventType } from '#server/sandbox/stripe/state/events.ts';
import { idOf, newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';
import { platformAccount } from '#server/sandbox/stripe/state/store.ts';
import { invalidRequest, missingParameter, noSuch, stateRefusal } from '#server/sandbox/stripe/wire/errors.ts';
import { readCreated } from '#server/sandbox/stripe/wire/lists.ts';
import { listOf, oneOf, type ApiCall, type Route } from '#server/sandbox/stripe/wire/route.ts';

export const payoutRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/payouts', isForAccounts: true, run: createPayout },
  {
    method: 'GET',
    path: '/v1/payouts',
    isForAccounts: true,
    run: (sandbox, call) => {
      const { createdMin: arrivalMin, createdMax: arrivalMax } = readCreated(call.input, 'arrival_date');
      return listOf({
        kind: 'payout',
        url: '/v1/payouts',
        fields: ['destination', 'status'],
        matches: () => (payout) => payout.arrival_date >= arrivalMin && payout.arrival_date <= arrivalMax,
      })(sandbox, call);
    },
  },
  { method: 'GET', path: '/v1/payouts/:id', isForAccounts: true, run: oneOf('payout', 'payout') },
  { method: 'POST', path: '/v1/payouts/:id', isForAccounts: true, run: updatePayout },
  { method: 'POST', path: '/v1/payouts/:id/cancel', isForAccounts: true, run: cancelPayout },
];

const daySeconds = 86_400;
const arrivalDays = 2;
/** How long a payout can still be cancelled. */
const sentAfterMs = 60_000;

/** Refuses to take more than is available, in Stripe's words. */
export function checkAvailable(sandbox: Sandbox, account: string, amountCents: number): void {
  const { availableCents } = sandbox.balances.of(account, nowSeconds(sandbox));
  if (availableCents >= amountCents) return;
  throw stateRefusal(
    'You have insufficient available funds in your Stripe account. Try adding funds directly to your available balance ' +
      'by creating Charges using the 4000000000000077 test card. See: https://stripe.com/docs/testing#available-balance',
    { code: 'balance_insufficient' },
  );
}

function createPayout(sandbox: Sandbox, { account, input, cause }: ApiCall): Stripe.Payout {
  const amountCents = input.requiredInteger('amount', { min: 1, max: 99_999_999 });
  if (input.currency() === undefined) throw missingParameter('currency');
  const method = input.choice('method', ['instant', 'standard']) ?? 'standard';
  if (method === 'instant') throw stateRefusal('Instant payouts are not played by this sandbox.', { param: 'method' });
  input.choice('source_type', ['bank_account', 'card', 'fpx']);
  const wish = {
    amountCents,
    description: input.text('description', 1_000) ?? null,
    statementDescriptor: input.text('statement_descriptor', 22) ?? null,
    metadata: input.metadata(),
  };
  const destination = input.text('destination');
  input.finish();
  checkAllowed(sandbox, account);
  const bank = payoutBankOf(sandbox, account);
  if (destination !== undefined && destination !== bank.id)
    throw noSuch('external account', destination, 'destination');
  checkAvailable(sandbox, account, amountCents);
  return startPayout(sandbox, account, { ...wish, bank, cause, automatic: false });
}

function checkAllowed(sandbox: Sandbox, account: string): void {
  if (account === platformAccount || sandbox.store.get('account', account)?.payouts_enabled === true) return;
  throw stateRefusal('Cannot create payouts: this account has requirements that need to be collected.', {
    code: 'payouts_not_allowed',
  });
}

interface PayoutFacts {
  amountCents: number;
  description: string | null;
  statementDescriptor: string | null;
  metadata: Record<string, string>;
  bank: Stripe.BankAccount;
  automatic: boolean;
  cause?: Cause;
}

function startPayout(sandbox: Sandbox, account: string, facts: PayoutFacts): Stripe.Payout {
  const created = nowSeconds(sandbox);
  const id = newIdentifier('payout');
  const transaction = bookMovement(sandbox, {
    account,
    type: 'payout',
    category: 'payout',
    source: id,
    amountCents: -facts.amountCents,
    description: facts.description ?? 'STRIPE PAYOUT',
  });
  const payout: Stripe.Payout = {
    id,
    object: 'payout',
    amount: facts.amountCents,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: created - (created % daySeconds) + arrivalDays * daySeconds,
    automatic: facts.automatic,
    balance_transaction: transaction.id,
    created,
    currency: 'usd',
    description: facts.description ?? 'STRIPE PAYOUT',
    destination: facts.bank.id,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: facts.metadata,
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: facts.automatic ? 'completed' : 'not_applicable',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: facts.statementDescriptor,
    status: 'pending',
    trace_id: null,
    type: 'bank_account',
  };
  sandbox.store.putIn(account, 'payout', { id, value: payout });
  const { cause } = facts;
  emitEvent(sandbox, { type: 'payout.created', object: payout, account, ...(cause === undefined ? {} : { cause }) });
  sandbox.scheduler.plan('send_payout', id, sentAfterMs);
  sandbox.scheduler.planAt('end_payout', id, payout.arrival_date * 1_000);
  return payout;
}

/** Stripe's own sweep: everything available is paid out, and the payout names the transactions it is made of. */
export function sweepBalance(sandbox: Sandbox, account: string): Stripe.Payout {
  checkAllowed(sandbox, account);
  const { store } = sandbox;
  const now = nowSeconds(sandbox);
  const { availableCents } = sandbox.balances.of(account, now);
  if (availableCents <= 0) throw invalidRequest('There is nothing available to pay out.');
  const swept = new Set(store.all('payoutContents').flatMap((contents) => contents.transactions));
  const transactions = store
    .find('balanceTransaction', {}, account)
    .filter((transaction) => transaction.available_on <= now && !swept.has(transaction.id));
  const bank = payoutBankOf(sandbox, account);
  const payout = startPayout(sandbox, account, {
    amountCents: availableCents,
    description: null,
    statementDescriptor: null,
    metadata: {},
    bank,
    automatic: true,
  });
  const contents = [...transactions.map(({ id }) => id), idOf(payout.balance_transaction)];
  store.put('payoutContents', payout.id, { payout: payout.id, transactions: contents });
  emitEvent(sandbox, { type: 'payout.reconciliation_completed', object: payout, account });
  return payout;
}

function findPayout(sandbox: Sandbox, { account, id }: Pick<ApiCall, 'account' | 'id'>): Stripe.Payout {
  const payout = sandbox.store.getIn(account, 'payout', id);
  if (payout === undefined) throw noSuch('payout', id);
  return payout;
}

function updatePayout(sandbox: Sandbox, call: ApiCall): Stripe.Payout {
  const payout = findPayout(sandbox, call);
  const metadata = call.input.metadata(payout.metadata ?? {});
  call.input.finish();
  return change(sandbox, payout, { type: 'payout.updated', to: { metadata }, cause: call.cause });
}

function cancelPayout(sandbox: Sandbox, call: ApiCall): Stripe.Payout {
  const payout = findPayout(sandbox, call);
  call.input.finish();
  if (payout.status !== 'pending') throw stateRefusal('Payouts can only be canceled while they are pending.');
  const to = { status: 'canceled', failure_balance_transaction: giveBack(sandbox, payout, 'payout_cancel') };
  return change(sandbox, payout, { type: 'payout.canceled', to, cause: call.cause });
}

/** The money is on its way to the bank. */
export function sendPayout(sandbox: Sandbox, payoutId: string): void {
  const payout = sandbox.store.get('payout', payoutId);
  if (payout?.status === 'pending') change(sandbox, payout, { type: 'payout.updated', to: { status: 'in_transit' } });
}

/** The day of arrival: the bank takes the money, or its account number says why not. */
export function endPayout(sandbox: Sandbox, payoutId: string): void {
  const payout = sandbox.store.get('payout', payoutId);
  if (payout?.status !== 'pending' && payout?.status !== 'in_transit') return;
  const failure = failureOf(sandbox, payout);
  if (failure === null) change(sandbox, payout, { type: 'payout.paid', to: { status: 'paid' } });
  else failWith(sandbox, payout, failure);
}

function failureOf(sandbox: Sandbox, payout: Stripe.Payout): { code: string; message: string } | null {
  const bank = sandbox.store.get('bankAccount', idOf(payout.destination));
  const known = testBankAccounts.find(({ number }) => fingerprintOf(number) === bank?.fingerprint);
  return known?.payoutFailure ?? null;
}

const failureMessages: Record<string, string> = {
  ...Object.fromEntries(
    testBankAccounts.flatMap(({ payoutFailure: failure }) =>
      failure === null ? [] : [[failure.code, failure.message]],
    ),
  ),
  could_not_process: 'The bank was unable to process this payout.',
  declined: 'The bank has declined this transfer. Please contact your bank before retrying.',
  bank_account_restricted: 'The bank account has restrictions on either the type, or the number, of payouts allowed.',
};

/** The bank returns a payout, also days after it was paid. */
export function failPayout(sandbox: Sandbox, payoutId: string, code = 'could_not_process'): Stripe.Payout {
  const payout = sandbox.store.get('payout', payoutId);
  if (payout === undefined) throw noSuch('payout', payoutId, 'payout');
  const message = failureMessages[code];
  if (message === undefined) throw invalidRequest(`Choose one of ${Object.keys(failureMessages).join(', ')}.`);
  if (payout.status === 'failed' || payout.status === 'canceled')
    throw invalidRequest('This payout has already ended.');
  return failWith(sandbox, payout, { code, message });
}

function failWith(sandbox: Sandbox, payout: Stripe.Payout, failure: { code: string; message: string }): Stripe.Payout {
  sandbox.scheduler.cancel('end_payout', payout.id);
  const to = {
    status: 'failed',
    failure_code: failure.code,
    failure_message: failure.message,
    failure_balance_transaction: giveBack(sandbox, payout, 'payout_failure'),
  };
  return change(sandbox, payout, { type: 'payout.failed', to });
}

function giveBack(sandbox: Sandbox, payout: Stripe.Payout, type: 'payout_cancel' | 'payout_failure'): string {
  const transaction = bookMovement(sandbox, {
    account: sandbox.store.accountOf('payout', payout.id),
    type,
    category: 'payout_reversal',
    source: payout.id,
    amountCents: payout.amount,
    description: type === 'payout_cancel' ? 'PAYOUT CANCEL' : 'PAYOUT FAILURE',
  });
  return transaction.id;
}

function change(
  sandbox: Sandbox,
  payout: Stripe.Payout,
  { type, to, cause }: { type: EventType; to: Partial<Stripe.Payout>; cause?: Cause },
): Stripe.Payout {
  const changed = { ...payout, ...to };
  const names = Object.keys(to) as (keyof Stripe.Payout)[];
  const previous = Object.fromEntries(names.map((name) => [name, payout[name]]));
  const account = sandbox.store.accountOf('payout', payout.id);
  sandbox.store.put('payout', payout.id, changed);
  emitEvent(sandbox, { type, object: changed, previous, account, ...(cause === undefined ? {} : { cause }) });
  return changed;
}
