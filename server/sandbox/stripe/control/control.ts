import { changeChaos, chaosOf, nowMs, nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { findCheckout, expireCheckout, successUrlOf } from '#server/sandbox/stripe/checkout/checkout-sessions.ts';
import type { CheckoutRecord } from '#server/sandbox/stripe/checkout/checkout-record.ts';
import { advanceClock, releaseEvents, replayEvents, resendEvent } from '#server/sandbox/stripe/state/deliveries.ts';
import { invalidRequest } from '#server/sandbox/stripe/wire/errors.ts';
import {
  answerChallenge,
  payCheckout,
  settleCheckoutDebit,
  type PayOutcome,
} from '#server/sandbox/stripe/checkout/payments.ts';
import { isBankAccountNumber } from '#server/sandbox/stripe/checkout/bank-accounts.ts';
import type { Instrument } from '#server/sandbox/stripe/checkout/charge-objects.ts';
import { decideDispute, openDispute, type DisputeWish, type Verdict } from '#server/sandbox/stripe/money/disputes.ts';
import { openWarning } from '#server/sandbox/stripe/money/early-fraud-warnings.ts';
import { failRefund } from '#server/sandbox/stripe/money/refunds.ts';
import type { FailMode, NextFault, Weather } from '#server/sandbox/stripe/state/chaos.ts';
import { isCardNumber } from '#server/sandbox/stripe/checkout/cards.ts';
import { ownDoing } from '#server/sandbox/stripe/context.ts';

/** What the control API, the control page and tests can make the sandbox do. */
export type ControlAction =
  | { action: 'hold' }
  | { action: 'release'; order?: 'as_happened' | 'reversed' }
  | { action: 'delay'; delayMs: number }
  | { action: 'drop_next'; count: number }
  | { action: 'resend'; event: string; times?: number }
  | { action: 'fail_next'; mode: FailMode; count: number; route?: string; delayMs?: number }
  | { action: 'weather'; times?: number; spreadMs?: number; dropPerMille?: number; seed?: number }
  | { action: 'replay'; which?: 'dropped' | 'all' }
  | { action: 'advance_clock'; seconds: number }
  | { action: 'webhook_url'; url: string | null }
  | PayAction
  | { action: 'settle'; session: string; outcome?: 'succeed' | 'fail' }
  | { action: 'fail_refund'; refund: string }
  | { action: 'dispute'; charge: string; reason?: string; amount?: number; inquiry?: boolean }
  | { action: 'warn'; charge: string }
  | { action: 'decide_dispute'; dispute: string; verdict: Verdict; keepFee?: boolean }
  | { action: 'expire'; session: string }
  | { action: 'status' };

export interface PayAction {
  action: 'pay';
  session: string;
  card?: string;
  /** A US bank account instead of a card. */
  bankAccount?: string;
  authenticate?: 'complete' | 'fail';
}

export interface ControlAnswer {
  held: boolean;
  delayMs: number;
  dropNext: number;
  webhookUrl: string | null;
  now: number;
  released?: number;
  /** What was made or changed. */
  id?: string;
  outcome?: PayOutcome;
  redirectUrl?: string;
}

const countMax = 1_000;
const delayMsMax = 3_600_000;
const advanceSecondsMax = 400 * 24 * 3_600;

export function control(sandbox: Sandbox, action: ControlAction): ControlAnswer {
  const extra = perform(sandbox, action);
  const { held, delayMs, dropNext, webhookUrl } = chaosOf(sandbox.store);
  return { held, delayMs, dropNext, webhookUrl, now: nowSeconds(sandbox), ...extra };
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
      changeChaos(store, { failNext: faultOf(action) });
      return {};
    case 'weather':
      changeChaos(store, { weather: weatherOf(action) });
      return {};
    case 'replay':
      return { released: replayEvents(sandbox, action.which ?? 'dropped') };
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
    case 'settle':
      settle(sandbox, action.session, action.outcome);
      return {};
    case 'fail_refund':
      if (!failRefund(sandbox, action.refund)) throw invalidRequest('There is no such refund that could fail.');
      return {};
    case 'dispute':
      return { id: openDispute(sandbox, action.charge, wishOf(action)).id };
    case 'warn':
      return { id: warn(sandbox, action.charge) };
    case 'decide_dispute':
      return { id: decideDispute(sandbox, action.dispute, { ...action, isFeeKept: action.keepFee ?? false }).id };
  }
}

function wishOf({ reason, amount, inquiry }: Extract<ControlAction, { action: 'dispute' }>): DisputeWish {
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(amount === undefined ? {} : { amountCents: amount }),
    isInquiry: inquiry ?? false,
  };
}

function warn(sandbox: Sandbox, chargeId: string): string {
  const charge = sandbox.store.get('charge', chargeId);
  if (charge?.paid !== true) throw invalidRequest('Only a paid charge is reported as fraud.');
  return openWarning(sandbox, charge).id;
}

function faultOf(action: Extract<ControlAction, { action: 'fail_next' }>): NextFault {
  return {
    mode: action.mode,
    count: bounded(action.count, countMax),
    route: action.route ?? '',
    delayMs: bounded(action.delayMs ?? 1_000, 60_000),
  };
}

function weatherOf(action: Extract<ControlAction, { action: 'weather' }>): Weather {
  return {
    times: bounded(action.times ?? 1, 20),
    spreadMs: bounded(action.spreadMs ?? 0, delayMsMax),
    dropPerMille: bounded(action.dropPerMille ?? 0, 1_000),
    seed: bounded(action.seed ?? 1, 2_147_483_647),
    draws: 0,
  };
}

function settle(sandbox: Sandbox, sessionId: string, outcome?: 'succeed' | 'fail'): void {
  const { paymentIntentId } = findCheckout(sandbox, sessionId);
  if (!settleCheckoutDebit(sandbox, paymentIntentId ?? '', outcome)) {
    throw invalidRequest('This session has no debit under way.');
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
function pay(sandbox: Sandbox, action: PayAction): Partial<ControlAnswer> {
  const found = findCheckout(sandbox, action.session);
  if (found.session.status !== 'open') throw invalidRequest('This Checkout Session is not open.');
  const email = found.payer.email === '' ? 'payer@example.com' : found.payer.email;
  const checkout: CheckoutRecord = { ...found, payer: { email, name: 'Sandbox Payer' } };
  const outcome = payCheckout(sandbox, checkout, instrumentOf(sandbox, action));
  const after = findCheckout(sandbox, checkout.id);
  const answer = outcome === 'authenticate' ? action.authenticate : undefined;
  return paidAnswer(checkout, answer === undefined ? outcome : answerChallenge(sandbox, after, answer));
}

function instrumentOf(sandbox: Sandbox, { card = '', bankAccount }: PayAction): Instrument {
  if (bankAccount !== undefined) {
    if (!isBankAccountNumber(bankAccount)) throw invalidRequest('Your account number is incomplete.');
    return { kind: 'us_bank_account', number: bankAccount };
  }
  if (!isCardNumber(card)) throw invalidRequest('Your card number is incorrect.', { code: 'incorrect_number' });
  const year = new Date(nowMs(sandbox)).getUTCFullYear() + 3;
  return { kind: 'card', number: card, month: 12, year };
}

function paidAnswer(checkout: CheckoutRecord, outcome: PayOutcome): Partial<ControlAnswer> {
  const isDone = outcome === 'paid' || outcome === 'processing';
  return isDone ? { outcome, redirectUrl: successUrlOf(checkout) } : { outcome };
}
