import type { Instrument } from '#server/sandbox/stripe/checkout/charge-objects.ts';
import { replaceCard } from '#server/sandbox/stripe/billing/portal.ts';
import { isBankAccountNumber } from '#server/sandbox/stripe/checkout/bank-accounts.ts';
import { isCardNumber } from '#server/sandbox/stripe/checkout/cards.ts';
import type { CheckoutRecord } from '#server/sandbox/stripe/checkout/checkout-record.ts';
import { expireCheckout, findCheckout, successUrlOf } from '#server/sandbox/stripe/checkout/checkout-sessions.ts';
import {
  answerChallenge,
  payCheckout,
  settleCheckoutDebit,
  type PayOutcome,
} from '#server/sandbox/stripe/checkout/payments.ts';
import { setPlatformBank, submitDetails } from '#server/sandbox/stripe/connect/accounts.ts';
import { changeChaos, chaosOf, nowMs, nowSeconds, ownDoing, type Sandbox } from '#server/sandbox/stripe/context.ts';
import type { ActionOf, ControlAction } from '#server/sandbox/stripe/control/actions.ts';
import { decideDispute, openDispute } from '#server/sandbox/stripe/money/disputes.ts';
import { openWarning } from '#server/sandbox/stripe/money/early-fraud-warnings.ts';
import { endPayout, failPayout, sweepBalance } from '#server/sandbox/stripe/money/payouts.ts';
import { failRefund } from '#server/sandbox/stripe/money/refunds.ts';
import { fairWeather } from '#server/sandbox/stripe/state/chaos.ts';
import { advanceClock, releaseEvents, replayEvents, resendEvent } from '#server/sandbox/stripe/state/deliveries.ts';
import { platformAccount } from '#server/sandbox/stripe/state/store.ts';
import { invalidRequest } from '#server/sandbox/stripe/wire/errors.ts';

export type { ControlAction } from '#server/sandbox/stripe/control/actions.ts';

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

export function control(sandbox: Sandbox, action: ControlAction): ControlAnswer {
  const extra = performers[action.action](sandbox, action as never);
  const { held, delayMs, dropNext, webhookUrl } = chaosOf(sandbox.store);
  return { held, delayMs, dropNext, webhookUrl, now: nowSeconds(sandbox), ...extra };
}

type Extra = Partial<ControlAnswer>;
type Performers = { [A in ControlAction['action']]: (sandbox: Sandbox, action: ActionOf<A>) => Extra };

