import type Stripe from 'stripe';

import { calm, type ChaosRecord } from '#server/sandbox/stripe/chaos.ts';
import type { Scheduler } from '#server/sandbox/stripe/scheduler.ts';
import type { Store } from '#server/sandbox/stripe/store.ts';

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
  /** How long after a charge its balance transaction is made; Stripe does it asynchronously. */
  balanceDelayMs?: number;
  /** The first pause after a failed delivery; it doubles every time. */
  retryBaseMs?: number;
}

/** What every part of the sandbox is given. */
export interface Sandbox {
  store: Store;
  scheduler: Scheduler;
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
  return store.get('chaos', 'chaos') ?? calm;
}

export function changeChaos(store: Store, change: Partial<ChaosRecord>): void {
  store.put('chaos', 'chaos', { ...chaosOf(store), ...change });
}

export function nowMs(store: Store): number {
  return Date.now() + chaosOf(store).clockOffsetMs;
}

/** Stripe's times are whole seconds. */
export function nowSeconds(store: Store): number {
  return Math.floor(nowMs(store) / 1_000);
}
