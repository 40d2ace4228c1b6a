import { describe, expect, it } from 'vitest';
import { byAge, bySpending, heldUntil, isHeldAt, type HoldEvent, type Lot, type LotFact } from './lots.ts';
import { holdEvents } from './wire.ts';

const charge = { type: 'charge', id: 'c1' };
const order = { type: 'order', id: 'o1' };
const accountId = 7n;

const bought: LotFact = {
  id: '018f0000-0000-7000-8000-000000000001',
  kind: 'bought',
  source: charge,
  origin: charge,
  since: 100n,
  holdUntil: 200n,
  expiresAt: null,
  parentId: null,
};
const earned: LotFact = { ...bought, kind: 'earned', source: order, since: 150n, holdUntil: 300n, parentId: bought.id };

function until(fact: LotFact, events: readonly HoldEvent[], at: bigint): bigint | null {
  return heldUntil({ fact, accountId }, holdEvents(events), at);
}

const prolong = (effectiveAt: bigint, holdUntil: bigint): HoldEvent => ({
  target: { source: charge },
  holdUntil,
  isLift: false,
  effectiveAt,
});

describe('a hold', () => {
  it('ends at its moment, not after it', () => {
    expect([isHeldAt(200n, 199n), isHeldAt(200n, 200n), isHeldAt(null, 0n)]).toEqual([true, false, false]);
  });

  it('is prolonged from the moment of the word on, and never shortened by it', () => {
    const events = [prolong(160n, 500n), prolong(170n, 400n)];
    expect([until(bought, events, 160n), until(bought, events, 161n), until(bought, events, 180n)]).toEqual([
      200n,
      500n,
      500n,
    ]);
  });

  it('of a charge holds what was earned with it as long as that is held', () => {
    expect(until(earned, [prolong(299n, 900n)], 1_000n)).toBe(900n);
  });

  it('never holds a cleared earning again', () => {
    expect(until(earned, [prolong(300n, 900n)], 1_000n)).toBe(300n);
  });

  it('that was lifted before a sale says nothing about the earning', () => {
    const lift: HoldEvent = { target: { source: charge }, holdUntil: null, isLift: true, effectiveAt: 140n };
    expect(until(earned, [lift], 1_000n)).toBe(300n);
    expect(until(earned, [{ ...lift, effectiveAt: 160n }], 1_000n)).toBeNull();
  });

  it('of an account holds everything in it until the next word about that account', () => {
    const hold: HoldEvent = { target: { accountId }, holdUntil: 700n, isLift: false, effectiveAt: 310n };
    const lift: HoldEvent = { target: { accountId }, holdUntil: null, isLift: true, effectiveAt: 320n };
    expect([until(earned, [hold], 315n), until(earned, [hold, lift], 330n)]).toEqual([700n, 300n]);
  });
});

describe('the order of spending', () => {
  const lot = (fact: Partial<LotFact>, from: bigint, size: bigint): Lot => ({
    from,
    until: from + size,
    fact: { ...bought, ...fact },
    arrivedBy: bought.id,
  });
  const lots = {
    smallNew: lot({ since: 101n }, 1n, 5n),
    hugeNewest: lot({ since: 102n }, 10n, 900n),
    low: lot({}, 1_000n, 7n),
    high: lot({}, 1_010n, 7n),
    large: lot({}, 1_020n, 8n),
    earnedLong: lot({ kind: 'earned', since: 1n }, 2_000n, 50n),
    grantedLate: lot({ kind: 'granted', since: 1n, expiresAt: 9n }, 3_000n, 50n),
    grantedSoon: lot({ kind: 'granted', since: 200n, expiresAt: 8n }, 3_100n, 1n),
  };
  const order = (by: (left: Lot, right: Lot) => number) =>
    Object.entries(lots)
      .sort(([, left], [, right]) => by(left, right))
      .map(([name]) => name);

  it('of a wallet: by kind, granted by expiry, then age, the largest of one age, the higher serial', () => {
    const bySize = ['large', 'high', 'low'];
    const own = ['grantedSoon', 'grantedLate', ...bySize, 'smallNew', 'hugeNewest', 'earnedLong'];
    expect(order(bySpending)).toEqual(own);
  });

  it('of the house: by age, then the higher serial, whatever their size', () => {
    const old = ['grantedLate', 'earnedLong'];
    expect(order(byAge)).toEqual([...old, 'large', 'high', 'low', 'smallNew', 'hugeNewest', 'grantedSoon']);
  });
});
