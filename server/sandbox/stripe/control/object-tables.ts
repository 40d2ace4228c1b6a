import type Stripe from 'stripe';

import type { Sandbox } from '#server/sandbox/stripe/context.ts';
import { isClosed } from '#server/sandbox/stripe/money/disputes.ts';
import { button, table, timeOf } from '#server/sandbox/stripe/control/parts.ts';
import { dollars, html, type Markup } from '#server/sandbox/stripe/pages/page-layout.ts';
import { idOf } from '#server/sandbox/stripe/state/identifiers.ts';
import type { RecordKind, Records } from '#server/sandbox/stripe/state/store.ts';

const rowsShown = 20;

interface TableRules<K extends RecordKind> {
  kind: K;
  title: string;
  empty: string;
  heads: readonly string[];
  row: (record: Records[K]) => Markup;
}

function section<K extends RecordKind>(sandbox: Sandbox, { kind, title, empty, heads, row }: TableRules<K>): Markup {
  const rows = sandbox.store.latest(kind, rowsShown).map(row);
  return html`<section aria-labelledby="${kind}">
    <h2 id="${kind}">${title}</h2>
    ${rows.length === 0 ? html`<p class="muted">${empty}</p>` : table(title, heads, rows)}
  </section>`;
}

const money = (cents: number): Markup =>
  html`<span class="amount">${cents < 0 && '−'}${dollars(Math.abs(cents))}</span>`;

/** Everything money did, each with what can be made to happen to it. */
export function objectTables(sandbox: Sandbox): Markup {
  return html`${charges(sandbox)} ${refunds(sandbox)} ${disputes(sandbox)} ${payouts(sandbox)} ${accounts(sandbox)}
  ${transfers(sandbox)} ${subscriptions(sandbox)} ${invoices(sandbox)} ${warnings(sandbox)} ${reviews(sandbox)}
  ${transactions(sandbox)}`;
}

function charges(sandbox: Sandbox): Markup {
  return section(sandbox, {
    kind: 'charge',
    title: 'Charges',
    empty: 'No charge yet: pay a checkout session.',
    heads: ['Time', 'Charge', 'Amount', 'Refunded', 'State', 'Do'],
    row: (charge) =>
      html`<tr>
        <td>${timeOf(charge.created)}</td>
        <td class="code">${charge.id}</td>
        <td>${money(charge.amount)}</td>
        <td>${money(charge.amount_refunded)}</td>
        <td>${charge.status}${charge.disputed && ', disputed'}, ${charge.outcome?.risk_level ?? 'no'} risk</td>
        <td>${charge.paid && charge.payment_method_details?.type === 'card' && chargeButtons(charge)}</td>
      </tr>`,
  });
}

function chargeButtons({ id, disputed }: Stripe.Charge): Markup {
  if (disputed) return html``;
  return html`${button('Dispute', { action: 'dispute', charge: id })}
  ${button('Inquire', { action: 'dispute', charge: id, inquiry: 'true' })}
  ${button('Warn of fraud', { action: 'warn', charge: id })}`;
}

function refunds(sandbox: Sandbox): Markup {
  return section(sandbox, {
    kind: 'refund',
    title: 'Refunds',
    empty: 'No refund yet: refund a charge in CASCADE.',
    heads: ['Time', 'Refund', 'Amount', 'State', 'Do'],
    row: (refund) =>
      html`<tr>
        <td>${timeOf(refund.created)}</td>
        <td class="code">${refund.id}<br /><span class="muted">${idOf(refund.charge)}</span></td>
        <td>${money(refund.amount)}</td>
        <td>${refund.status}</td>
        <td>${refund.status !== 'failed' && button('Fail', { action: 'fail_refund', refund: refund.id })}</td>
      </tr>`,
  });
}

function disputes(sandbox: Sandbox): Markup {
  return section(sandbox, {
    kind: 'dispute',
    title: 'Disputes',
    empty: 'No dispute yet: dispute a charge above.',
    heads: ['Time', 'Dispute', 'Amount', 'State', 'Answer by', 'Do'],
    row: (dispute) =>
      html`<tr>
        <td>${timeOf(dispute.created)}</td>
        <td class="code">${dispute.id}<br /><span class="muted">${dispute.reason}, ${idOf(dispute.charge)}</span></td>
        <td>${money(dispute.amount)}</td>
        <td>${dispute.status.replaceAll('_', ' ')}</td>
        <td>${timeOf(dispute.evidence_details.due_by ?? 0)}</td>
        <td>${!isClosed(dispute) && verdicts(dispute)}</td>
      </tr>`,
  });
}

function verdicts({ id, status }: Stripe.Dispute): Markup {
  const decide = (label: string, verdict: string): Markup =>
    button(label, { action: 'decide_dispute', dispute: id, verdict });
  if (status.startsWith('warning')) return html`${decide('Close', 'won')} ${decide('Escalate', 'escalated')}`;
  return html`${decide('Won', 'won')} ${decide('Lost', 'lost')}`;
}

function payouts(sandbox: Sandbox): Markup {
  return section(sandbox, {
    kind: 'payout',
    title: 'Payouts',
    empty: 'No payout yet: cash out in CASCADE, or let Stripe pay out what is available.',
    heads: ['Time', 'Payout', 'Amount', 'State', 'Do'],
    row: (payout) =>
      html`<tr>
        <td>${timeOf(payout.created)}</td>
        <td class="code">
          ${payout.id}<br /><span class="muted">${sandbox.store.accountOf('payout', payout.id) || 'platform'}</span>
        </td>
        <td>${money(payout.amount)}</td>
        <td>${payout.status.replaceAll('_', ' ')}${payout.failure_code !== null && `, ${payout.failure_code}`}</td>
        <td>
          ${['pending', 'in_transit'].includes(payout.status) && button('Arrive', { action: 'arrive', payout: payout.id })}
          ${!['failed', 'canceled'].includes(payout.status) && button('Return', { action: 'fail_payout', payout: payout.id })}
        </td>
      </tr>`,
  });
}

