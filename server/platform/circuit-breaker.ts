import type { Clock } from './clock.ts';

export type CircuitState = 'closed' | 'open' | 'half_open';

export interface CircuitReport {
  name: string;
  state: CircuitState;
  /** Failures in a row, up to now. */
  failures: number;
  /** When calls stopped last; null while the circuit is closed. */
  openedAt: Date | null;
}

/** Stops calls to something that fails, so that nobody waits for it and it can recover. */
export interface CircuitBreaker {
  report(): CircuitReport;
  /**
   * Does the work, or answers null without doing it while the circuit is open, or half-open with its one trial under
   * way. Work that rejects counts as failed and rejects here too.
   */
  call<T extends object>(work: () => Promise<T>, isFailure: (result: T) => boolean): Promise<T | null>;
}

export interface CircuitOptions {
  /** For the log and for operators. */
  name: string;
  /** So many failures in a row open the circuit. */
  failuresMax: number;
  /** So long no call is made; then a single one may try. */
  openMs: number;
  clock: Clock;
  /** Told of every opening and closing. */
  onChange?: (report: CircuitReport) => void;
}

/**
 * The states of Nygard's circuit breaker. What began before the circuit opened or closed last is no news about how
 * things are since then, so it is not counted.
 */
export function createCircuitBreaker(options: CircuitOptions): CircuitBreaker {
  const { name, failuresMax, openMs, clock } = options;
  let failures = 0;
  let openedAt: Date | null = null;
  let isTrialUnderWay = false;
  let era = 0;
  const state = (): CircuitState => {
    if (openedAt === null) return 'closed';
    return clock.now().getTime() - openedAt.getTime() < openMs ? 'open' : 'half_open';
  };
  const report = (): CircuitReport => ({ name, state: state(), failures, openedAt });
  const change = (opened: Date | null) => {
    openedAt = opened;
    isTrialUnderWay = false;
    era += 1;
    options.onChange?.(report());
  };
  const settle = (began: number, hasFailed: boolean) => {
    if (began !== era) return;
    failures = hasFailed ? failures + 1 : 0;
    if (openedAt !== null) change(hasFailed ? clock.now() : null);
    else if (failures >= failuresMax) change(clock.now());
  };
  const mayPass = (): boolean => {
    const current = state();
    if (current === 'closed') return true;
    if (current === 'open' || isTrialUnderWay) return false;
    isTrialUnderWay = true;
    return true;
  };
  return {
    report,
    call: async (work, isFailure) => {
      if (!mayPass()) return null;
      const began = era;
      let hasFailed = true;
      try {
        const result = await work();
        hasFailed = isFailure(result);
        return result;
      } finally {
        settle(began, hasFailed);
      }
    },
  };
}
