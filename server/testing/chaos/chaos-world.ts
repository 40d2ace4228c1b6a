import { randomUUID } from 'node:crypto';
import { refreshDueTrust } from '#server/citizens/trust-jobs.ts';
import { ensurePartitions } from '#server/ledger/partitions.ts';
import { workOnCashOuts } from '#server/payments/cash-outs/cash-out-jobs.ts';
import { settleDebtPayments } from '#server/payments/disputes/debt-jobs.ts';
import { expireTopUps, releaseEarnedFees, releaseWaitingTopUps } from '#server/payments/jobs.ts';
import { reconcileDay, reconcileNews } from '#server/payments/reconciliation/reconciliation-jobs.ts';
import { settleRefunds } from '#server/payments/refunds/refund-jobs.ts';
import { handleStripeEvent } from '#server/payments/stripe/stripe-events.ts';
import { enforceStanding } from '#server/payments/trust-enforcement.ts';
import { isDatabaseUnavailable, isDomainError } from '#server/platform/errors.ts';
import { drainInbox, type InboxEvent, type InboxOutcome } from '#server/platform/inbox.ts';
import { projectNews } from '#server/provenance/jobs.ts';
import { ledgerClock } from '../ledger-clock.ts';
import { testBridge, type TestBridge } from '../payments.ts';
import { randomFrom, type Random } from '../proofs/random.ts';
import { CrashSchedule, type Flow } from './crash-points.ts';
import { EventDoor } from './event-door.ts';
import { Killed, MortalProcess, type ChaosDeps } from './mortal-process.ts';

const triesMax = 12;
const roundsMax = 60;
const leaseSeconds = 100;
const hourSeconds = 3_600;
const inboxBatch = 8;

/** The whole bridge under chaos: real database, SDK, sandbox and door, three clocks that move together. */
export interface ChaosWorld {
  readonly bridge: TestBridge;
  readonly random: Random;
  readonly schedule: CrashSchedule;
  readonly door: EventDoor;
  /** Of a process that does not die: for whoever sets up, plays the world outside, or audits. */
  readonly deps: ChaosDeps;
  newProcess(): MortalProcess;
  /** Somebody who does it again with the same key when a process died over it, or Stripe was away. */
  insist<T>(flow: Flow, work: (deps: ChaosDeps) => Promise<T>): Promise<T>;
  /** Somebody who does it once and leaves the rest to the workers; says whether they saw the end. */
  once(flow: Flow, work: (deps: ChaosDeps) => Promise<unknown>): Promise<boolean>;
  /** Moves the clocks of the product, of the ledger and of Stripe. */
  advance(seconds: number): Promise<void>;
  /** Handles what is due in the inbox, in processes that die, until nothing is; says how many it handled. */
  drain(): Promise<number>;
  /** Every job of the worker once. */
  runJobs(): Promise<void>;
  /** Waits for what Stripe has sent, and goes on, in time too, until every event is handled. */
  quiesce(): Promise<void>;
}

export async function chaosWorld(options: { seed: number; deathsMax: number }): Promise<ChaosWorld> {
  const bridge = await testBridge({ paymentMethods: ['card', 'us_bank_account'] });
  const random = randomFrom(options.seed);
  const schedule = new CrashSchedule(randomFrom(options.seed + 1), options);
  let movedMs = 0;
  const deps: ChaosDeps = {
    ...bridge.deps,
    clock: { now: () => new Date(Date.now() + movedMs) },
    cashOut: { provider: 'sandbox', acknowledgement: '', stripeKey: 'sk_test_x', stripeApiUrl: bridge.sandbox.url },
  };
  const newProcess = () => new MortalProcess(deps, schedule);
  const door = await EventDoor.open(newProcess);
  bridge.sandbox.control({ action: 'webhook_url', url: door.url });
  const ledger = ledgerClock(bridge.database);
  const insist: ChaosWorld['insist'] = (flow, work) => insistOn(newProcess, flow, work);
  const world: ChaosWorld = {
    ...{ bridge, random, schedule, door, deps, newProcess, insist },
    advance: async (seconds) => {
      movedMs += seconds * 1_000;
      await ledger.advance(seconds);
      bridge.sandbox.control({ action: 'advance_clock', seconds });
      await ensurePartitions(bridge.database.client);
    },
    once: (flow, work) => doOnce(newProcess(), flow, work),
    drain: () => drainWhole(newProcess),
    runJobs: () => runJobs(insist),
    quiesce: () => quiesce(world),
  };
  return world;
}

async function insistOn<T>(
  newProcess: () => MortalProcess,
  flow: Flow,
  work: (deps: ChaosDeps) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const process = newProcess();
    try {
      const result = await process.run(flow, () => work(process.deps));
      // A job goes on with the next item when one fails, which a dead process does not.
      if (!process.isDead) return result;
    } catch (error) {
      const isAway = isDatabaseUnavailable(error) || (isDomainError(error) && error.kind === 'unavailable');
      if (!(isAway || error instanceof Killed) || attempt === triesMax) throw error;
    }
  }
}

