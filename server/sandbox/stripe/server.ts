import type { Server } from 'node:http';

import { answerApi } from '#server/sandbox/stripe/api-door.ts';
import { bookBalanceTransaction } from '#server/sandbox/stripe/balance.ts';
import { answerCheckoutPage } from '#server/sandbox/stripe/checkout-routes.ts';
import { expireCheckout } from '#server/sandbox/stripe/checkout-sessions.ts';
import { chaosOf, nowMs, ownDoing, type Sandbox, type SandboxOptions } from '#server/sandbox/stripe/context.ts';
import { control, setWebhookUrl, type ControlAction, type ControlAnswer } from '#server/sandbox/stripe/control.ts';
import { answerControl } from '#server/sandbox/stripe/control-door.ts';
import { deliverEvent } from '#server/sandbox/stripe/deliveries.ts';
import type { DeliveryRecord, EventRecord } from '#server/sandbox/stripe/events.ts';
import {
  addressOf,
  listen,
  plain,
  redirect,
  type SandboxReply,
  type SandboxRequest,
} from '#server/sandbox/stripe/http.ts';
import { Scheduler, type Task } from '#server/sandbox/stripe/scheduler.ts';
import { Store } from '#server/sandbox/stripe/store.ts';

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
  retryBaseMs: 1_000,
};
const deliveriesAtOnceMax = 16;

/** Starts a Stripe of one's own on loopback: API, hosted checkout page, signed webhooks. */
export async function startStripeSandbox(options: SandboxOptions = {}): Promise<StripeSandbox> {
  const store = new Store(options.stateDirectory ?? null);
  const deliveries = new DeliveryQueue((eventId) => deliverEvent(sandbox, eventId));
  const scheduler = new Scheduler(
    store,
    () => nowMs(store),
    (task) => runTask(sandbox, deliveries, task),
  );
  let url = '';
  const sandbox: Sandbox = { store, scheduler, options: { ...defaults, ...options }, url: () => url };
  const server = await listen(sandbox.options.port, (request) => answer(sandbox, request));
  url = addressOf(server);
  if (options.webhookUrl !== undefined) setWebhookUrl(sandbox, options.webhookUrl);
  scheduler.arm();
  return {
    url,
    control: (action) => control(sandbox, action),
    events: () => store.all('event').map((event) => ({ event, delivery: store.get('delivery', event.id) })),
    close: () => close(server, sandbox, deliveries),
  };
}

async function close(server: Server, sandbox: Sandbox, deliveries: DeliveryQueue): Promise<void> {
  sandbox.scheduler.close();
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
  await deliveries.drain();
  sandbox.store.close();
}

function answer(sandbox: Sandbox, request: SandboxRequest): SandboxReply {
  if (request.path.startsWith('/v1/')) return answerApi(sandbox, request);
  if (request.path.startsWith('/c/pay/')) return answerCheckoutPage(sandbox, request);
  if (request.path.startsWith('/_sandbox')) return answerControl(sandbox, request);
  return request.path === '/' ? redirect('/_sandbox') : plain(404, 'The Stripe sandbox has no such page.');
}

function runTask(sandbox: Sandbox, deliveries: DeliveryQueue, task: Task): void {
  switch (task.type) {
    case 'book_balance_transaction':
      bookBalanceTransaction(sandbox, task.subject);
      return;
    case 'deliver_event':
      if (chaosOf(sandbox.store).webhookUrl !== null) deliveries.add(task.subject);
      return;
    case 'expire_checkout': {
      const checkout = sandbox.store.get('checkout', task.subject);
      if (checkout !== undefined) expireCheckout(sandbox, checkout, ownDoing);
    }
  }
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
