import type { Random } from '../proofs/random.ts';

/** What a process is at when it may die. */
export type Flow =
  | 'door'
  | 'start'
  | 'page'
  | 'worker'
  | 'session'
  | 'fee'
  | 'refund_event'
  | 'dispute'
  | 'dispute_end'
  | 'payout'
  | 'other_event'
  | 'refund'
  | 'review'
  | 'cash_out'
  | 'cash_out_sending'
  | 'debt'
  | 'reconciliation'
  | 'projection'
  | 'release'
  | 'sweep'
  | 'refund_sweep'
  | 'cash_out_sweep'
  | 'other_job';

/**
 * Where in a step: before it, when all of a transaction is done but its commit, or when the step is over and nobody knows
 * it yet.
 */
export type Side = 'before' | 'uncommitted' | 'after';

/** A gap of a flow in which a process can die. */
export interface Gap {
  flow: Flow;
  /** A call of Stripe's SDK, such as `refunds.create`; `tx`, or `tx after <call>`; or `effect`, what an event changes. */
  step: string;
  /** Which of these steps of one run of the flow, from 1. */
  number: number;
  side: Side;
}

export interface CrashPoint extends Gap {
  name: string;
}

type Place = readonly [step: string, side: Side, number?: number];

function points(flow: Flow, places: Readonly<Record<string, Place>>): CrashPoint[] {
  return Object.entries(places).map(([name, [step, side, number = 1]]) => ({ name, flow, step, number, side }));
}

/** Every gap of the bridge that has a name. */
export const crashPoints: readonly CrashPoint[] = [
  ...points('door', {
    event_not_stored: ['inbox_store', 'before'],
    event_stored_not_answered: ['inbox_store', 'after'],
  }),
  ...points('start', {
    top_up_written_not_sent: ['checkout.sessions.create', 'before'],
    session_made_not_recorded: ['checkout.sessions.create', 'after'],
    session_recorded_not_answered: ['tx after checkout.sessions.create', 'after'],
  }),
  ...points('page', {
    page_asked_not_booked: ['checkout.sessions.retrieve', 'after'],
    page_booked_not_committed: ['tx after checkout.sessions.retrieve', 'uncommitted'],
    page_booked_not_answered: ['tx after checkout.sessions.retrieve', 'after'],
  }),
  ...points('worker', {
    events_claimed_not_looked_at: ['tx', 'after'],
    event_handled_next_not_begun: ['tx', 'after', 2],
  }),
  ...points('session', {
    payment_asked_not_booked: ['checkout.sessions.retrieve', 'after'],
    payment_booked_not_committed: ['effect', 'uncommitted'],
  }),
  ...points('fee', {
    fee_asked_not_booked: ['charges.retrieve', 'after'],
    fee_booked_not_committed: ['effect', 'uncommitted'],
  }),
  ...points('refund', {
    refund_requested_not_sent: ['refunds.create', 'before'],
    refund_sent_not_recorded: ['refunds.create', 'after'],
    refund_recorded_not_answered: ['tx after refunds.create', 'after'],
  }),
  ...points('refund_sweep', {
    refund_swept_not_recorded: ['refunds.create', 'after'],
  }),
  ...points('refund_event', {
    refund_asked_not_recorded: ['refunds.retrieve', 'after'],
    refund_recorded_not_committed: ['effect', 'uncommitted'],
  }),
  ...points('dispute', {
    dispute_asked_not_kept: ['disputes.retrieve', 'after'],
    dispute_kept_not_frozen: ['tx after refunds.list', 'after', 1],
    dispute_frozen_orders_not_looked_for: ['tx after refunds.list', 'after', 2],
    dispute_orders_looked_for_not_cancelled: ['tx after refunds.list', 'after', 3],
    dispute_order_not_cancelled_or_not_booked: ['tx after refunds.list', 'uncommitted', 4],
    dispute_next_step_not_done: ['tx after refunds.list', 'before', 5],
  }),
  ...points('dispute_end', {
    dispute_end_asked_not_kept: ['disputes.retrieve', 'after'],
    dispute_end_not_booked: ['tx after refunds.list', 'before', 2],
    dispute_end_not_committed: ['tx after refunds.list', 'uncommitted', 2],
  }),
  ...points('cash_out', {
    requested_not_written: ['tx', 'before', 2],
    requested_not_committed: ['tx', 'uncommitted', 2],
    requested_not_answered: ['tx', 'after', 2],
  }),
  ...points('cash_out_sending', {
    approved_not_claimed: ['tx', 'after'],
    claimed_not_sent: ['transfers.create', 'before'],
    transfer_sent_not_recorded: ['transfers.create', 'after'],
    transfer_recorded_payout_not_claimed: ['tx after transfers.create', 'after'],
    payout_claimed_not_sent: ['payouts.create', 'before'],
    payout_sent_not_recorded: ['payouts.create', 'after'],
  }),
  ...points('payout', {
    bank_asked_not_recorded: ['payouts.retrieve', 'after'],
    bank_recorded_not_committed: ['effect', 'uncommitted'],
  }),
  ...points('cash_out_sweep', {
    reversal_claimed_not_sent: ['transfers.createReversal', 'before'],
    reversal_sent_not_recorded: ['transfers.createReversal', 'after'],
  }),
  ...points('debt', {
    debt_page_written_not_made: ['checkout.sessions.create', 'before'],
    debt_page_made_not_recorded: ['checkout.sessions.create', 'after'],
  }),
  ...points('reconciliation', {
    movements_read_not_written: ['balanceTransactions.list', 'after'],
    movement_written_next_not: ['tx after balanceTransactions.list', 'after'],
    movement_booked_not_committed: ['tx after balanceTransactions.list', 'uncommitted'],
  }),
  ...points('release', { waiting_released_not_committed: ['tx', 'uncommitted'] }),
  ...points('sweep', { page_closed_not_recorded: ['checkout.sessions.expire', 'after'] }),
  ...points('projection', { lots_projected_not_committed: ['tx', 'uncommitted'] }),
];

/** Decides which processes die where: each point is due the first time it is reached, and later now and then. */
export class CrashSchedule {
  readonly #random: Random;
  readonly #deathsMax: number;
  readonly #byPlace = new Map<string, CrashPoint>();
  readonly #deaths = new Map<string, number>();

  constructor(random: Random, { deathsMax }: { deathsMax: number }) {
    this.#random = random;
    this.#deathsMax = deathsMax;
    for (const point of crashPoints) this.#byPlace.set(placeOf(point), point);
  }

  /** The name of the point at which a process that is in this gap dies now; null when it lives on. */
  deathAt(gap: Gap): string | null {
    const point = this.#byPlace.get(placeOf(gap));
    if (point === undefined) return null;
    const deaths = this.#deaths.get(point.name) ?? 0;
    if (deaths >= this.#deathsMax || (deaths > 0 && this.#random.below(4) > 0)) return null;
    this.#deaths.set(point.name, deaths + 1);
    return point.name;
  }

  /** Points at which no process has died yet. */
  untouched(): string[] {
    return crashPoints.map(({ name }) => name).filter((name) => !this.#deaths.has(name));
  }

  get deaths(): number {
    return [...this.#deaths.values()].reduce((sum, count) => sum + count, 0);
  }
}

function placeOf({ flow, step, number, side }: Gap): string {
  return [flow, step, String(number), side].join(' | ');
}
