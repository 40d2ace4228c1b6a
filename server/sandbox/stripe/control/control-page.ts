import { chaosOf, nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { objectTables } from '#server/sandbox/stripe/control/object-tables.ts';
import { button, table, timeOf } from '#server/sandbox/stripe/control/parts.ts';
import { balanceObject } from '#server/sandbox/stripe/money/balances.ts';
import { platformAccount } from '#server/sandbox/stripe/state/store.ts';
import type { DeliveryRecord, EventRecord } from '#server/sandbox/stripe/state/events.ts';
import type { SandboxReply } from '#server/sandbox/stripe/wire/http.ts';
import { dollars, html, page, type Markup } from '#server/sandbox/stripe/pages/page-layout.ts';

const eventsShown = 100;
const sessionsShown = 50;

/** What the sandbox knows and did, and the switches that make it behave badly on purpose. */
export function controlPage(sandbox: Sandbox, query: string): SandboxReply {
  const parameters = new URLSearchParams(query);
  const problem = parameters.get('problem');
  const appOrigin = sandbox.options.appOrigin;
  const body = html`<main class="console">
    ${appOrigin !== null && html`<a class="back" href="${appOrigin}"><span aria-hidden="true">←</span> Back to CASCADE</a>`}
    <h1>Stripe sandbox</h1>
    <p class="muted">Sandbox time ${timeOf(nowSeconds(sandbox))}. Nothing here is real.</p>
    <div role="status">${parameters.has('done') && html`<p>Done.</p>`}</div>
    ${problem !== null && html`<div class="alert" role="alert">${problem}</div>`} ${switches(sandbox)}
    ${balance(sandbox)} ${sessionTable(sandbox)} ${objectTables(sandbox)} ${eventTable(sandbox)}
  </main>`;
  return page({ title: 'Control · Stripe sandbox', body });
}

interface NumberForm {
  action: string;
  field: string;
  label: string;
  value: number;
  extra?: Markup;
}

function numberForm({ action, field, label, value, extra }: NumberForm): Markup {
  const id = `${action}-${field}`;
  return html`<form method="post" action="/_sandbox/control">
    <input type="hidden" name="action" value="${action}" />
    <div class="field">
      <label for="${id}">${label}</label><input id="${id}" name="${field}" inputmode="numeric" value="${value}" />
    </div>
    ${extra ?? null}<button type="submit">Set</button>
  </form>`;
}

function switches(sandbox: Sandbox): Markup {
  const chaos = chaosOf(sandbox.store);
  const mode = html`<div class="field">
    <label for="fail-mode">How</label
    ><select id="fail-mode" name="mode">
      <option value="before">Answer 500</option>
      <option value="after">Lose the reply</option>
      <option value="slow">Reply a second late</option>
    </select>
    <label for="fail-route">Calls that contain</label
    ><input id="fail-route" name="route" placeholder="POST /v1/refunds" />
  </div>`;
  return html`<section aria-labelledby="switches">
    <h2 id="switches">Webhooks and faults</h2>
    <p class="small muted">
      Sent to ${chaos.webhookUrl ?? 'nowhere: no address is set'}.
      ${chaos.held ? 'New events are held back.' : 'Events are sent as they happen.'}
    </p>
    <div class="tools">
      ${chaos.held ? button('Release held events', { action: 'release' }) : button('Hold events', { action: 'hold' })}
      ${button('Release in reverse order', { action: 'release', order: 'reversed' })}
      ${button('Send what was dropped', { action: 'replay', which: 'dropped' })}
      ${button('Send everything again', { action: 'replay', which: 'all' })}
      ${button('One day on', { action: 'advance_clock', seconds: '86400' })}
      ${button('A month on', { action: 'advance_clock', seconds: '2678400' })}
      ${button('Fair weather', { action: 'weather' })}
      ${button('Storm: three times, shuffled, 5 % dropped', { action: 'weather', times: '3', spreadMs: '2000', dropPerMille: '50' })}
    </div>
    <div class="tools">
      ${numberForm({ action: 'delay', field: 'delayMs', label: 'Delay (ms)', value: chaos.delayMs })}
      ${numberForm({ action: 'drop_next', field: 'count', label: 'Drop the next', value: chaos.dropNext })}
      ${numberForm({ action: 'fail_next', field: 'count', label: 'Fail next API calls', value: chaos.failNext.count, extra: mode })}
      ${numberForm({ action: 'advance_clock', field: 'seconds', label: 'Advance clock (s)', value: 0 })}
    </div>
  </section>`;
}

function balance(sandbox: Sandbox): Markup {
  const { available, pending } = balanceObject(sandbox, platformAccount);
  const amount = (cents = 0): string => `${cents < 0 ? '−' : ''}${dollars(Math.abs(cents))}`;
  return html`<section aria-labelledby="balance">
    <h2 id="balance">Balance</h2>
    <p>
      Available <span class="amount">${amount(available[0]?.amount)}</span>, pending
      <span class="amount">${amount(pending[0]?.amount)}</span>
    </p>
    <div class="tools">${button('Pay out what is available', { action: 'sweep' })}</div>
  </section>`;
}

function eventTable(sandbox: Sandbox): Markup {
  const events = sandbox.store.latest('event', eventsShown);
  const rows = events.map((event) => eventRow(event, sandbox.store.get('delivery', event.id)));
  return html`<section aria-labelledby="events">
    <h2 id="events">Events</h2>
    ${rows.length === 0 ? html`<p class="muted">No event yet: pay a checkout session.</p>` : table('Events', ['Time', 'Event', 'Delivery', 'Attempts', 'Do'], rows)}
  </section>`;
}

function eventRow(event: EventRecord, delivery: DeliveryRecord | undefined): Markup {
  const attempts = delivery?.attempts.map((attempt) => attempt.status ?? attempt.error ?? '') ?? [];
  const state = delivery?.state ?? 'dropped';
  return html`<tr data-event="${event.id}">
    <td>${timeOf(event.created)}</td>
    <td class="code">${event.type}<br /><span class="muted">${event.id}</span></td>
    <td class="state-${state}">${state.replace('_', ' ')}</td>
    <td>${attempts.length === 0 ? 'none' : attempts.join(', ')}</td>
    <td>
      ${button('Send again', { action: 'resend', event: event.id })}${button('Send 5 times', { action: 'resend', event: event.id, times: '5' })}
    </td>
  </tr>`;
}

function sessionTable(sandbox: Sandbox): Markup {
  const checkouts = sandbox.store.latest('checkout', sessionsShown);
  const rows = checkouts.map(
    ({ id, session }) =>
      html`<tr>
        <td>${timeOf(session.created)}</td>
        <td class="code">${session.url === null ? id : html`<a href="/c/pay/${id}">${id}</a>`}</td>
        <td class="amount">${dollars(session.amount_total ?? 0)}</td>
        <td>${session.status}, ${session.payment_status}</td>
        <td>
          ${session.status === 'open' && button('Expire', { action: 'expire', session: id })}
          ${session.status === 'complete' && session.payment_status === 'unpaid' && button('Debit succeeds', { action: 'settle', session: id, outcome: 'succeed' })}
          ${session.status === 'complete' && session.payment_status === 'unpaid' && button('Debit fails', { action: 'settle', session: id, outcome: 'fail' })}
        </td>
      </tr>`,
  );
  return html`<section aria-labelledby="sessions">
    <h2 id="sessions">Checkout sessions</h2>
    ${rows.length === 0 ? html`<p class="muted">No session yet: start a top-up in CASCADE.</p>` : table('Checkout sessions', ['Time', 'Session', 'Total', 'State', 'Do'], rows)}
  </section>`;
}
