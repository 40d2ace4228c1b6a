import { describe, expect, it } from 'vitest';
import { testPrincipal } from '#server/testing/principal.ts';
import { actsAsOperator, assertFreshProof, assertOperator, freshProofMs, owesSecondFactor } from './access.ts';
import { isDomainError } from './errors.ts';

const now = new Date('2026-11-21T12:00:00Z');
const ago = (milliseconds: number) => new Date(now.getTime() - milliseconds);

function refusalOf(action: () => void): string | null {
  try {
    action();
    return null;
  } catch (error) {
    return isDomainError(error) ? error.code : 'defect';
  }
}

describe('a fresh proof', () => {
  const demand = (proof: 'fresh' | 'fresh_factor', facts: Parameters<typeof testPrincipal>[0]) =>
    refusalOf(() => {
      assertFreshProof(testPrincipal(facts), { proof, now });
    });

  it('is a sign-in of the last five minutes, to the millisecond, for whoever has no second factor', () => {
    expect(demand('fresh', { provedAt: ago(freshProofMs) })).toBeNull();
    expect(demand('fresh', { provedAt: ago(freshProofMs + 1) })).toBe('step_up_required');
  });

  it('is the second factor alone for whoever has one: a sign-in a moment ago is not enough', () => {
    const owner = { hasSecondFactor: true, provedAt: now };
    expect(demand('fresh', { ...owner, secondFactorAt: null })).toBe('step_up_required');
    expect(demand('fresh', { ...owner, secondFactorAt: ago(freshProofMs + 1) })).toBe('step_up_required');
    expect(demand('fresh', { ...owner, secondFactorAt: ago(freshProofMs) })).toBeNull();
  });

  it('of a second factor cannot be given by whoever has none', () => {
    expect(demand('fresh_factor', { provedAt: now, secondFactorAt: now })).toBe('factor_missing');
  });

  it('is never given by a bearer token', () => {
    expect(demand('fresh', { sessionId: null, provedAt: null })).toBe('step_up_required');
  });
});

describe('an operator', () => {
  const enter = (facts: Parameters<typeof testPrincipal>[0]) =>
    refusalOf(() => {
      assertOperator(testPrincipal({ role: 'operator', ...facts }), ['finance']);
    });

  it('needs one of the roles, or to be an admin', () => {
    expect(enter({ operatorRole: 'finance' })).toBeNull();
    expect(enter({ operatorRole: 'admin' })).toBeNull();
    expect(enter({ operatorRole: 'support' })).toBe('operator_role_required');
    expect(enter({ role: 'citizen', operatorRole: null })).toBe('operators_only');
  });

  it('acts as one only after a second factor in this very session', () => {
    const without = { hasSecondFactor: false, secondFactorAt: null };
    const owing = { hasSecondFactor: true, secondFactorAt: null };
    expect(enter(without)).toBe('factor_missing');
    expect(enter(owing)).toBe('second_factor_required');
    for (const facts of [without, owing]) {
      expect(actsAsOperator(testPrincipal({ role: 'operator', ...facts }))).toBe(false);
    }
    expect(actsAsOperator(testPrincipal({ role: 'operator' }))).toBe(true);
    expect(actsAsOperator(testPrincipal({ hasSecondFactor: true, secondFactorAt: now }))).toBe(false);
  });

  it('owes the second factor until it is given, and a bearer owes none', () => {
    expect(owesSecondFactor(testPrincipal({ hasSecondFactor: true, secondFactorAt: null }))).toBe(true);
    expect(owesSecondFactor(testPrincipal({ hasSecondFactor: true, secondFactorAt: now }))).toBe(false);
    expect(owesSecondFactor(testPrincipal({ hasSecondFactor: true, secondFactorAt: null, sessionId: null }))).toBe(
      false,
    );
    expect(owesSecondFactor(testPrincipal())).toBe(false);
  });
});
