import { describe, expect, test } from 'vitest';
import { emptyCoupon, emptySale, readCoupon, readSale } from './discount-draft.ts';

const start = { openedAt: new Date('2026-05-01T10:00:00Z'), key: '11111111-1111-4111-8111-111111111111' };
const listing = '22222222-2222-4222-8222-222222222222';

describe('a sale that is being typed', () => {
  const whole = { ...emptySale, percent: '12,5', endsAt: '2026-05-09T12:00' };

  test('begins when the form was opened where nothing is typed', () => {
    expect(readSale(whole, start).input).toMatchObject({
      ...{ percentBps: 1_250, listingIds: null, startsAt: start.openedAt, endsAt: new Date('2026-05-09T12:00') },
    });
  });

  test.each([
    ['percent', { percent: '' }],
    ['percent', { percent: '0' }],
    ['percent', { percent: '100' }],
    ['percent', { percent: '-5' }],
    ['listings', { coversAll: false }],
    ['startsAt', { startsAt: 'tomorrow' }],
    ['endsAt', { endsAt: '' }],
    ['endsAt', { startsAt: '2026-05-10T12:00' }],
    ['endsAt', { endsAt: '2099-05-10T12:00' }],
  ])('has something wrong with %s: %o', (field, typed) => {
    expect(readSale({ ...whole, ...typed }, start).wrong).toEqual([field]);
  });

  test('covers what was chosen', () => {
    const chosen = { ...whole, coversAll: false, listingIds: [listing] };
    expect(readSale(chosen, start).input?.listingIds).toEqual([listing]);
  });
});

describe('a coupon that is being typed', () => {
  const whole = { ...emptyCoupon, code: ' carnevale ', percent: '10', endsAt: '2026-05-09T12:00' };

  test('takes off a share or an amount', () => {
    expect(readCoupon(whole, start).input).toMatchObject({
      ...{ code: 'CARNEVALE', percentBps: 1_000, amountMinor: null, minimumMinor: 0n },
      ...{ usesMax: null, citizenUsesMax: 1 },
    });
    const amount = { ...whole, kind: 'amount', amount: '2.50', minimum: '20', usesMax: '5' } as const;
    expect(readCoupon(amount, start).input).toMatchObject({
      ...{ percentBps: null, amountMinor: 250n, minimumMinor: 2_000n, usesMax: 5 },
    });
  });

  test.each([
    ['code', { code: 'ab' }],
    ['code', { code: '<script>' }],
    ['percent', { percent: '' }],
    ['amount', { kind: 'amount' as const, amount: '0' }],
    ['minimum', { minimum: '-1' }],
    ['usesMax', { usesMax: '0' }],
    ['citizenUsesMax', { citizenUsesMax: 'many' }],
    ['endsAt', { endsAt: '2026-04-09T12:00' }],
  ])('has something wrong with %s: %o', (field, typed) => {
    expect(readCoupon({ ...whole, ...typed }, start).wrong).toEqual([field]);
  });
});
