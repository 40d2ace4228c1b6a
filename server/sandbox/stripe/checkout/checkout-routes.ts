import { isBankAccountNumber } from '#server/sandbox/stripe/checkout/bank-accounts.ts';
import type { Instrument } from '#server/sandbox/stripe/checkout/charge-objects.ts';
import { isCardNumber } from '#server/sandbox/stripe/checkout/cards.ts';
import { challengePage, checkoutPage, closedPage, missingPage } from '#server/sandbox/stripe/checkout/checkout-page.ts';
import type { CheckoutRecord, PayerError } from '#server/sandbox/stripe/checkout/checkout-record.ts';
import { successUrlOf } from '#server/sandbox/stripe/checkout/checkout-sessions.ts';
import { nowMs, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { redirect, type SandboxReply, type SandboxRequest } from '#server/sandbox/stripe/wire/http.ts';
import { answerChallenge, payCheckout, type PayOutcome } from '#server/sandbox/stripe/checkout/payments.ts';

/** `/c/pay/:id` and `/c/pay/:id/authenticate`, the pages a payer sees. */
export function answerCheckoutPage(sandbox: Sandbox, request: SandboxRequest): SandboxReply {
  const match = /^\/c\/pay\/(cs_test_[A-Za-z0-9]+)(\/authenticate)?$/.exec(request.path);
  const checkout = sandbox.store.get('checkout', match?.[1] ?? '');
  if (checkout === undefined) return missingPage();
  if (checkout.session.status === 'complete') return redirect(successUrlOf(checkout));
  if (checkout.session.status === 'expired') return closedPage(checkout);
  const isChallenge = match?.[2] !== undefined;
  if (request.method !== 'POST') return isChallenge ? showChallenge(checkout) : showForm(checkout, request);
  const form = new URLSearchParams(request.body);
  return isChallenge ? takeAnswer(sandbox, checkout, form) : takePayment(sandbox, checkout, form);
}

function showForm(checkout: CheckoutRecord, request: SandboxRequest): SandboxReply {
  const query = new URLSearchParams(request.query);
  const card = query.get('card') ?? '';
  return checkoutPage({
    checkout,
    prefilledCard: /^\d{12,19}$/.test(card) ? card : '',
    error: query.has('failed') ? checkout.lastError : null,
  });
}

function showChallenge(checkout: CheckoutRecord): SandboxReply {
  return checkout.challenge === null ? redirect(`/c/pay/${checkout.id}`) : challengePage(checkout);
}

function takeAnswer(sandbox: Sandbox, checkout: CheckoutRecord, form: URLSearchParams): SandboxReply {
  if (checkout.challenge === null) return redirect(`/c/pay/${checkout.id}`);
  const answer = form.get('answer') === 'complete' ? 'complete' : 'fail';
  return follow(checkout, answerChallenge(sandbox, checkout, answer));
}

function takePayment(sandbox: Sandbox, found: CheckoutRecord, form: URLSearchParams): SandboxReply {
  const instrument = form.get('method') === 'us_bank_account' ? readBankAccount(form) : readCard(sandbox, form);
  const email = found.session.customer_email ?? text(form, 'email', 512);
  const checkout: CheckoutRecord = { ...found, payer: { email, name: text(form, 'billingName', 100) } };
  const error = payerError(checkout) ?? ('field' in instrument ? instrument : null);
  if (error !== null || 'field' in instrument) {
    sandbox.store.put('checkout', checkout.id, { ...checkout, lastError: error });
    return redirect(`/c/pay/${checkout.id}?failed`);
  }
  return follow(checkout, payCheckout(sandbox, checkout, instrument));
}

function follow(checkout: CheckoutRecord, outcome: PayOutcome): SandboxReply {
  switch (outcome) {
    case 'paid':
    case 'processing':
      return redirect(successUrlOf(checkout));
    case 'authenticate':
      return redirect(`/c/pay/${checkout.id}/authenticate`);
    case 'declined':
      return redirect(`/c/pay/${checkout.id}?failed`);
  }
}

function text(form: URLSearchParams, name: string, lengthMax: number): string {
  return (form.get(name) ?? '').trim().slice(0, lengthMax);
}

function payerError(checkout: CheckoutRecord): PayerError | null {
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(checkout.payer.email)) {
    return { field: 'email', message: 'Your email is incomplete.' };
  }
  return null;
}

function readBankAccount(form: URLSearchParams): Instrument | PayerError {
  const number = text(form, 'accountNumber', 40).replace(/[\s-]/g, '');
  if (!isBankAccountNumber(number)) {
    return { field: 'accountNumber', message: 'Your account number is incomplete.' };
  }
  if (text(form, 'billingName', 100) === '') return { field: 'billingName', message: 'The name is missing.' };
  return { kind: 'us_bank_account', number };
}

function readCard(sandbox: Sandbox, form: URLSearchParams): Instrument | PayerError {
  const number = text(form, 'cardNumber', 40).replace(/[\s-]/g, '');
  if (!/^\d{12,19}$/.test(number)) return { field: 'cardNumber', message: 'Your card number is incomplete.' };
  if (!isCardNumber(number)) return { field: 'cardNumber', message: 'Your card number is invalid.' };
  const expiry = /^(\d{1,2})\s*\/?\s*(\d{2}|\d{4})$/.exec(text(form, 'cardExpiry', 9));
  const month = Number.parseInt(expiry?.[1] ?? '0', 10);
  const year = 2_000 + (Number.parseInt(expiry?.[2] ?? '0', 10) % 100);
  if (expiry === null || month < 1 || month > 12) {
    return { field: 'cardExpiry', message: "Your card's expiration date is incomplete." };
  }
  if (Date.UTC(year, month, 1) <= nowMs(sandbox)) {
    return { field: 'cardExpiry', message: "Your card's expiration year is in the past." };
  }
  if (!/^\d{3,4}$/.test(text(form, 'cardCvc', 10))) {
    return { field: 'cardCvc', message: "Your card's security code is incomplete." };
  }
  if (text(form, 'billingName', 100) === '')
    return { field: 'billingName', message: 'The name on the card is missing.' };
  return { kind: 'card', number, month, year };
}