async function doOnce(
  process: MortalProcess,
  flow: Flow,
  work: (deps: ChaosDeps) => Promise<unknown>,
): Promise<boolean> {
  try {
    await process.run(flow, () => work(process.deps));
    return !process.isDead;
  } catch (error) {
    if (error instanceof Killed) return false;
    throw error;
  }
}

/** Handles due events until there are none, in one process after the other. */
async function drainWhole(newProcess: () => MortalProcess): Promise<number> {
  let handled = 0;
  for (let process = newProcess(); ;) {
    try {
      const { deps } = process;
      const handler = handlerOf(process);
      const report = await process.run('worker', () =>
        drainInbox(deps, { source: 'stripe', handler, limit: inboxBatch }),
      );
      handled += report.handled + report.ignored;
      if (report.claimed === 0) return handled;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      process = newProcess();
    }
  }
}

function handlerOf(process: MortalProcess): (event: InboxEvent) => Promise<InboxOutcome> {
  return (event) =>
    process.run(flowOf(event.type), async () => {
      const outcome = await handleStripeEvent(process.deps, event);
      if (outcome.state === 'ignored' || outcome.effect === undefined) return outcome;
      return { state: 'handled', effect: process.effectOf(outcome.effect) };
    });
}

function flowOf(type: string): Flow {
  if (type.startsWith('checkout.session.')) return 'session';
  if (type === 'charge.updated') return 'fee';
  if (type === 'charge.dispute.closed' || type === 'charge.dispute.funds_reinstated') return 'dispute_end';
  if (type.startsWith('charge.dispute.')) return 'dispute';
  if (type.startsWith('refund.') || type === 'charge.refund.updated') return 'refund_event';
  return type.startsWith('payout.') ? 'payout' : 'other_event';
}

async function runJobs(insist: ChaosWorld['insist']): Promise<void> {
  await insist('projection', ({ database }) => projectNews(database));
  await insist('reconciliation', (deps) => reconcileNews(deps));
  await insist('sweep', (deps) => expireTopUps(deps));
  await insist('release', (deps) => releaseWaitingTopUps(deps));
  await insist('refund_sweep', (deps) => settleRefunds(deps));
  await insist('other_job', (deps) => settleDebtPayments(deps));
  await insist('cash_out_sweep', (deps) => workOnCashOuts(deps));
  await insist('other_job', (deps) => refreshDueTrust(deps, enforceStanding));
  await insist('other_job', (deps) => releaseEarnedFees(deps));
}

/** The daily look at a week of movements, and at both balances. */
export async function closeDay(world: ChaosWorld): Promise<void> {
  await world.insist('reconciliation', (deps) => reconcileDay(deps));
}

async function quiesce(world: ChaosWorld): Promise<void> {
  const { client } = world.bridge.database;
  for (let round = 1; ; round += 1) {
    await allHeard(world);
    await world.drain();
    const open = await client.inboxEvent.findMany({
      where: { state: { in: ['received', 'failed'] } },
      select: { type: true, lastError: true },
      take: 5,
    });
    if (open.length === 0) return;
    if (round === roundsMax) throw new Error(`events stay unhandled: ${JSON.stringify(open)}`);
    // Leases of the dead end, and so do pauses after failures.
    await world.advance(round < 5 ? leaseSeconds : hourSeconds);
  }
}

/** Resolves when every event that Stripe did not drop has been accepted once. */
async function allHeard({ bridge, door }: ChaosWorld): Promise<void> {
  const unheard = () =>
    bridge.sandbox
      .events()
      .filter(({ event, delivery }) => !isKeptBack(delivery?.state) && !door.hasHeard(event.id))
      .map(({ event }) => event.id);
  for (let waiting = unheard(); waiting.length > 0; waiting = unheard()) {
    while (waiting.some((id) => !door.hasHeard(id))) {
      await door.next();
      waiting = waiting.filter((id) => !door.hasHeard(id));
    }
  }
}

function isKeptBack(state: string | undefined): boolean {
  return state === 'dropped' || state === 'held';
}

/** Every event there ever was once more; resolves when all of them have arrived again. */
export async function replayAll({ bridge, door }: ChaosWorld): Promise<void> {
  const before = door.ended;
  const { released = 0 } = bridge.sandbox.control({ action: 'replay', which: 'all' });
  while (door.ended < before + released) await door.next();
}

/** Nobody sends any more, and what was sent is answered. */
export async function closeWorld({ bridge, door }: ChaosWorld): Promise<void> {
  bridge.sandbox.control({ action: 'webhook_url', url: null });
  await door.close();
}

/** A key for a form, drawn once and kept over all attempts. */
export function formKey(): string {
  return randomUUID();
}
