import { settle, type CallRules } from '#server/ledger/combiner-call.ts';
import { createLanes } from '#server/ledger/combiner-lanes.ts';
import { createQueue, overloaded, type Submission } from '#server/ledger/combiner-queue.ts';
import { assertBatchSize } from '#server/ledger/refusals.ts';
import {
  batchSizeMax,
  type RefusedTransfer,
  type TransferRequest,
  type TransferResult,
} from '#server/ledger/schema.ts';
import { post as postBatch } from '#server/ledger/transfers.ts';
import { database, type Database } from '#server/platform/db.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { once } from '#server/platform/once.ts';

/**
 * Gathers the concurrent posts of this process into few calls of the ledger, for money that stands alone: a transfer
 * whose domain row is not written in the same transaction.
 */
export interface Combiner {
  /**
   * Books one transfer, or a list that is decided in its order and whose `linked` items stand or fall together, exactly
   * as `post` of `transfers.ts` does; what is returned is committed. Ids are idempotency keys: after any error but a
   * refusal in the results the caller may ask again with the same ids.
   *
   * A `signal` that fires while the transfers still wait takes them back, and nothing of them is booked. Once they are
   * on their way it changes nothing.
   *
   * Throws `overloaded` (unavailable: too many wait, these waited too long, or the process is stopping) and
   * `batch_too_large` with nothing sent; `ledger_busy` (unavailable: an account stayed locked by someone else) and
   * `ledger_contention` with nothing booked. An error for which `isDatabaseUnavailable` is true leaves the outcome open.
   */
  post(requests: TransferRequest | readonly TransferRequest[], signal?: AbortSignal): Promise<TransferResult[]>;
  /** Refuses further posts, sends what waits, and resolves when the last answer has been given. */
  close(): Promise<void>;
  /** What it is doing and has done since it was made. */
  figures(): CombinerFigures;
}

export interface CombinerFigures {
  /** Transfers that wait to be sent. */
  queuedItems: number;
  /** Calls under way. */
  callsInFlight: number;
  /** Calls sent, repetitions and parts of divided calls included. */
  calls: number;
  /** Transfers in those calls. */
  items: number;
  /** Calls sent again with the same ids, after contention or a lost connection. */
  repeats: number;
  /** Calls that failed as a whole and were divided in halves. */
  divisions: number;
  /** Submissions refused with `overloaded`. */
  overloaded: number;
}

export interface CombinerOptions {
  /** Most calls under way at once; each holds a connection. Default 2. */
  lanesMax?: number;
  /** Most transfers in one call. Default 8,190. */
  batchItemsMax?: number;
  /** Fewest transfers that are worth a call of their own beside another one. Default 16. */
  shareItemsMin?: number;
  /** Most transfers that wait. Default 32,760. */
  queueItemsMax?: number;
  /** Longest wait before sending, in milliseconds. Default 2,000. */
  waitMsMax?: number;
  /** How long after its first sending a failing call may be divided, in milliseconds. Default 4,000. */
  patienceMsMax?: number;
}

const defaults: Required<CombinerOptions> = {
  lanesMax: 2,
  batchItemsMax: batchSizeMax,
  shareItemsMin: 16,
  queueItemsMax: 4 * batchSizeMax,
  waitMsMax: 2_000,
  // Less than the five seconds that posting waits for a locked account: what failed so is not divided.
  patienceMsMax: 4_000,
};

/**
 * Makes a combiner over one database.
 *
 * While `lanesMax` calls are under way, whatever arrives gathers for the next one: batches grow with the load by
 * themselves, and no timer holds anything back when there is none. A lone caller is sent at the end of the present
 * turn of the event loop, so that callers answered together travel together again. Callers are served in the order of
 * their arrival; who awaits one post before the next sees its effect. Two submissions that are not awaited may be
 * decided in either order.
 *
 * Enough of them are divided evenly among the free lanes: while PostgreSQL works on one call, this process reads the
 * answers of another and makes the next. A few transfers that share an account with a call under way wait for its end instead:
 * they would only wait for its locks, and a hot account is served faster by fuller calls than by many that take turns.
 *
 * Each call is one statement outside of any interactive transaction, hence a transaction of its own: BEGIN and COMMIT
 * would be two more round trips. What happens when a call fails is told at `settle`.
 *
 * Group commit of many callers in one trip is TigerBeetle's way to batch; that arrivals gather behind the call under
 * way, without a timer, is how PostgreSQL's own commits share one flush of the log.
 */
