import type Stripe from 'stripe';

import { offeredPrices } from '#server/sandbox/stripe/billing/portal.ts';
import { periodOf, productName } from '#server/sandbox/stripe/billing/subscription-objects.ts';
import type { Sandbox } from '#server/sandbox/stripe/context.ts';
import { dollars, html, page, type Markup } from '#server/sandbox/stripe/pages/page-layout.ts';
import { idOf } from '#server/sandbox/stripe/state/identifiers.ts';
import type { SandboxReply } from '#server/sandbox/stripe/wire/http.ts';

const invoicesShown = 20;

/** The portal: plans with what may be done to them, the saved card, the invoices. */
export function portalPage(sandbox: Sandbox, session: Stripe.BillingPortal.Session, query: string): SandboxReply {
  const { store } = sandbox;
  const parameters = new URLSearchParams(query);
  const problem = parameters.get('problem');
  const subscriptions = store.find('subscription', { customer: session.customer });
  const current = subscriptions.filter(({ status }) => status !== 'canceled');
  const body = html`<main class="console">
    ${session.return_url !== null && html`<a class="back" href="${session.return_url}"><span aria-hidden="true">←</span> Back to CASCADE</a>`}
    <h1>Your plan and billing</h1>
    <div role="status">${parameters.has('done') && html`<p>Done.</p>`}</div>
    ${problem !== null && html`<div class="alert" role="alert">${problem}</div>`}
    <section aria-labelledby="plans">
      <h2 id="plans">Current plan</h2>
      ${current.length === 0 ? html`<p class="muted">You have no plan. Choose one in CASCADE.</p>` : current.map((one) => plan(sandbox, session, one))}
    </section>
    ${card(sandbox, session)} ${invoices(sandbox, session)}
  </main>`;
  const formOrigins = session.return_url === null ? [] : [new URL(session.return_url).origin];
  return page({ title: 'Billing · Stripe sandbox', body, formOrigins });
}

function plan(sandbox: Sandbox, session: Stripe.BillingPortal.Session, subscription: Stripe.Subscription): Markup {
  const [item] = subscription.items.data;
  if (item === undefined) return html``;
  const features = sandbox.store.get('portalConfiguration', idOf(session.configuration))?.features;
  const until = new Date(periodOf(subscription).end * 1_000).toISOString().slice(0, 10);
  const others = offeredPrices(sandbox, features).filter((id) => id !== item.price.id);
  const mayCancel = features?.subscription_cancel.enabled !== false;
  return html`<p>
      <strong>${productName(sandbox, item)}</strong>, ${dollars(item.price.unit_amount ?? 0)} per
      ${item.price.recurring?.interval ?? 'month'}
    </p>
    <p class="muted">
      ${subscription.status === 'past_due' ? 'The last payment failed.' : 'Active.'}
      ${subscription.cancel_at_period_end ? `Ends on ${until}.` : `Renews on ${until}.`}
    </p>
    <div class="tools">
      ${others.map((id) => change(sandbox, subscription, id))}
      ${subscription.cancel_at_period_end ? button(subscription, 'resume', 'Keep plan') : mayCancel && button(subscription, 'cancel', 'Cancel plan')}
    </div>`;
}

function change(sandbox: Sandbox, subscription: Stripe.Subscription, priceId: string): Markup {
  const price = sandbox.store.get('price', priceId);
  const name = sandbox.store.get('product', idOf(price?.product))?.name ?? 'Plan';
  const label = `Change to ${name}, ${dollars(price?.unit_amount ?? 0)} per ${price?.recurring?.interval ?? 'month'}`;
  return button(subscription, 'change', label, html`<input type="hidden" name="price" value="${priceId}" />`);
}

function button(subscription: Stripe.Subscription, what: string, ...[label, more]: [string, Markup?]): Markup {
  return html`<form method="post">
    <input type="hidden" name="do" value="${what}" />
    <input type="hidden" name="subscription" value="${subscription.id}" />
    ${more ?? null}<button type="submit">${label}</button>
  </form>`;
}

function card(sandbox: Sandbox, session: Stripe.BillingPortal.Session): Markup {
  const methods = sandbox.store.find('paymentMethod', { customer: session.customer });
  const [latest] = methods;
  return html`<section aria-labelledby="card">
    <h2 id="card">Payment method</h2>
    <p class="muted">
      ${latest?.card === undefined ? 'No card is saved.' : `${latest.card.brand} ending in ${latest.card.last4}`}
    </p>
    <form class="tools" method="post">
      <input type="hidden" name="do" value="card" />
      <div class="field wide">
        <label for="cardNumber">New card number</label>
        <input id="cardNumber" name="cardNumber" inputmode="numeric" autocomplete="cc-number" required maxlength="23" />
      </div>
      <button type="submit">Save card</button>
    </form>
  </section>`;
}

function invoices(sandbox: Sandbox, session: Stripe.BillingPortal.Session): Markup {
  const found = sandbox.store.find('invoice', { customer: session.customer }).slice(0, invoicesShown);
  return html`<section aria-labelledby="invoices">
    <h2 id="invoices">Invoices</h2>
    ${found.length === 0 && html`<p class="muted">No invoice yet: they appear with your first payment.</p>`}
    <ul class="plain">
      ${found.map((invoice) => {
        const day = new Date(invoice.created * 1_000).toISOString().slice(0, 10);
        return html`<li>
          ${day}: ${invoice.number ?? 'draft'}, <span class="amount">${dollars(invoice.amount_due)}</span>,
          ${invoice.status}
        </li>`;
      })}
    </ul>
  </section>`;
}
