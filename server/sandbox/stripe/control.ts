import { changeChaos, chaosOf, nowMs, nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { findCheckout, expireCheckout, successUrlOf } from '#server/sandbox/stripe/checkout-sessions.ts';
import type { CheckoutRecord } from '#server/sandbox/stripe/checkout-record.ts';
import { advanceClock, releaseEvents, resendEvent } from '#server/sandbox/stripe/deliveries.ts';
import { invalidRequest } from '#server/sandbox/stripe/errors.ts';
import { answerChallenge, payCheckout, type PayOutcome } from '#server/sandbox/stripe/payments.ts';
import { isCardNumber } from '#server/sandbox/stripe/cards.ts';
import { ownDoing } from '#server/sandbox/stripe/context.ts';

/** What the control API, the control page and tests can make the sandbox do. */
export type ControlAction =
  | { action: 'hold' }
  | { action: 'release'; order?: 'as_happened' | 'reversed' }
  | { action: 'delay'; delayMs: number }
  | { action: 'drop_next'; count: number }
  | { action: 'resend'; event: string; times?: number }
  | { action: 'fail_next'; mode: 'before' | 'after'; count: number }
  | { action: 'advance_clock'; seconds: number }
  | { action: 'webhook_url'; url: string | null }
  | { action: 'pay'; session: string; card: string; authenticate?: 'complete' | 'fail' }
  | { action: 'expire'; session: string }
  | { action: 'status' };

export interface ControlAnswer {
  held: boolean;
  delayMs: number;
  dropNext: number;
  webhookUrl: string | null;
  now: number;
  released?: number;
  outcome?: PayOutcome;
  redirectUrl?: string;
}

const countMax = 1_000;
const delayMsMax = 3_600_000;
const advanceSecondsMax = 400 * 24 * 3_600;

export function control(sandbox: Sandbox, action: ControlAction): ControlAnswer {
  const extra = perform(sandbox, action);
  const { held, delayMs, dropNext, webhookUrl } = chaosOf(sandbox.store);
  return { held, delayMs, dropNext, webhookUrl, now: nowSeconds(sandbox.store), ...extra };
}

function perform(sandbox: Sandbox, action: ControlAction): Partial<ControlAnswer> {
  const { store } = sandbox;
  switch (action.action) {
    case 'status':
      return {};
    case 'hold':
      changeChaos(store, { held: true });
      return {};
    case 'release':
      return { released: releaseEvents(sandbox, action.order ?? 'as_happened') };
    case 'delay':
      changeChaos(store, { delayMs: bounded(action.delayMs, delayMsMax) });
      return {};
    case 'drop_next':
      changeChaos(store, { dropNext: bounded(action.count, countMax) });
      return {};
    case 'resend':
      resendEvent(sandbox, action.event, bounded(action.times ?? 1, countMax));
      return {};
    case 'fail_next':
      changeChaos(store, { failNext: { mode: action.mode, count: bounded(action.count, countMax) } });
      return {};
    case 'advance_clock':
      advanceClock(sandbox, bounded(action.seconds, advanceSecondsMax));
      return {};
    case 'webhook_url':
      setWebhookUrl(sandbox, action.url);
      return {};
    case 'expire':
      expireCheckout(sandbox, findCheckout(sandbox, action.session), ownDoing);
      return {};
    case 'pay':
      return pay(sandbox, action);
  }
}

function bounded(value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw invalidRequest(`A whole number from 0 to ${max} is needed.`);
}

/** Events that waited for an address are sent as soon as there is one. */
export function setWebhookUrl(sandbox: Sandbox, url: string | null): void {
  if (url !== null && !URL.canParse(url))
    throw invalidRequest('Not a valid URL', { code: 'url_invalid', param: 'url' });
  const before = chaosOf(sandbox.store).webhookUrl;
  changeChaos(sandbox.store, { webhookUrl: url });
  if (before !== null || url === null) return;
  for (const delivery of sandbox.store.all('delivery')) {
    if (delivery.state === 'waiting') sandbox.scheduler.plan('deliver_event', delivery.eventId, 0);
  }
}

/** Pays a session as its page would, without a browser. */
function pay(sandbox: Sandbox, action: Extract<ControlAction, { action: 'pay' }>): Partial<ControlAnswer> {
  const checkout = findCheckout(sandbox, action.session);
  if (checkout.session.status !== 'open') throw invalidRequest('This Checkout Session is not open.');
  if (!isCardNumber(action.card)) throw invalidRequest('Your card number is incorrect.', { code: 'incorrect_number' });
  const email = checkout.payer.email === '' ? 'payer@example.com' : checkout.payer.email;
  checkout.payer = { email, name: 'Sandbox Payer' };
  const year = new Date(nowMs(sandbox.store)).getUTCFullYear() + 3;
  const outcome = payCheckout(sandbox, checkout, { number: action.card, month: 12, year });
  const answer = outcome === 'authenticate' ? action.authenticate : undefined;
  return paidAnswer(checkout, answer === undefined ? outcome : answerChallenge(sandbox, checkout, answer));
}

function paidAnswer(checkout: CheckoutRecord, outcome: PayOutcome): Partial<ControlAnswer> {
  return outcome === 'paid' ? { outcome, redirectUrl: successUrlOf(checkout) } : { outcome };
}
