import fc from 'fast-check';
import type { LotSource } from '#server/provenance/lots.ts';
import type { Leg } from './provenance-books.ts';

/** Random histories: what people, the house and operators do to units. */

const actions = [
  ...['mint', 'topUp', 'topUp', 'wait', 'release', 'grant', 'purchase', 'purchase', 'purchase', 'sell', 'sell', 'sell'],
  ...[
    'refundOrder',
    'refundPart',
    'gift',
    'cashOut',
    'refundCharge',
    'clawBack',
    'returnLast',
    'reverse',
    'feeRelease',
  ],
  ...['hold', 'lift', 'holdAccount', 'pass', 'spendFromHouse'],
] as const;

/** Each of them, in an order in which each finds what it needs. */
export const everyAction: readonly StepDraw['action'][] = [
  ...(['mint', 'topUp', 'purchase', 'sell', 'clawBack', 'returnLast', 'topUp', 'purchase', 'sell', 'cashOut'] as const),
  ...([
    'refundCharge',
    'returnLast',
    'gift',
    'reverse',
    'feeRelease',
    'spendFromHouse',
    'wait',
    'release',
    'grant',
  ] as const),
  ...(['purchase', 'refundPart', 'refundOrder', 'hold', 'lift', 'holdAccount', 'pass'] as const),
];

export interface StepDraw {
  action: (typeof actions)[number];
  who: number;
  whom: number;
  amount: number;
  seconds: number;
}

export const stepDraw: fc.Arbitrary<StepDraw> = fc.record({
  action: fc.constantFrom(...actions),
  who: fc.nat(5),
  whom: fc.nat(5),
  amount: fc.integer({ min: 1, max: 40 }),
  seconds: fc.integer({ min: 0, max: 40 }),
});

/** A leg of nothing is none. */
export function leg(wanted: Leg): Leg[] {
  return wanted.amount > 0n ? [wanted] : [];
}

export function basketOf({ amount }: StepDraw): [base: bigint, bonus: bigint] {
  return [BigInt(amount) * 3n, BigInt(amount % 7)];
}

export function atMost(amount: number, most: bigint): bigint {
  return BigInt(amount) < most ? BigInt(amount) : most;
}

export function takeFrom<Item>(items: Item[], index: number): Item | undefined {
  return items.splice(index % Math.max(1, items.length), 1)[0];
}

export function sourceOf(key: string): LotSource {
  const [type = '', id = ''] = key.split(' ');
  return { type, id };
}
