import { describe, expect, test } from 'vitest';
import { isCombination } from '#server/ledger/template-proof.ts';
import {
  bindTemplate,
  defineTemplate,
  oneOrMore,
  zeroOrMore,
  type TemplateDeclaration,
} from '#server/ledger/templates.ts';

type Declaration = TemplateDeclaration<'price' | 'share' | 'fee', 'wallet' | 'escrow'>;

const declaration: Declaration = {
  name: 'sale',
  amounts: { price: zeroOrMore('DUCAT'), share: zeroOrMore('DUCAT'), fee: zeroOrMore('DUCAT') },
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
const range = (leastMinor: bigint, mostMinor: bigint) => ({ asset: 'DUCAT', leastMinor, mostMinor }) as const;
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
    [
      'moves dollars on accounts of ducats',
      { amounts: { ...declaration.amounts, fee: zeroOrMore('USD') } },
      /holds none/,
    ],
    [
      'brings an account of another asset',
      { parties: { ...declaration.parties, wallet: { kind: 'wallet', asset: 'USD' } } },
      /holds none/,
    ],
    [
      'lets a party bring an account of the house',
      { parties: { ...declaration.parties, wallet: { kind: 'treasury', asset: 'DUCAT' } } },
      /holds none/,
    ],
    ['promises an effect twice', { effects: [...declaration.effects, feesGain] }, /has two effects/],
    [
      'promises something of an account that no leg changes',
      { effects: [...declaration.effects, { account: { house: 'treasury' }, isCleared: true }] },
      /no leg changes it/,
    ],
    ['has a range below zero', { amounts: { ...declaration.amounts, fee: range(-1n, 5n) } }, /no transfer can have/],
    ['has a range upside down', { amounts: { ...declaration.amounts, fee: range(6n, 5n) } }, /no transfer can have/],
    [
      'has a range over what a transfer moves',
      { amounts: { ...declaration.amounts, fee: range(0n, 10n ** 15n + 1n) } },
      /no transfer can have/,
    ],
    [
      'has ranges in which an equation cannot hold',
      { amounts: { ...declaration.amounts, price: range(0n, 5n), fee: range(6n, 9n) } },
      /holds for no amounts/,
    ],
    ['names two legs alike', { legs: [payout, { ...fee, name: 'payout' }] }, /two legs have one name/],
    [
      'leaves open what nothing fills up',
      { effects: [escrowLoses, walletGains, { account: { house: 'fees' }, isOpen: true }] },
      /no leg fills it up/,
    ],
    ['rounds without a rest', { rounding: { rounded: 'fee', takesTheRest: 'fee' } }, /no equation gives/],
  ];

  test('refuses a leg of a kind that the ledger does not know', () => {
    const unknown = JSON.parse('"sale_tip"') as 'sale_fee';
    expect(() => defineTemplate({ ...declaration, legs: [payout, { ...fee, kind: unknown }] })).toThrow(
      /no known kind/,
    );
  });

  test.each(wrong)('refuses one that %s', (_fault, change, message) => {
    expect(() => defineTemplate({ ...declaration, ...change })).toThrow(message);
  });
});

type Clearing = TemplateDeclaration<'gross' | 'net' | 'fee' | 'ducats', 'wallet'>;

/** Dollars through a clearing account, and ducats from an account that is filled up for them. */
const clearing: Clearing = {
  name: 'clearing',
  amounts: { gross: oneOrMore('USD'), net: oneOrMore('USD'), fee: zeroOrMore('USD'), ducats: oneOrMore('DUCAT') },
  parties: { wallet: { kind: 'wallet', asset: 'DUCAT' } },
  equations: [{ left: ['gross'], right: ['net', 'fee'] }],
  rounding: null,
  legs: [
    leg({ name: 'in', debit: { house: 'bank' }, credit: { house: 'bridge' }, amount: 'gross' }),
    leg({ name: 'net', debit: { house: 'bridge' }, credit: { house: 'ducat_float' }, amount: 'net' }),
    leg({ name: 'fee', debit: { house: 'bridge' }, credit: { house: 'fee_income' }, amount: 'fee' }),
    leg({
      name: 'mint',
      mode: 'shortfall',
      debit: { house: 'issuance' },
      credit: { house: 'treasury' },
      amount: 'ducats',
    }),
    leg({ name: 'ducats', debit: { house: 'treasury' }, credit: { party: 'wallet' }, amount: 'ducats' }),
  ],
  effects: [
    { account: { house: 'bank' }, loses: ['gross'] },
    { account: { house: 'bridge' }, isCleared: true },
    { account: { house: 'ducat_float' }, gains: ['net'] },
    { account: { house: 'fee_income' }, gains: ['fee'] },
    { account: { house: 'issuance' }, isOpen: true },
    { account: { house: 'treasury' }, isOpen: true },
    { account: { party: 'wallet' }, gains: ['ducats'] },
  ],
};

