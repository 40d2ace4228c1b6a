import type { TrustStanding } from '#server/citizens/trust-rules.ts';
import { ducat, type DucatMinor } from '#server/money/money.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';
import type { DucatRequestState } from '#server/market/peer-transfers/ducat-request-schema.ts';
import type { LeavingPart } from '#server/market/peer-transfers/peer-transfer-schema.ts';

/** Who may send what, as pure decisions. */

export const requestRules = {
  /** A request ends by itself after so long. */
  openDays: 14,
  /** Most open requests from one citizen to another. */
  openOfPairMax: 3,
  /** Most requests of one citizen in 24 hours. */
  perDayMax: 20,
} as const;

const dayMs = 86_400_000;

/** When a request that is made now ends by itself. */
export function requestExpiry(now: Date): Date {
  return new Date(now.getTime() + requestRules.openDays * dayMs);
}

/** A request whose time is over has ended, whether or not the worker has written it down. */
export function shownState(request: { state: DucatRequestState; expiresAt: Date }, now: Date): DucatRequestState {
  return request.state === 'open' && request.expiresAt <= now ? 'expired' : request.state;
}

/**
 * Refuses `trust_frozen`, `send_not_before` and `debt_before_sending` (forbidden): what a standing and a debt do not
 * allow. While somebody may just have taken over an account by a reset, nothing leaves it.
 */
export function assertMaySend({
  standing,
  openDebtMinor,
}: {
  standing: Pick<TrustStanding, 'isFrozen' | 'setbacks'>;
  /** Cents. */
  openDebtMinor: bigint;
}): void {
  if (standing.isFrozen) throw refuse('forbidden', 'trust_frozen', 'A card payment of yours was charged back.');
  const reset = standing.setbacks.find(({ kind }) => kind === 'factors_reset');
  if (reset !== undefined) {
    throw new DomainError({
      kind: 'forbidden',
      code: 'send_not_before',
      message: 'Your second factors were reset lately, so nothing is sent for some days.',
      details: { from: reset.until?.toISOString() ?? null },
    });
  }
  if (openDebtMinor > 0n)
    throw refuse('forbidden', 'debt_before_sending', 'Please pay what you owe before you send ducats.');
}

/** Refuses `send_limit` (forbidden) where an amount is more than is left of the limits of a day or a month. */
export function assertWithinRoom(
  amountMinor: bigint,
  { dayLeftMinor, monthLeftMinor }: { dayLeftMinor: bigint; monthLeftMinor: bigint },
): void {
  const leftMinor = dayLeftMinor < monthLeftMinor ? dayLeftMinor : monthLeftMinor;
  if (amountMinor <= leftMinor) return;
  throw new DomainError({
    kind: 'forbidden',
    code: 'send_limit',
    message: 'This is more than your trust level lets you send right now.',
    details: { leftMinor: String(leftMinor) },
  });
}

interface HeldPart {
  kind: 'stock' | 'bought' | 'granted' | 'earned';
  isHeld: boolean;
  amountMinor: bigint;
}

/**
 * Which ducats an amount takes from lots that stand in the order of spending; alike ones together. Null where the lots
 * are fewer than the amount: their origins are not worked out yet.
 */
export function leavingParts(lots: readonly HeldPart[], amountMinor: bigint): LeavingPart[] | null {
  const parts: (LeavingPart & { amountMinor: DucatMinor })[] = [];
  let missingMinor = amountMinor;
  for (const { kind, isHeld, amountMinor: size } of lots) {
    if (missingMinor === 0n) break;
    if (kind === 'stock') return null;
    const taken = size < missingMinor ? size : missingMinor;
    missingMinor -= taken;
    const known = parts.find((part) => part.kind === kind && part.isHeld === isHeld);
    if (known === undefined) parts.push({ kind, isHeld, amountMinor: ducat(taken) });
    else known.amountMinor = ducat(known.amountMinor + taken);
  }
  return missingMinor === 0n ? parts : null;
}
