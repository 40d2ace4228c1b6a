import fc from 'fast-check';

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