function accounts(sandbox: Sandbox): Markup {
  return section(sandbox, {
    kind: 'account',
    title: 'Connected accounts',
    empty: 'No connected account yet: begin a cash-out through Stripe in CASCADE.',
    heads: ['Time', 'Account', 'State', 'Do'],
    row: (account) =>
      html`<tr>
        <td>${timeOf(account.created ?? 0)}</td>
        <td class="code">${account.id}<br /><span class="muted">${account.email}</span></td>
        <td>${account.payouts_enabled ? 'may pay out' : (account.requirements?.disabled_reason ?? 'not enabled')}</td>
        <td>
          ${!account.payouts_enabled && button('Onboard', { action: 'onboard', account: account.id })}
          ${!account.payouts_enabled && button('Onboard, not verified', { action: 'onboard', account: account.id, idNumber: '111111111' })}
          ${account.payouts_enabled && button('Pay out what is available', { action: 'sweep', account: account.id })}
        </td>
      </tr>`,
  });
}

function transfers(sandbox: Sandbox): Markup {
  return section(sandbox, {
    kind: 'transfer',
    title: 'Transfers',
    empty: 'No transfer yet.',
    heads: ['Time', 'Transfer', 'Amount', 'Reversed'],
    row: (transfer) =>
      html`<tr>
        <td>${timeOf(transfer.created)}</td>
        <td class="code">${transfer.id}<br /><span class="muted">${idOf(transfer.destination)}</span></td>
        <td>${money(transfer.amount)}</td>
        <td>${money(transfer.amount_reversed)}</td>
      </tr>`,
  });
}

function subscriptions(sandbox: Sandbox): Markup {
  return section(sandbox, {
    kind: 'subscription',
    title: 'Subscriptions',
    empty: 'No subscription yet: choose a tier in CASCADE.',
    heads: ['Time', 'Subscription', 'State', 'Period ends', 'Do'],
    row: (subscription) =>
      html`<tr>
        <td>${timeOf(subscription.created)}</td>
        <td class="code">${subscription.id}<br /><span class="muted">${idOf(subscription.customer)}</span></td>
        <td>${subscription.status.replaceAll('_', ' ')}${subscription.cancel_at_period_end && ', ends'}</td>
        <td>${timeOf(subscription.items.data[0]?.current_period_end ?? 0)}</td>
        <td>${subscription.status !== 'canceled' && cardButtons(idOf(subscription.customer))}</td>
      </tr>`,
  });
}

function cardButtons(customer: string): Markup {
  return html`${button('Break the card', { action: 'new_card', customer, card: '4000000000000341' })}
  ${button('Mend the card', { action: 'new_card', customer, card: '4242424242424242' })}`;
}

function invoices(sandbox: Sandbox): Markup {
  return section(sandbox, {
    kind: 'invoice',
    title: 'Invoices',
    empty: 'No invoice yet.',
    heads: ['Time', 'Invoice', 'Due', 'State', 'Next attempt'],
    row: (invoice) =>
      html`<tr>
        <td>${timeOf(invoice.created)}</td>
        <td class="code">${invoice.id}<br /><span class="muted">${invoice.billing_reason}</span></td>
        <td>${money(invoice.amount_due)}</td>
        <td>${invoice.status}</td>
        <td>${invoice.next_payment_attempt === null ? 'none' : timeOf(invoice.next_payment_attempt)}</td>
      </tr>`,
  });
}

function warnings(sandbox: Sandbox): Markup {
  return section(sandbox, {
    kind: 'earlyFraudWarning',
    title: 'Early fraud warnings',
    empty: 'No warning yet: warn of a charge above.',
    heads: ['Time', 'Warning', 'State'],
    row: (warning) =>
      html`<tr>
        <td>${timeOf(warning.created)}</td>
        <td class="code">${warning.id}<br /><span class="muted">${idOf(warning.charge)}</span></td>
        <td>${warning.actionable ? 'can be acted on' : 'settled'}</td>
      </tr>`,
  });
}

function reviews(sandbox: Sandbox): Markup {
  return section(sandbox, {
    kind: 'review',
    title: 'Reviews',
    empty: 'No review yet: pay with a card of elevated or highest risk.',
    heads: ['Time', 'Review', 'State'],
    row: (review) =>
      html`<tr>
        <td>${timeOf(review.created)}</td>
        <td class="code">${review.id}<br /><span class="muted">${idOf(review.charge)}</span></td>
        <td>${review.open ? 'open' : (review.closed_reason ?? 'closed')}</td>
      </tr>`,
  });
}

function transactions(sandbox: Sandbox): Markup {
  return section(sandbox, {
    kind: 'balanceTransaction',
    title: 'Balance transactions',
    empty: 'No movement of money yet.',
    heads: ['Time', 'Transaction', 'Type', 'Amount', 'Fee', 'Net'],
    row: (transaction) =>
      html`<tr>
        <td>${timeOf(transaction.created)}</td>
        <td class="code">${transaction.id}<br /><span class="muted">${idOf(transaction.source)}</span></td>
        <td>${transaction.type.replaceAll('_', ' ')}</td>
        <td>${money(transaction.amount)}</td>
        <td>${money(transaction.fee)}</td>
        <td>${money(transaction.net)}</td>
      </tr>`,
  });
}