function leg(given: Omit<Clearing['legs'][number], 'kind'>): Clearing['legs'][number] {
  return { ...given, kind: 'adjustment' };
}

describe('registering a template with a clearing account and a shortfall', () => {
  const legsBut = (name: string) => clearing.legs.filter((one) => one.name !== name);
  const changed = (name: string, change: Partial<Clearing['legs'][number]>) =>
    clearing.legs.map((one) => (one.name === name ? { ...one, ...change } : one));
  const effectOf = (house: string, effect: Clearing['effects'][number]) =>
    clearing.effects.map((one) => ('house' in one.account && one.account.house === house ? effect : one));

  test('accepts one that adds up', () => {
    expect(defineTemplate(clearing).isProved).toBe(true);
  });

  const wrong: [string, Partial<Clearing>, RegExp][] = [
    [
      'leaves the fee in the clearing account',
      {
        legs: legsBut('fee'),
        effects: clearing.effects.filter((one) => !('house' in one.account && one.account.house === 'fee_income')),
      },
      /bridge does not change as declared/,
    ],
    [
      'pays into the clearing account instead of out of it',
      { legs: changed('fee', { debit: { house: 'fee_income' }, credit: { house: 'bridge' } }) },
      /bridge does not change as declared/,
    ],
    ['clears only under an equation that it does not promise', { equations: [] }, /bridge does not change as declared/],
    [
      'declares that the clearing account keeps something',
      { legs: legsBut('fee'), effects: effectOf('bridge', { account: { house: 'bridge' }, gains: ['fee'] }) },
      /must be cleared/,
    ],
    [
      'fills up after it has drawn',
      { legs: [...legsBut('mint'), ...clearing.legs.filter((one) => one.name === 'mint')] },
      /fills up for no later leg/,
    ],
    [
      'fixes what is filled up',
      { effects: effectOf('treasury', { account: { house: 'treasury' }, isCleared: true }) },
      /what it gains is open/,
    ],
    [
      'equates ducats and dollars',
      { equations: [{ left: ['gross'], right: ['net', 'ducats'] }] },
      /between amounts of one asset/,
    ],
    [
      'uses one name for the accounts of two assets',
      {
        legs: [
          ...changed('net', { credit: { house: 'suspense' } }),
          leg({ name: 'more', debit: { house: 'suspense' }, credit: { party: 'wallet' }, amount: 'ducats' }),
        ],
        effects: [
          ...effectOf('ducat_float', { account: { house: 'suspense' }, gains: ['net'] }).slice(0, -1),
          { account: { party: 'wallet' }, gains: ['ducats', 'ducats'] },
        ],
      },
      /accounts of two assets/,
    ],
  ];

  test.each(wrong)('refuses one that %s', (_fault, change, message) => {
    expect(() => defineTemplate({ ...clearing, ...change })).toThrow(message);
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

  test('throws on amounts that break a promise or leave their range', () => {
    expect(() => bind({ price: 100n, share: 95n, fee: 6n })).toThrow('price = share + fee');
    expect(() => bind({ price: 100n, share: 105n, fee: -5n })).toThrow('fee is from 0 to');
    const most = 10n ** 15n;
    expect(bind({ price: most, share: most, fee: 0n })).toHaveLength(1);
    expect(() => bind({ price: most + 1n, share: most, fee: 1n })).toThrow('price is from 0 to');
  });

  test('throws when two parties bring one account', () => {
    const amounts = { price: 100n, share: 95n, fee: 5n };
    const shared = { wallet: 2_000n, escrow: 2_000n };
    expect(() =>
      bindTemplate(template, { amounts, parties: shared, idOf: (name) => name, reference: 'order 1' }),
    ).toThrow('an account of its own');
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
