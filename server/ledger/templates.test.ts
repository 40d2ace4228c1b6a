import { describe, expect, test } from 'vitest';
import { isCombination } from '#server/ledger/template-proof.ts';
import { bindTemplate, defineTemplate, type TemplateDeclaration } from '#server/ledger/templates.ts';

type Declaration = TemplateDeclaration<'price' | 'share' | 'fee', 'wallet' | 'escrow'>;

const declaration: Declaration = {
  name: 'sale',
  amounts: { price: 'DUCAT', share: 'DUCAT', fee: 'DUCAT' },
  parties: { wallet: { kind: 'wallet', asset: 'DUCAT' }, escrow: { kind: 'escrow', asset: 'DUCAT' } },
  equations: [{ left: ['price'], right: ['share', 'fee'] }],
  rounding: { rounded: 'fee', takesTheRest: 'share' },
  legs: [
    { name: 'payout', kind: 'sale_payout', debit: { party: 'escrow' }, credit: { party: 'wallet' }, amount: 'share' },
    { name: 'fee', kind: 'sale_fee', debit: { party: 'escrow' }, credit: { house: 'fees' }, amount: 'fee' },
  ],
  effects: [
    { account: { party: 'escrow' }, loses: ['price'] },
    { account: { party: 'wallet' }, gains: ['share'] },
    { account: { house: 'fees' }, gains: ['fee'] },
  ],
};
const [payout, fee] = declaration.legs;
const [escrowLoses, walletGains, feesGain] = declaration.effects;
if (!payout || !fee || !escrowLoses || !walletGains || !feesGain) throw new Error('the declaration is whole');

describe('registering a template', () => {
  test('accepts a declaration whose promises follow from its legs', () => {
    expect(defineTemplate(declaration).isProved).toBe(true);
  });

  const wrong: [string, Partial<Declaration>, RegExp][] = [
    ['lacks a leg', { legs: [payout] }, /escrow does not change as declared/],
    [
      'has a leg the wrong way round',
      { legs: [payout, { ...fee, debit: fee.credit, credit: fee.debit }] },
      /does not change as declared/,
    ],
    ['moves the wrong amount', { legs: [payout, { ...fee, amount: 'price' }] }, /does not change as declared/],
    ['needs an equation that it does not promise', { equations: [], rounding: null }, /price is used nowhere/],
    [
      'promises an equation that no leg carries',
      { equations: [...declaration.equations, { left: ['share'], right: ['fee'] }] },
      /follows from no leg/,
    ],
    [
      'does not empty what it calls cleared',
      { effects: [{ account: { party: 'escrow' }, isCleared: true }, walletGains, feesGain] },
      /escrow does not change as declared/,
    ],
    ['keeps silent about an account', { effects: [escrowLoses, walletGains] }, /no effect says so/],
    ['stays on one account', { legs: [payout, { ...fee, credit: { party: 'escrow' } }] }, /stays on one account/],
    [
      'moves ducats on an account of dollars',
      { legs: [payout, { ...fee, credit: { house: 'fee_income' } }] },
      /holds none/,
    ],
    ['equates ducats and dollars', { amounts: { ...declaration.amounts, fee: 'USD' } }, /holds none|one asset/],
    ['names two legs alike', { legs: [payout, { ...fee, name: 'payout' }] }, /two legs have one name/],
    [
      'leaves open what nothing fills up',
      { effects: [escrowLoses, walletGains, { account: { house: 'fees' }, isOpen: true }] },
      /no leg fills it up/,
    ],
    ['fixes what is filled up', { legs: [payout, { ...fee, mode: 'shortfall' }] }, /what it gains is open/],
    ['rounds without a rest', { rounding: { rounded: 'fee', takesTheRest: 'fee' } }, /no equation gives/],
  ];

  test.each(wrong)('refuses one that %s', (_fault, change, message) => {
    expect(() => defineTemplate({ ...declaration, ...change })).toThrow(message);
  });
});

describe('binding a template', () => {
  const template = defineTemplate(declaration);
  const parties = { wallet: 2_000n, escrow: 2_001n };
  const bind = (amounts: { price: bigint; share: bigint; fee: bigint }) =>
    bindTemplate(template, { amounts, parties, idOf: (leg) => `id of ${leg}`, reference: 'order 1' });

  test('gives one transfer per leg, named by the leg', () => {
    expect(bind({ price: 100n, share: 95n, fee: 5n })).toEqual([
      {
        id: 'id of payout',
        debitAccountId: 2_001n,
        creditAccountId: 2_000n,
        amountMinor: 95n,
        kind: 'sale_payout',
        reference: 'order 1',
      },
      {
        id: 'id of fee',
        debitAccountId: 2_001n,
        creditAccountId: 4n,
        amountMinor: 5n,
        kind: 'sale_fee',
        reference: 'order 1',
      },
    ]);
  });

  test('leaves out legs of nothing and changes no id of the others', () => {
    expect(bind({ price: 100n, share: 100n, fee: 0n }).map(({ id }) => id)).toEqual(['id of payout']);
    expect(bind({ price: 5n, share: 0n, fee: 5n }).map(({ id }) => id)).toEqual(['id of fee']);
    expect(bind({ price: 0n, share: 0n, fee: 0n })).toEqual([]);
  });

  test('throws on amounts that break a promise, or are negative', () => {
    expect(() => bind({ price: 100n, share: 95n, fee: 6n })).toThrow('price = share + fee');
    expect(() => bind({ price: 100n, share: 105n, fee: -5n })).toThrow('fee is not negative');
  });
});

describe('the algebra of the proof', () => {
  const vector = (entries: Record<string, bigint>) => new Map(Object.entries(entries));
  const basis = [vector({ a: 2n, b: -1n }), vector({ b: 3n, c: -1n })];

  test('finds combinations with fractions as factors', () => {
    expect(isCombination(vector({ a: 6n, c: -1n }), basis)).toBe(true);
    expect(isCombination(vector({ a: 1n, b: 1n, c: -1n, d: 0n }), [vector({ a: 2n, b: 2n, c: -2n })])).toBe(true);
    expect(isCombination(vector({}), [])).toBe(true);
  });

  test('finds that something is none', () => {
    expect(isCombination(vector({ a: 6n, c: 1n }), basis)).toBe(false);
    expect(isCombination(vector({ a: 1n }), [])).toBe(false);
    expect(isCombination(vector({ d: 1n }), basis)).toBe(false);
  });
});
