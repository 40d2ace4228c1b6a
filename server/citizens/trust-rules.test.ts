import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  levelOf,
  standingOf,
  type SetbackKind,
  type TrustAssignment,
  type TrustFacts,
  type TrustLimits,
  type TrustSettings,
} from './trust-rules.ts';

const now = new Date('2026-11-21T12:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const inDays = (days: number) => daysAgo(-days);
const second = 1_000;

function limits(topUpDay: bigint, holdBoughtDays: number, listingsMax: number | null): TrustLimits {
  const topUps = { topUpDayUsdMinor: topUpDay, topUpMonthUsdMinor: topUpDay * 4n };
  const cashOuts = { cashOutDayUsdMinor: topUpDay / 2n, cashOutMonthUsdMinor: topUpDay };
  return { ...topUps, ...cashOuts, holdBoughtDays, holdEarnedDays: 3, listingsMax };
}

const settings: TrustSettings = {
  limits: { 0: limits(50n, 7, 3), 1: limits(200n, 3, 50), 2: limits(1_000n, 1, 500), 3: limits(5_000n, 1, null) },
  gates: {
    knownAgeDays: 14,
    knownPurchaseAgeDays: 7,
    trustedAfterDays: 90,
    trustedDisputeRatePpm: 5_000,
    factorsResetDays: 5,
    payoutAccountDays: 7,
    newCardHoldDays: 7,
    chargebackDays: 30,
  },
};
const { gates } = settings;

/** Someone who came a moment ago. */
const nobody: TrustFacts = {
  firstSeenAt: now,
  emailVerifiedAt: null,
  hasSecondFactor: false,
  identityVerifiedAt: null,
  cleanPurchases: 0,
  oldestCleanPurchaseAt: null,
  sales: 0,
  salesLost: 0,
  chargebacks: 0,
  factorsResetAt: null,
  factorRemovedAt: null,
  payoutAccountAt: null,
  newCardAt: null,
  chargebackAt: null,
  chargebacksSettledAt: null,
  cleanPurchaseSinceAt: null,
  assignment: null,
};

/** Someone who passed every gate long ago. */
const trusted: TrustFacts = {
  ...nobody,
  firstSeenAt: daysAgo(400),
  emailVerifiedAt: daysAgo(390),
  hasSecondFactor: true,
  identityVerifiedAt: daysAgo(200),
  cleanPurchases: 10,
  oldestCleanPurchaseAt: daysAgo(380),
};
const known: TrustFacts = { ...trusted, identityVerifiedAt: null };
const contract = limits(9_000n, 0, null);

const standing = (facts: TrustFacts, at = now) => standingOf(facts, settings, at);
const assigned = (level: TrustAssignment['level'], decidedAt = now, of: TrustLimits | null = null) => ({
  assignment: { level, contract: of, decidedAt },
});

/** Any citizen, good and bad in every way. */
const time = fc.integer({ min: 0, max: 500 }).map(daysAgo);
const maybeTime = fc.option(time, { nil: null, freq: 2 });
const anyone: fc.Arbitrary<TrustFacts> = fc.record({
  firstSeenAt: time,
  emailVerifiedAt: maybeTime,
  hasSecondFactor: fc.boolean(),
  identityVerifiedAt: maybeTime,
  cleanPurchases: fc.nat(2_000),
  oldestCleanPurchaseAt: maybeTime,
  sales: fc.nat(2_000),
  salesLost: fc.nat(12),
  chargebacks: fc.nat(3),
  factorsResetAt: maybeTime,
  factorRemovedAt: maybeTime,
  payoutAccountAt: maybeTime,
  newCardAt: maybeTime,
  chargebackAt: maybeTime,
  chargebacksSettledAt: maybeTime,
  cleanPurchaseSinceAt: maybeTime,
  assignment: fc.option(
    fc.record({
      level: fc.constantFrom(null, 0, 1, 2, 3, 4),
      contract: fc.constantFrom(null, contract),
      decidedAt: time,
    }),
    { nil: null },
  ),
});

describe('the level that facts earn', () => {
  it('is 0 for a newcomer, and rises gate by gate', () => {
    expect(levelOf(nobody, gates, now)).toBe(0);
    expect(levelOf(known, gates, now)).toBe(1);
    expect(levelOf({ ...trusted, identityVerifiedAt: daysAgo(89) }, gates, now)).toBe(2);
    expect(levelOf(trusted, gates, now)).toBe(3);
  });

  it.each([
    ['account_age', { firstSeenAt: daysAgo(13) }],
    ['verified_email', { emailVerifiedAt: null }],
    ['second_factor', { hasSecondFactor: false }],
    ['clean_purchase', { oldestCleanPurchaseAt: daysAgo(6) }],
    ['clean_purchase', { oldestCleanPurchaseAt: null }],
    ['no_chargeback', { chargebackAt: daysAgo(1), chargebacks: 1 }],
  ] as const)('never passes level 0 while %s is missing, and says so', (code, missing) => {
    const found = standing({ ...trusted, ...missing });
    expect(found).toMatchObject({ level: 0, earnedLevel: 0, next: { level: 1 } });
    expect(found.next?.requirements.filter(({ isMet }) => !isMet).map((each) => each.code)).toEqual([code]);
  });

  it('opens each gate of time at its very second, and names that second before', () => {
    const young = { ...known, firstSeenAt: daysAgo(10), oldestCleanPurchaseAt: daysAgo(1) };
    const { next } = standing(young);
    const metAt = (code: string) => next?.requirements.find((each) => each.code === code)?.metAt;
    expect(metAt('account_age')).toEqual(inDays(4));
    expect(metAt('clean_purchase')).toEqual(inDays(6));
    expect(levelOf(young, gates, new Date(inDays(6).getTime() - second))).toBe(0);
    expect(levelOf(young, gates, inDays(6))).toBe(1);
  });

  it('counts the 90 days of level 3 from the last gate of level 2 that was passed', () => {
    const late = { ...trusted, identityVerifiedAt: daysAgo(300), oldestCleanPurchaseAt: daysAgo(90) };
    expect(levelOf(late, gates, now)).toBe(2);
    expect(standing(late).next?.requirements[0]).toEqual({ code: 'verified_for', isMet: false, metAt: inDays(7) });
    expect(levelOf(late, gates, inDays(7))).toBe(3);
  });

  it('asks level 3 for a dispute rate below half a percent, of purchases and sales together', () => {
    const seller = { ...trusted, cleanPurchases: 100, sales: 298, salesLost: 2 };
    expect(levelOf(seller, gates, now)).toBe(2);
    expect(levelOf({ ...seller, sales: 299 }, gates, now)).toBe(3);
    const buyer = { chargebacks: 2, salesLost: 0, chargebackAt: daysAgo(300), chargebacksSettledAt: daysAgo(290) };
    expect(levelOf({ ...seller, ...buyer, cleanPurchaseSinceAt: daysAgo(280) }, gates, now)).toBe(2);
  });

  it('never falls by a good fact, nor by time that passes without a bad one', () => {
    const good = fc.record(
      {
        older: fc.nat(300),
        emailVerifiedAt: fc.constant(daysAgo(500)),
        hasSecondFactor: fc.constant(true),
        identityVerifiedAt: fc.constant(daysAgo(500)),
        oldestCleanPurchaseAt: fc.constant(daysAgo(500)),
        morePurchases: fc.nat(500),
        moreSales: fc.nat(500),
        later: fc.nat(300),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anyone, good, (facts, { older = 0, morePurchases = 0, moreSales = 0, later = 0, ...better }) => {
        const improved = {
          ...facts,
          ...better,
          firstSeenAt: new Date(facts.firstSeenAt.getTime() - older * 86_400_000),
          cleanPurchases: facts.cleanPurchases + morePurchases,
          sales: facts.sales + moreSales,
        };
        expect(levelOf(improved, gates, inDays(later))).toBeGreaterThanOrEqual(levelOf(facts, gates, now));
        expect(standing(improved, inDays(later)).level).toBeGreaterThanOrEqual(standing(facts).level);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a standing', () => {
  it('never allows more than the gates or an operator give', () => {
    fc.assert(
      fc.property(anyone, (facts) => {
        const { level, earnedLevel, isAssigned } = standing(facts);
        if (!isAssigned) expect(level).toBeLessThanOrEqual(earnedLevel);
        if (earnedLevel >= 1) expect(facts.hasSecondFactor && facts.emailVerifiedAt !== null).toBe(true);
        if (earnedLevel >= 2) expect(facts.identityVerifiedAt).not.toBeNull();
        if (level === 4) expect(facts.assignment).toMatchObject({ level: 4, contract });
      }),
      { numRuns: 2_000 },
    );
  });

  it('reaches level 4 by an assignment with a contract only, and then has its numbers', () => {
    expect(standing({ ...trusted, ...assigned(4, now, contract) })).toMatchObject({ level: 4, limits: contract });
    expect(standing({ ...trusted, ...assigned(4) })).toMatchObject({ level: 3, isAssigned: false });
  });

  it('follows an operator up and down, and the facts again when the decision is taken back', () => {
    expect(standing({ ...nobody, ...assigned(3) })).toMatchObject({ level: 3, isAssigned: true, next: null });
    expect(standing({ ...trusted, ...assigned(0) })).toMatchObject({ level: 0, isAssigned: true, next: null });
    expect(standing({ ...trusted, ...assigned(null) })).toMatchObject({ level: 3, isAssigned: false });
  });

  it('changes nothing but days and levels of what it was given: the limits are those of the level', () => {
    fc.assert(
      fc.property(anyone, (facts) => {
        const found = standing(facts);
        const own = found.level === 4 ? contract : settings.limits[found.level];
        expect({ ...found.limits, holdBoughtDays: own.holdBoughtDays }).toEqual(own);
        expect(found.limits.holdBoughtDays).toBeGreaterThanOrEqual(own.holdBoughtDays);
      }),
    );
  });
});

describe('a setback', () => {
  it.each([
    ['factors_reset', 'factorsResetAt', 5],
    ['payout_account', 'payoutAccountAt', 7],
  ] as const)('%s keeps cash-outs away until its last second, and leaves the level', (kind, fact, days) => {
    const facts = { ...trusted, [fact]: now };
    const setback = { kind, since: now, until: inDays(days) };
    expect(standing(facts)).toMatchObject({ level: 3, cashOutFrom: inDays(days), setbacks: [setback] });
    expect(standing(facts, new Date(inDays(days).getTime() - second)).cashOutFrom).toEqual(inDays(days));
    expect(standing(facts, inDays(days))).toMatchObject({ cashOutFrom: null, setbacks: [] });
  });

  it('of two that keep cash-outs away counts the later end', () => {
    const facts = { ...trusted, factorsResetAt: now, payoutAccountAt: daysAgo(1) };
    expect(standing(facts).cashOutFrom).toEqual(inDays(6));
  });

  it('new_card holds bought ducats for 7 days, and never shorter than the level does', () => {
    const facts = { ...trusted, newCardAt: now };
    expect(standing(facts).limits.holdBoughtDays).toBe(7);
    expect(standing(facts, inDays(7)).limits.holdBoughtDays).toBe(1);
    expect(standing({ ...nobody, newCardAt: now }).limits.holdBoughtDays).toBe(7);
  });

  it('factor_removed gives the limits of level 0, also to whom an operator had raised, until there is one again', () => {
    const facts = { ...trusted, hasSecondFactor: false, factorRemovedAt: now, ...assigned(3, daysAgo(1)) };
    expect(standing(facts)).toMatchObject({ level: 0, limits: settings.limits[0] });
    expect(standing({ ...facts, hasSecondFactor: true })).toMatchObject({ level: 3, setbacks: [] });
    expect(standing({ ...facts, ...assigned(2, inDays(1)) }, inDays(2))).toMatchObject({ level: 2 });
  });

  it('factors_reset gives them too, for as long as there is no factor', () => {
    const facts = { ...trusted, hasSecondFactor: false, factorsResetAt: daysAgo(6), ...assigned(3, daysAgo(9)) };
    expect(standing(facts)).toMatchObject({ level: 0, limits: settings.limits[0], cashOutFrom: null });
    expect(standing({ ...facts, hasSecondFactor: true })).toMatchObject({ level: 3, setbacks: [] });
  });

  it('chargeback freezes while it is open, however high the level was set', () => {
    const facts = { ...trusted, chargebackAt: daysAgo(60), chargebacks: 1, ...assigned(3, daysAgo(61)) };
    expect(standing(facts)).toMatchObject({ level: 0, isFrozen: true });
  });

  it('chargeback that is settled leaves level 0 until 30 days after the next clean purchase', () => {
    const many = { cleanPurchases: 1_000, chargebacks: 1 };
    const settled = { ...trusted, ...many, chargebackAt: daysAgo(60), chargebacksSettledAt: daysAgo(50) };
    const waiting = { kind: 'chargeback', since: daysAgo(60), until: null } as const;
    expect(standing(settled, inDays(900))).toMatchObject({ level: 0, isFrozen: false, setbacks: [waiting] });
    const clean = { ...settled, cleanPurchaseSinceAt: daysAgo(10) };
    expect(standing(clean).setbacks).toEqual([{ ...waiting, until: inDays(20) }]);
    expect(standing(clean, new Date(inDays(20).getTime() - second)).level).toBe(0);
    expect(standing(clean, inDays(20))).toMatchObject({ level: 2, setbacks: [] });
  });

  it('chargeback that ended begins the 90 days of level 3 anew', () => {
    const bad = { cleanPurchases: 1_000, chargebacks: 1, chargebackAt: daysAgo(60), chargebacksSettledAt: daysAgo(50) };
    const clean = { ...trusted, ...bad, cleanPurchaseSinceAt: daysAgo(10) };
    expect(standing(clean, new Date(inDays(110).getTime() - second)).level).toBe(2);
    expect(standing(clean, inDays(110)).level).toBe(3);
  });

  it('chargeback ends by a level that an operator gives afterwards, and not by a decision that is taken back', () => {
    const facts = { ...trusted, chargebackAt: daysAgo(2), chargebacks: 1 };
    expect(standing({ ...facts, ...assigned(1, daysAgo(1)) })).toMatchObject({ level: 1, isFrozen: false });
    expect(standing({ ...facts, ...assigned(null, daysAgo(1)) })).toMatchObject({ level: 0, isFrozen: true });
  });

  it('never raises anyone and never lengthens what is allowed', () => {
    const kinds: readonly [SetbackKind, keyof TrustFacts][] = [
      ['factors_reset', 'factorsResetAt'],
      ['payout_account', 'payoutAccountAt'],
      ['new_card', 'newCardAt'],
      ['chargeback', 'chargebackAt'],
    ];
    fc.assert(
      fc.property(anyone, fc.constantFrom(...kinds), (facts, [, fact]) => {
        const before = standing({ ...facts, [fact]: null });
        const after = standing({ ...facts, [fact]: now });
        expect(after.level).toBeLessThanOrEqual(before.level);
        expect(after.limits.holdBoughtDays).toBeGreaterThanOrEqual(before.limits.holdBoughtDays);
        expect(after.limits.topUpDayUsdMinor <= before.limits.topUpDayUsdMinor).toBe(true);
        expect(after.cashOutFrom?.getTime() ?? 0).toBeGreaterThanOrEqual(before.cashOutFrom?.getTime() ?? 0);
      }),
      { numRuns: 1_000 },
    );
  });
});
