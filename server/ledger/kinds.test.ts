import { describe, expect, it, test } from 'vitest';
import { accountKinds, normalSideOf, onNormalSide } from '#server/ledger/kinds.ts';

test('every kind of account has the side of its class, and the contra account the other one', () => {
  const debits = accountKinds.filter(({ name }) => normalSideOf(name) === 'debit').map(({ name }) => name);
  expect(debits).toEqual([
    ...['issuance', 'stripe_balance', 'bank', 'stripe_fees', 'dispute_fees', 'promotion_cost', 'receivable', 'loss'],
  ]);
});

describe('a balance as people read it', () => {
  it('is not negative where money stands on its own side, and negative where it does not', () => {
    expect(onNormalSide('issuance', -3_900n)).toBe(3_900n);
    expect(onNormalSide('wallet', 25n)).toBe(25n);
    expect(onNormalSide('stripe_balance', 40n)).toBe(-40n);
    expect(onNormalSide('ducat_float', -1n)).toBe(-1n);
  });
});
