import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { refuse, type DomainError } from '#server/platform/errors.ts';

/** What one caller handed in: transfers that are sent together and in this order. */
export interface Submission {
  readonly items: readonly TransferRequest[];
  /** When it was handed in, in milliseconds of the monotonic clock. */
  readonly arrivedAt: number;
  /** Gives the caller the results of its items, in their order. */
  answer(results: TransferResult[]): void;
  fail(error: unknown): void;
}

export interface QueueLimits {
  /** Most transfers that wait at once. */
  queueItemsMax: number;
  /** Longest that a submission waits, in milliseconds. */
  waitMsMax: number;
}

/** Submissions that wait to be sent, oldest first. */
export interface SubmissionQueue {
  /** Transfers that wait. */
  itemCount(): number;
  /** Takes a submission in; false when it does not fit. */
  add(submission: Submission): boolean;
  /**
   * Removes the oldest submissions that make up at most `itemsMax` transfers, up to the first that may not leave; the
   * very oldest even when it alone is more.
   */
  take(itemsMax: number, mayLeave: (submission: Submission) => boolean): Submission[];
  /** Removes one submission; false when it is no longer here. */
  withdraw(submission: Submission): boolean;
}

/**
 * A bounded first-in, first-out queue. What waited longer than `waitMsMax` is refused with `overloaded`; it never left
 * the queue, so nothing of it was booked or stored.
 *
 * The limit on waiting needs one timer for the whole queue: it looks at the oldest submission only, is set while
 * something waits, and keeps no process alive. (A submission only ever waits behind a call that is under way.)
 */
export function createQueue(limits: QueueLimits): SubmissionQueue {
  // A Set keeps the order of arrival and forgets a withdrawn submission without a search.
  const waiting = new Set<Submission>();
  let items = 0;
  let timer: NodeJS.Timeout | null = null;
  const remove = (submission: Submission): boolean => {
    if (!waiting.delete(submission)) return false;
    items -= submission.items.length;
    return true;
  };
  const watch = (oldest: Submission) => {
    const remaining = oldest.arrivedAt + limits.waitMsMax - performance.now();
    timer = setTimeout(sweep, Math.max(1, remaining)).unref();
  };
  const sweep = () => {
    timer = null;
    const now = performance.now();
    for (const submission of waiting) {
      if (now - submission.arrivedAt < limits.waitMsMax) {
        watch(submission);
        return;
      }
      remove(submission);
      submission.fail(overloaded());
    }
  };
  return {
    itemCount: () => items,
    add: (submission) => {
      if (items + submission.items.length > limits.queueItemsMax) return false;
      waiting.add(submission);
      items += submission.items.length;
      if (timer === null) watch(submission);
      return true;
    },
    take: (itemsMax, mayLeave) => {
      const taken: Submission[] = [];
      let count = 0;
      for (const submission of waiting) {
        count += submission.items.length;
        if ((count > itemsMax && taken.length > 0) || !mayLeave(submission)) break;
        remove(submission);
        taken.push(submission);
      }
      return taken;
    },
    withdraw: remove,
  };
}

/** The refusal of back-pressure: never final, nothing was sent; the same id may be used again. */
export function overloaded(): DomainError {
  return refuse(
    'unavailable',
    'overloaded',
    'There is more to book right now than the books can take. Please try again.',
  );
}