const performers: Performers = {
  status: () => ({}),
  hold: ({ store }) =>
    done(() => {
      changeChaos(store, { held: true });
    }),
  release: (sandbox, { order }) => ({ released: releaseEvents(sandbox, order ?? 'as_happened') }),
  delay: ({ store }, { delayMs }) =>
    done(() => {
      changeChaos(store, { delayMs });
    }),
  drop_next: ({ store }, { count }) =>
    done(() => {
      changeChaos(store, { dropNext: count });
    }),
  resend: (sandbox, { event, times }) =>
    done(() => {
      resendEvent(sandbox, event, times ?? 1);
    }),
  replay: (sandbox, { which }) => ({ released: replayEvents(sandbox, which ?? 'dropped') }),
  weather: ({ store }, { times, spreadMs, dropPerMille, seed }) =>
    done(() => {
      const { times: once, spreadMs: together, dropPerMille: none, seed: first } = fairWeather;
      const weather = { times: times ?? once, spreadMs: spreadMs ?? together, dropPerMille: dropPerMille ?? none };
      changeChaos(store, { weather: { ...weather, seed: seed ?? first, draws: 0 } });
    }),
  fail_next: ({ store }, { mode, count, route, delayMs }) =>
    done(() => {
      changeChaos(store, { failNext: { mode, count, route: route ?? '', delayMs: delayMs ?? 1_000 } });
    }),
  advance_clock: (sandbox, { seconds }) =>
    done(() => {
      advanceClock(sandbox, seconds);
    }),
  webhook_url: (sandbox, { url }) =>
    done(() => {
      setWebhookUrl(sandbox, url ?? null);
    }),
  pay,
  settle: (sandbox, { session, outcome }) =>
    done(() => {
      const { paymentIntentId } = findCheckout(sandbox, session);
      if (!settleCheckoutDebit(sandbox, paymentIntentId ?? '', outcome)) {
        throw invalidRequest('This session has no debit under way.');
      }
    }),
  expire: (sandbox, { session }) =>
    done(() => {
      expireCheckout(sandbox, findCheckout(sandbox, session), ownDoing);
    }),
  fail_refund: (sandbox, { refund }) =>
    done(() => {
      if (!failRefund(sandbox, refund)) throw invalidRequest('There is no such refund that could fail.');
    }),
  dispute: (sandbox, { charge, reason, amount, inquiry }) => {
    const wish = {
      ...(reason === undefined ? {} : { reason }),
      ...(amount === undefined ? {} : { amountCents: amount }),
      isInquiry: inquiry ?? false,
    };
    return { id: openDispute(sandbox, charge, wish).id };
  },
  warn: (sandbox, { charge: chargeId }) => {
    const charge = sandbox.store.get('charge', chargeId);
    if (charge?.paid !== true) throw invalidRequest('Only a paid charge is reported as fraud.');
    return { id: openWarning(sandbox, charge).id };
  },
  decide_dispute: (sandbox, { dispute, verdict, keepFee }) => ({
    id: decideDispute(sandbox, dispute, { verdict, isFeeKept: keepFee ?? false }).id,
  }),
  onboard: (sandbox, { account, bankAccount = '000123456789', idNumber = '000000000' }) =>
    done(() => {
      submitDetails(sandbox, account, { holder: 'Sandbox Holder', bankAccount, idNumber });
    }),
  platform_bank: (sandbox, { bankAccount }) => ({ id: setPlatformBank(sandbox, bankAccount).id }),
  new_card: (sandbox, { customer, card }) =>
    done(() => {
      replaceCard(sandbox, customer, card);
    }),
  sweep: (sandbox, { account }) => ({ id: sweepBalance(sandbox, account ?? platformAccount).id }),
  arrive: (sandbox, { payout }) =>
    done(() => {
      endPayout(sandbox, payout);
    }),
  fail_payout: (sandbox, { payout, code }) => ({ id: failPayout(sandbox, payout, code).id }),
};

function done(act: () => void): Extra {
  act();
  return {};
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
function pay(sandbox: Sandbox, action: ActionOf<'pay'>): Extra {
  const found = findCheckout(sandbox, action.session);
  if (found.session.status !== 'open') throw invalidRequest('This Checkout Session is not open.');
  const email = found.payer.email === '' ? 'payer@example.com' : found.payer.email;
  const checkout: CheckoutRecord = { ...found, payer: { email, name: 'Sandbox Payer' } };
  const outcome = payCheckout(sandbox, checkout, instrumentOf(sandbox, action));
  const after = findCheckout(sandbox, checkout.id);
  const answer = outcome === 'authenticate' ? action.authenticate : undefined;
  return paidAnswer(checkout, answer === undefined ? outcome : answerChallenge(sandbox, after, answer));
}

function instrumentOf(sandbox: Sandbox, { card = '', bankAccount }: ActionOf<'pay'>): Instrument {
  if (bankAccount !== undefined) {
    if (!isBankAccountNumber(bankAccount)) throw invalidRequest('Your account number is incomplete.');
    return { kind: 'us_bank_account', number: bankAccount };
  }
  if (!isCardNumber(card)) throw invalidRequest('Your card number is incorrect.', { code: 'incorrect_number' });
  const year = new Date(nowMs(sandbox)).getUTCFullYear() + 3;
  return { kind: 'card', number: card, month: 12, year };
}

function paidAnswer(checkout: CheckoutRecord, outcome: PayOutcome): Extra {
  const isDone = outcome === 'paid' || outcome === 'processing';
  return isDone ? { outcome, redirectUrl: successUrlOf(checkout) } : { outcome };
}
