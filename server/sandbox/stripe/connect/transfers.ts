import type Stripe from 'stripe';

import { chargeBlanks } from '#server/sandbox/stripe/checkout/charge-objects.ts';
import { findAccount } from '#server/sandbox/stripe/connect/accounts.ts';
import { nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { bookMovement } from '#server/sandbox/stripe/money/balances.ts';
import { availableOnOf, bookedCharge } from '#server/sandbox/stripe/money/charge-booking.ts';
import { checkAvailable } from '#server/sandbox/stripe/money/payouts.ts';
import { emitEvent } from '#server/sandbox/stripe/state/events.ts';
import { idOf, newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';
import { platformAccount } from '#server/sandbox/stripe/state/store.ts';
import { invalidRequest, missingParameter, noSuch, stateRefusal } from '#server/sandbox/stripe/wire/errors.ts';
import { listPage } from '#server/sandbox/stripe/wire/lists.ts';
import type { Parameters } from '#server/sandbox/stripe/wire/parameters.ts';
import { listOf, oneOf, type ApiCall, type Route } from '#server/sandbox/stripe/wire/route.ts';

export const transferRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/transfers', run: createTransfer },
  {
    method: 'GET',
    path: '/v1/transfers',
    run: listOf({ kind: 'transfer', url: '/v1/transfers', fields: ['destination', 'transfer_group'] }),
  },
  { method: 'GET', path: '/v1/transfers/:id', run: oneOf('transfer', 'transfer') },
  { method: 'POST', path: '/v1/transfers/:id', run: updateTransfer },
  { method: 'POST', path: '/v1/transfers/:id/reversals', run: createReversal },
  {
    method: 'GET',
    path: '/v1/transfers/:id/reversals',
    run: (sandbox, { id, input }) =>
      listPage(findTransfer(sandbox, id).reversals.data, input, `/v1/transfers/${id}/reversals`),
  },
  {
    method: 'GET',
    path: '/v1/transfers/:id/reversals/:id',
    run: (sandbox, { id, ids: [, reversalId = ''], input }) => {
      input.finish();
      const found = findTransfer(sandbox, id).reversals.data.find((reversal) => reversal.id === reversalId);
      if (found === undefined) throw noSuch('transfer reversal', reversalId);
      return found;
    },
  },
];

const cents = { min: 1, max: 99_999_999 };

function findTransfer(sandbox: Sandbox, id: string): Stripe.Transfer {
  const transfer = sandbox.store.get('transfer', id);
  if (transfer === undefined) throw noSuch('transfer', id);
  return transfer;
}

interface TransferFacts {
  amountCents: number;
  destination: string;
  charge: Stripe.Charge | null;
  description: string | null;
  transferGroup: string | null;
  metadata: Record<string, string>;
}

function createTransfer(sandbox: Sandbox, { input, cause }: ApiCall): Stripe.Transfer {
  const facts = readTransfer(sandbox, input);
  const account = findAccount(sandbox, facts.destination, 'destination');
  if (account.capabilities?.transfers !== 'active') {
    throw stateRefusal(
      'Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments',
      { code: 'insufficient_capabilities_for_transfer' },
    );
  }
  if (facts.charge === null) checkAvailable(sandbox, platformAccount, facts.amountCents);
  const transfer = transferObject(sandbox, facts);
  sandbox.store.put('transfer', transfer.id, transfer);
  emitEvent(sandbox, { type: 'transfer.created', object: transfer, cause });
  return transfer;
}

function readTransfer(sandbox: Sandbox, input: Parameters): TransferFacts {
  if (input.currency() === undefined) throw missingParameter('currency');
  const destination = input.requiredText('destination');
  const sourceId = input.text('source_transaction');
  const source = sourceId === undefined ? null : sandbox.store.getIn(platformAccount, 'charge', sourceId);
  if (source === undefined) throw noSuch('charge', sourceId ?? '', 'source_transaction');
  const amount = input.integer('amount', cents) ?? source?.amount;
  if (amount === undefined) throw missingParameter('amount');
  const facts = {
    amountCents: amount,
    destination,
    description: input.text('description', 1_000) ?? null,
    transferGroup: input.text('transfer_group') ?? source?.transfer_group ?? null,
    metadata: input.metadata(),
  };
  input.choice('source_type', ['bank_account', 'card', 'fpx']);
  input.finish();
  if (source === null) return { ...facts, charge: null };
  checkSource(sandbox, source, amount);
  return { ...facts, charge: bookedCharge(sandbox, source) };
}

/** All transfers of one charge together are at most the charge. */
function checkSource(sandbox: Sandbox, charge: Stripe.Charge, amount: number): void {
  const about = { param: 'source_transaction' };
  if (!charge.paid) throw stateRefusal(`Charge ${charge.id} has not succeeded.`, about);
  const transfers = sandbox.store.find('transfer', { source_transaction: charge.id });
  const usedCents = transfers.reduce((sum, transfer) => sum + transfer.amount - transfer.amount_reversed, 0);
  if (usedCents + amount > charge.amount) {
    throw stateRefusal('The transfers of a charge cannot be more than the charge.', about);
  }
}

function transferObject(sandbox: Sandbox, facts: TransferFacts): Stripe.Transfer {
  const id = newIdentifier('transfer');
  const availableOn = facts.charge === null ? nowSeconds(sandbox) : availableOnOf(sandbox, facts.charge);
  const transaction = bookMovement(sandbox, {
    type: 'transfer',
    category: 'transfer',
    source: id,
    amountCents: -facts.amountCents,
    description: facts.description,
    availableOn,
  });
  return {
    id,
    object: 'transfer',
    amount: facts.amountCents,
    amount_reversed: 0,
    balance_transaction: transaction.id,
    created: nowSeconds(sandbox),
    currency: 'usd',
    description: facts.description,
    destination: facts.destination,
    destination_payment: arrive(sandbox, { ...facts, transferId: id, availableOn }),
    livemode: false,
    metadata: facts.metadata,
    reversals: { object: 'list', data: [], has_more: false, url: `/v1/transfers/${id}/reversals` },
    reversed: false,
    source_transaction: facts.charge?.id ?? null,
    source_type: 'card',
    transfer_group: facts.transferGroup,
  };
}

/** On the connected account the transfer arrives as a payment. */
function arrive(sandbox: Sandbox, facts: TransferFacts & { transferId: string; availableOn: number }): string {
  const { destination: account, amountCents } = facts;
  const id = newIdentifier('destinationPayment');
  const transaction = bookMovement(sandbox, {
    account,
    type: 'payment',
    category: 'charge',
    source: id,
    amountCents,
    description: facts.description,
    availableOn: facts.availableOn,
  });
  const payment: Stripe.Charge = {
    ...chargeBlanks,
    id,
    object: 'charge',
    amount: amountCents,
    amount_captured: amountCents,
    balance_transaction: transaction.id,
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    captured: true,
    created: nowSeconds(sandbox),
    currency: 'usd',
    customer: null,
    description: facts.description,
    failure_code: null,
    failure_message: null,
    metadata: {},
    outcome: null,
    paid: true,
    payment_intent: null,
    payment_method: null,
    payment_method_details: { type: 'stripe_account' },
    receipt_email: null,
    source_transfer: facts.transferId,
    statement_descriptor_suffix: null,
    status: 'succeeded',
  };
  sandbox.store.putIn(account, 'charge', { id, value: payment });
  emitEvent(sandbox, { type: 'charge.succeeded', object: payment, account });
  return id;
}

function updateTransfer(sandbox: Sandbox, { id, input, cause }: ApiCall): Stripe.Transfer {
  const transfer = findTransfer(sandbox, id);
  const description = input.unsettable('description', 1_000);
  const updated: Stripe.Transfer = {
    ...transfer,
    metadata: input.metadata(transfer.metadata),
    ...(description === undefined ? {} : { description }),
  };
  input.finish();
  sandbox.store.put('transfer', id, updated);
  emitEvent(sandbox, { type: 'transfer.updated', object: updated, cause });
  return updated;
}

function createReversal(sandbox: Sandbox, { id, input, cause }: ApiCall): Stripe.TransferReversal {
  const transfer = findTransfer(sandbox, id);
  const leftCents = transfer.amount - transfer.amount_reversed;
  const amount = input.integer('amount', cents) ?? leftCents;
  const description = input.text('description', 1_000) ?? null;
  const metadata = input.metadata();
  input.finish();
  if (leftCents === 0) throw invalidRequest(`Transfer ${id} is already fully reversed.`);
  if (amount > leftCents) {
    throw stateRefusal('The reversal amount is greater than the unreversed amount of the transfer.', {
      param: 'amount',
    });
  }
  const account = idOf(transfer.destination);
  const { availableCents, pendingCents } = sandbox.balances.of(account, nowSeconds(sandbox));
  if (availableCents + pendingCents < amount) {
    throw stateRefusal('The connected account has insufficient funds for this reversal.', {
      code: 'balance_insufficient',
    });
  }
  const reversal = reversalObject(sandbox, transfer, { amountCents: amount, description, metadata });
  const reversed: Stripe.Transfer = {
    ...transfer,
    amount_reversed: transfer.amount_reversed + amount,
    reversed: amount === leftCents,
    reversals: { ...transfer.reversals, data: [reversal, ...transfer.reversals.data] },
  };
  sandbox.store.put('transfer', id, reversed);
  emitEvent(sandbox, { type: 'transfer.reversed', object: reversed, cause });
  return reversal;
}

function reversalObject(
  sandbox: Sandbox,
  transfer: Stripe.Transfer,
  {
    amountCents,
    description,
    metadata,
  }: { amountCents: number; description: string | null; metadata: Record<string, string> },
): Stripe.TransferReversal {
  const id = newIdentifier('transferReversal');
  const refundId = newIdentifier('destinationRefund');
  const text = description ?? `REVERSAL OF ${transfer.id}`;
  const transaction = bookMovement(sandbox, {
    type: 'transfer_refund',
    category: 'transfer_reversal',
    source: id,
    amountCents,
    description: text,
  });
  bookMovement(sandbox, {
    account: idOf(transfer.destination),
    type: 'payment_refund',
    category: 'refund',
    source: refundId,
    amountCents: -amountCents,
    description: text,
  });
  return {
    id,
    object: 'transfer_reversal',
    amount: amountCents,
    balance_transaction: transaction.id,
    created: nowSeconds(sandbox),
    currency: 'usd',
    destination_payment_refund: refundId,
    metadata,
    source_refund: null,
    transfer: transfer.id,
  };
}
