import { testBankAccounts } from '#server/sandbox/stripe/checkout/bank-accounts.ts';
import { testCards } from '#server/sandbox/stripe/checkout/cards.ts';
import type { CheckoutRecord, LineItemView, PayerError } from '#server/sandbox/stripe/checkout/checkout-record.ts';
import type { SandboxReply } from '#server/sandbox/stripe/wire/http.ts';
import { dollars, html, page, type Markup } from '#server/sandbox/stripe/pages/page-layout.ts';

export interface CheckoutView {
  checkout: CheckoutRecord;
  prefilledCard: string;
  error: PayerError | null;
}

/** The hosted page: what is bought on the left, the card on the right. */
export function checkoutPage(view: CheckoutView): SandboxReply {
  const { checkout, error } = view;
  const total = dollars(checkout.session.amount_total ?? 0);
  const body = html` <div class="checkout">
    <section class="summary" aria-labelledby="summary-title">
      <div class="column">
        ${backLink(checkout)}
        <h1 id="summary-title">Pay CASCADE</h1>
        <p class="total" data-testid="total">${total}</p>
        <ul class="items">
          ${checkout.lineItems.map(lineItem)}
        </ul>
        <div class="sum"><span>Total due</span><span class="amount">${total}</span></div>
      </div>
    </section>
    <main class="payment">
      <div class="column">
        <h2>Pay with card</h2>
        ${error?.field === 'payment' && html`<div class="alert" role="alert" id="payment-error" tabindex="-1" autofocus>${error.message}</div>`}
        ${payForm(view, total)} ${cardHints(checkout)} ${takesBank(checkout) && bankForm(view, total)}
      </div>
    </main>
  </div>`;
  const title = error === null ? 'Pay CASCADE · Stripe sandbox' : 'Payment not made · Stripe sandbox';
  return page({ title, body, formOrigins: shopOrigins(checkout) });
}

/** The card form sends the browser on to the shop, which the policy must name. */
export function shopOrigins(checkout: CheckoutRecord): string[] {
  const { success_url: successUrl, cancel_url: cancelUrl } = checkout.session;
  const urls = [successUrl, cancelUrl].filter((url) => url !== null);
  return [...new Set(urls.map((url) => new URL(url).origin))];
}

function backLink(checkout: CheckoutRecord): Markup {
  const url = checkout.session.cancel_url;
  if (url === null) return html``;
  return html`<a class="back" href="${url}"><span aria-hidden="true">←</span> Back to CASCADE</a>`;
}

function lineItem(view: LineItemView): Markup {
  const { item, productName, productDescription } = view;
  const quantity = item.quantity ?? 1;
  return html`<li>
    <span>${productName}</span><span class="amount">${dollars(item.amount_total)}</span>
    ${productDescription !== null && html`<span class="description muted small">${productDescription}</span>`}
    ${quantity > 1 && html`<span class="description muted small">${quantity} × ${dollars(item.price.unit_amount ?? 0)}</span>`}
  </li>`;
}

function payForm({ checkout, prefilledCard, error }: CheckoutView, total: string): Markup {
  const isKnownEmail = checkout.session.customer_email !== null;
  const isPrefilled = prefilledCard !== '';
  const field = (name: PayerError['field'], label: string, attributes: Markup): Markup => {
    const problem = error?.field === name ? error.message : null;
    const invalid = problem !== null && html`aria-invalid="true" aria-describedby="${name}-problem" autofocus`;
    return html`<div class="field">
      <label for="${name}">${label}</label>
      <input id="${name}" name="${name}" required ${attributes} ${invalid} />
      ${problem !== null && html`<span class="problem" id="${name}-problem" role="alert">${problem}</span>`}
    </div>`;
  };
  return html`<form class="pay" method="post" action="/c/pay/${checkout.id}" novalidate>
    ${field('email', 'Email', html`type="email" autocomplete="email" value="${checkout.payer.email}" ${isKnownEmail && html`readonly`}`)}
    ${field('cardNumber', 'Card number', html`inputmode="numeric" autocomplete="cc-number" placeholder="1234 1234 1234 1234" maxlength="23" value="${grouped(prefilledCard)}"`)}
    <div class="pair">
      ${field('cardExpiry', 'Expiry (MM / YY)', html`inputmode="numeric" autocomplete="cc-exp" placeholder="MM / YY" maxlength="9" value="${isPrefilled && '12 / 34'}"`)}
      ${field('cardCvc', 'Security code', html`inputmode="numeric" autocomplete="cc-csc" placeholder="CVC" maxlength="4" value="${isPrefilled && '123'}"`)}
    </div>
    ${field('billingName', 'Name on card', html`autocomplete="cc-name" maxlength="100" value="${checkout.payer.name}"`)}
    <button class="primary" type="submit">Pay ${total}</button>
  </form>`;
}

