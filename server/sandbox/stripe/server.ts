import type { Server } from 'node:http';

import { answerApi } from '#server/sandbox/stripe/wire/api-door.ts';
import { answerCheckoutPage } from '#server/sandbox/stripe/checkout/checkout-routes.ts';
import { expireCheckout } from '#server/sandbox/stripe/checkout/checkout-sessions.ts';
import { chaosOf, ownDoing, type Sandbox, type SandboxOptions } from '#server/sandbox/stripe/context.ts';
import {
  control,
  setWebhookUrl,
  type ControlAction,
  type ControlAnswer,
} from '#server/sandbox/stripe/control/control.ts';
import { answerControl } from '#server/sandbox/stripe/control/control-door.ts';
import { deliverEvent } from '#server/sandbox/stripe/state/deliveries.ts';
import { settleCheckoutDebit } from '#server/sandbox/stripe/checkout/payments.ts';
import { Balances } from '#server/sandbox/stripe/money/balances.ts';
import { bookCharge } from '#server/sandbox/stripe/money/charge-booking.ts';
import { afterCharge, disputeDue, judgeDispute } from '#server/sandbox/stripe/money/disputes.ts';
import { collect, finalizeAndCollect, renewSubscription } from '#server/sandbox/stripe/billing/subscriptions.ts';
import { answerPortal } from '#server/sandbox/stripe/billing/portal.ts';
import { endPayout, sendPayout } from '#server/sandbox/stripe/money/payouts.ts';
import { doubtAccount, verifyAccount } from '#server/sandbox/stripe/connect/accounts.ts';
import { answerOnboarding } from '#server/sandbox/stripe/connect/onboarding.ts';
import { failRefund, referenceRefund, settleRefund } from '#server/sandbox/stripe/money/refunds.ts';
import type { DeliveryRecord, EventRecord } from '#server/sandbox/stripe/state/events.ts';
import {
  addressOf,
  listen,
  plain,
  redirect,
  type SandboxReply,
  type SandboxRequest,
} from '#server/sandbox/stripe/wire/http.ts';
import { Scheduler, type Task } from '#server/sandbox/stripe/state/scheduler.ts';
import { Store } from '#server/sandbox/stripe/state/store.ts';

export interface StripeSandbox {
  url: string;
  control(action: ControlAction): ControlAnswer;
  /** Oldest first, each with what became of its delivery. */
  events(): { event: EventRecord; delivery: DeliveryRecord | undefined }[];
  close(): Promise<void>;
}

const defaults: Required<SandboxOptions> = {
  port: 0,
  stateDirectory: null,
  webhookUrl: null,
  webhookSecret: 'whsec_sandbox',
  appOrigin: null,
  balanceDelayMs: 2_000,
  bankDebitDelayMs: 60_000,
  retryBaseMs: 1_000,
  paymentMethods: ['card'],
};
const deliveriesAtOnceMax = 50;

/** Starts a Stripe of one's own on loopback: API, hosted pages, signed webhooks. */
export async function startStripeSandbox(options: SandboxOptions = {}): Promise<StripeSandbox> {
  const store = new Store(options.stateDirectory ?? null);
  const deliveries = new DeliveryQueue((eventId) => deliverEvent(sandbox, eventId));
  const scheduler = new Scheduler(
    store,
    () => Date.now() + chaosOf(store).clockOffsetMs,
    (task) => {
      runTask(sandbox, deliveries, task);
    },
  );
  let url = '';
  const balances = new Balances(store);
  const sandbox: Sandbox = { store, scheduler, balances, options: { ...defaults, ...options }, url: () => url };
  const server = await listen(sandbox.options.port, (request) => answer(sandbox, request));
  url = addressOf(server);
  if (options.webhookUrl !== undefined) setWebhookUrl(sandbox, options.webhookUrl);
  store.commit();
  scheduler.arm();
  return {
    url,
    control: (action) => controlled(sandbox, action),
    events: () => store.all('event').map((event) => ({ event, delivery: store.get('delivery', event.id) })),
    close: () => close(server, sandbox, deliveries),
  };
}

function controlled(sandbox: Sandbox, action: ControlAction): ControlAnswer {
  try {
    return control(sandbox, action);
  } finally {
    sandbox.store.commit();
  }
}

async function close(server: Server, sandbox: Sandbox, deliveries: DeliveryQueue): Promise<void> {
  sandbox.scheduler.close();
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  server.closeAllConnections();
  await closed;
  await deliveries.drain();
  sandbox.store.close();
}

/** Whatever the answer tells is on disk before it goes out. */
function answer(sandbox: Sandbox, request: SandboxRequest): SandboxReply {
  try {
    return replyTo(sandbox, request);
  } finally {
    sandbox.store.commit();
  }
}

function replyTo(sandbox: Sandbox, request: SandboxRequest): SandboxReply {
  if (request.path.startsWith('/v1/')) return answerApi(sandbox, request);
  if (request.path.startsWith('/c/pay/')) return answerCheckoutPage(sandbox, request);
  if (request.path.startsWith('/p/session/')) return answerPortal(sandbox, request);
  if (request.path.startsWith('/setup/')) return answerOnboarding(sandbox, request);
  if (request.path.startsWith('/_sandbox')) return answerControl(sandbox, request);
  return request.path === '/' ? redirect('/_sandbox') : plain(404, 'The Stripe sandbox has no such page.');
}

const taskRunners: Record<string, (sandbox: Sandbox, subject: string) => void> = {
  book_charge: bookCharge,
  settle_debit: settleCheckoutDebit,
  after_charge: afterCharge,
  renew_subscription: renewSubscription,
  finalize_invoice: finalizeAndCollect,
  retry_invoice: collect,
  verify_account: verifyAccount,
  doubt_account: doubtAccount,
  send_payout: sendPayout,
  end_payout: endPayout,
  dispute_due: disputeDue,
  judge_dispute: judgeDispute,
  reference_refund: referenceRefund,
  settle_refund: settleRefund,
  fail_refund: failRefund,
  expire_checkout: (sandbox, subject) => {
    const checkout = sandbox.store.get('checkout', subject);
    if (checkout !== undefined) expireCheckout(sandbox, checkout, ownDoing);
  },
};

function runTask(sandbox: Sandbox, deliveries: DeliveryQueue, task: Task): void {
  if (task.type !== 'deliver_event') taskRunners[task.type]?.(sandbox, task.subject);
  else if (chaosOf(sandbox.store).webhookUrl !== null) deliveries.add(task.subject);
}

/** Sends side by side, as Stripe does, but not more than a few at once. */
class DeliveryQueue {
  readonly #deliver: (eventId: string) => Promise<void>;
  readonly #waiting: string[] = [];
  readonly #running = new Set<Promise<void>>();

  constructor(deliver: (eventId: string) => Promise<void>) {
    this.#deliver = deliver;
  }

  add(eventId: string): void {
    this.#waiting.push(eventId);
    this.#start();
  }

  async drain(): Promise<void> {
    this.#waiting.length = 0;
    await Promise.allSettled(this.#running);
  }

  #start(): void {
    while (this.#running.size < deliveriesAtOnceMax) {
      const eventId = this.#waiting.shift();
      if (eventId === undefined) return;
      const running = this.#deliver(eventId).finally(() => {
        this.#running.delete(running);
        this.#start();
      });
      this.#running.add(running);
    }
  }
}