export function createCombiner(database: Pick<Database, 'client'>, options: CombinerOptions = {}): Combiner {
  const limits = { ...defaults, ...options };
  const tally = { calls: 0, items: 0, repeats: 0, divisions: 0, overloaded: 0 };
  const queue = createQueue(limits);
  const rules: CallRules = {
    patienceMsMax: limits.patienceMsMax,
    send: (items) => {
      tally.calls += 1;
      tally.items += items.length;
      return postBatch(database.client, items);
    },
    note: (event) => {
      tally[event === 'repeat' ? 'repeats' : 'divisions'] += 1;
    },
  };
  const underWay = new Set<ReadonlySet<bigint>>();
  const lanes = createLanes<Submission>({
    lanesMax: limits.lanesMax,
    next: (lanesFree) => {
      const waiting = queue.itemCount();
      const isWorthSharing = waiting >= lanesFree * limits.shareItemsMin;
      return queue.take(
        Math.min(limits.batchItemsMax, isWorthSharing ? Math.ceil(waiting / lanesFree) : waiting),
        (submission) => waiting >= limits.shareItemsMin || isApart(submission, underWay),
      );
    },
    work: async (submissions) => {
      const accounts = accountsOf(submissions);
      underWay.add(accounts);
      await settle(submissions, rules);
      underWay.delete(accounts);
    },
  });
  let closing: Promise<void> | null = null;
  const submit = (items: readonly TransferRequest[], signal?: AbortSignal): Promise<TransferResult[]> => {
    const { promise, resolve, reject } = Promise.withResolvers<TransferResult[]>();
    const fail = (error: unknown) => {
      if (isDomainError(error) && error.code === 'overloaded') tally.overloaded += 1;
      reject(error);
    };
    const submission: Submission = { items, arrivedAt: performance.now(), answer: resolve, fail };
    if (closing === null && queue.add(submission)) lanes.wake();
    else fail(overloaded());
    if (signal === undefined) return promise;
    const withdraw = () => {
      if (queue.withdraw(submission)) reject(signal.reason);
    };
    signal.addEventListener('abort', withdraw);
    return promise.finally(() => {
      signal.removeEventListener('abort', withdraw);
    });
  };
  return {
    post: async (requests, signal) => {
      signal?.throwIfAborted();
      const { sound, open } = withoutOpenGroup('id' in requests ? [requests] : requests);
      assertBatchSize(sound.length + open.length, limits.batchItemsMax);
      const results = sound.length === 0 ? [] : await submit(sound, signal);
      return open.length === 0 ? results : [...results, ...open.map(refusedAsOpen)];
    },
    close: () => (closing ??= lanes.drained()),
    figures: () => ({ ...tally, queuedItems: queue.itemCount(), callsInFlight: lanes.busyCount() }),
  };
}

/** The combiner of this process, over its database. */
export function combiner(): Combiner {
  return once('ledger.combiner', () => createCombiner(database()));
}

function accountsOf(submissions: readonly Submission[]): ReadonlySet<bigint> {
  const items = submissions.flatMap((submission) => submission.items);
  return new Set(items.flatMap(({ debitAccountId, creditAccountId }) => [debitAccountId, creditAccountId]));
}

function isApart({ items }: Submission, underWay: ReadonlySet<ReadonlySet<bigint>>): boolean {
  for (const accounts of underWay) {
    const isShared = ({ debitAccountId, creditAccountId }: TransferRequest) =>
      accounts.has(debitAccountId) || accounts.has(creditAccountId);
    if (items.some(isShared)) return false;
  }
  return true;
}

/**
 * Parts a list from a linked group at its end that nothing closes. Gathered with others it would take in the next
 * caller's transfers, so it is refused here, with the ledger's own answer. Copies what is sent: a caller that changes
 * its request afterwards changes nothing.
 */
function withoutOpenGroup(requests: readonly TransferRequest[]): {
  sound: TransferRequest[];
  open: readonly TransferRequest[];
} {
  const openFrom = 1 + requests.findLastIndex((request) => request.linked !== true);
  return { sound: requests.slice(0, openFrom).map((request) => ({ ...request })), open: requests.slice(openFrom) };
}

function refusedAsOpen({ id }: TransferRequest): RefusedTransfer {
  return { status: 'refused', id, code: 'linked_group_open', field: 'linked', replayed: false };
}
