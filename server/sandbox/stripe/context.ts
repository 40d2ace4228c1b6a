import type Stripe from 'stripe';

import type { Balances } from '#server/sandbox/stripe/money/balances.ts';
import { calm, type ChaosRecord } from '#server/sandbox/stripe/state/chaos.ts';
import type { Scheduler } from '#server/sandbox/stripe/state/scheduler.ts';
import type { Store } from '#server/sandbox/stripe/state/store.ts';

/** The one version this sandbox plays. Written out, so that its process need not load the SDK. */
export const apiVersion: Stripe.LatestApiVersion = '2026-10-28.endive';

export interface SandboxOptions {
  port?: number;
  /** Without a directory the state lives in memory only. */
  stateDirectory?: string | null;
  webhookUrl?: string | null;
  webhookSecret?: string;
  /** The shop that the pages link back to, for the control page and the content security policy. */
  appOrigin?: string | null;
  /** How long Stripe takes for what it does soon after: balance transactions, disputes of test cards, verdicts. */
  balanceDelayMs?: number;
  /** How long a debit of a bank account stays in process before it succeeds or fails. */
  bankDebitDelayMs?: number;
  /** The first pause after a failed delivery; it doubles every time. */
  retryBaseMs?: number;
  /** What the dashboard has switched on: how a session is paid that does not say it. */
  paymentMethods?: readonly ('card' | 'us_bank_account')[];
}

/** What every part of the sandbox is given. */
export interface Sandbox {
  store: Store;
  scheduler: Scheduler;
  balances: Balances;
  options: Required<SandboxOptions>;
  /** The address this sandbox listens on. */
  url(): string;
}

/** Which request caused an event: Stripe writes it into the event. */
export interface Cause {
  requestId: string | null;
  idempotencyKey: string | null;
}
export const ownDoing: Cause = { requestId: null, idempotencyKey: null };

export function chaosOf(store: Store): ChaosRecord {
  return { ...calm, ...store.get('chaos', 'chaos') };
}

export function changeChaos(store: Store, change: Partial<ChaosRecord>): void {
  store.put('chaos', 'chaos', { ...chaosOf(store), ...change });
}

export function nowMs(sandbox: Sandbox): number {
  return sandbox.scheduler.nowMs();
}

/** Stripe's times are whole seconds. */
export function nowSeconds(sandbox: Sandbox): number {
  return Math.floor(nowMs(sandbox) / 1_000);
}