function takesBank(checkout: CheckoutRecord): boolean {
  return checkout.session.payment_method_types.includes('us_bank_account');
}

/** A debit that takes days: the shop must wait until it has really been paid. */
function bankForm({ checkout, error }: CheckoutView, total: string): Markup {
  const problem = error?.field === 'accountNumber' ? error.message : null;
  return html`<h2 class="other">Or pay from a US bank account</h2>
    <form class="pay" method="post" action="/c/pay/${checkout.id}" novalidate>
      <input type="hidden" name="method" value="us_bank_account" />
      <div class="field">
        <label for="bank-email">Email for the debit</label>
        <input
          id="bank-email"
          name="email"
          type="email"
          autocomplete="email"
          required
          value="${checkout.payer.email}"
        />
      </div>
      <div class="field">
        <label for="accountNumber">Account number</label>
        <input
          id="accountNumber"
          name="accountNumber"
          inputmode="numeric"
          required
          value="000123456789"
          ${problem !== null && html`aria-invalid="true" aria-describedby="accountNumber-problem" autofocus`}
        />
        ${problem !== null && html`<span class="problem" id="accountNumber-problem" role="alert">${problem}</span>`}
      </div>
      <div class="field">
        <label for="bank-name">Name of the account holder</label>
        <input
          id="bank-name"
          name="billingName"
          autocomplete="name"
          required
          maxlength="100"
          value="${checkout.payer.name}"
        />
      </div>
      <button type="submit">Debit ${total}</button>
    </form>
    <p class="small muted">${testBankAccounts.map((account) => html`${account.number}: ${account.hint}. `)}</p>`;
}

function cardHints(checkout: CheckoutRecord): Markup {
  const cards = testCards.map(
    (card) =>
      html`<li>
        <a href="/c/pay/${checkout.id}?card=${card.number}">
          <span class="number">${grouped(card.number)}</span><span class="muted small">${card.hint}</span></a
        >
      </li>`,
  );
  return html`<details open>
    <summary>Test cards (choose one to fill it in)</summary>
    <ul class="cards">
      ${cards}
    </ul>
  </details>`;
}

function grouped(number: string): string {
  return number.replace(/(\d{4})(?=\d)/g, '$1 ');
}

/** The bank's page of 3-D Secure: the payer proves who they are, or fails to. */
export function challengePage(checkout: CheckoutRecord): SandboxReply {
  const action = `/c/pay/${checkout.id}/authenticate`;
  const body = html`<main class="challenge">
    <h1>3-D Secure: confirm this payment</h1>
    <p class="muted">This page plays the bank of the card. Choose how the check ends.</p>
    <dl>
      <dt>Merchant</dt>
      <dd>CASCADE</dd>
      <dt>Amount</dt>
      <dd>${dollars(checkout.session.amount_total ?? 0)}</dd>
    </dl>
    <form method="post" action="${action}">
      <div class="choices">
        <button class="primary" type="submit" name="answer" value="complete">Complete authentication</button>
        <button type="submit" name="answer" value="fail">Fail authentication</button>
      </div>
    </form>
  </main>`;
  return page({ title: '3-D Secure · Stripe sandbox', body, formOrigins: shopOrigins(checkout) });
}

export function closedPage(checkout: CheckoutRecord): SandboxReply {
  const body = html`<main class="challenge">
    <h1>This checkout session has expired</h1>
    <p class="muted">Nothing was charged. Go back and start again.</p>
    ${backLink(checkout)}
  </main>`;
  return page({ title: 'Session expired · Stripe sandbox', body });
}

export function missingPage(): SandboxReply {
  const body = html`<main class="challenge">
    <h1>There is no such page</h1>
    <p class="muted">The link may be old, or the sandbox may have been started afresh.</p>
  </main>`;
  return page({ title: 'Not found · Stripe sandbox', body, status: 404 });
}
