import type { Tx } from '#server/platform/db.ts';

/** Who does it and why; kept for good in `ledger.breaker_event`. */
export interface BreakerChange {
  actor: string;
  /** 1 to 1,000 characters. */
  reason: string;
}

/**
 * Stops all posting at once; reading goes on. Returns false when it was stopped already. The name and the idea are those
 * of the circuit breaker (Nygard, Release It!), but this one never closes by itself: wrong books do not heal.
 */
export function openBreaker(tx: Tx, change: BreakerChange): Promise<boolean> {
  return setBreaker(tx, true, change);
}

/** Lets posting go on. Only for an operator who has found the reason. Returns false when it was not stopped. */
export function closeBreaker(tx: Tx, change: BreakerChange): Promise<boolean> {
  return setBreaker(tx, false, change);
}

async function setBreaker(tx: Tx, open: boolean, change: BreakerChange): Promise<boolean> {
  const rows = await tx.$queryRaw<{ changed: boolean }[]>`
    SELECT ledger.set_breaker(${open}, ${change.actor}, ${change.reason}) AS changed`;
  return rows[0]?.changed ?? false;
}
