import fc from 'fast-check';

/** One item as fast-check draws it; ids, accounts and targets are filled in when the batch is built. */
export interface ItemDraw {
  shape: 'move' | 'pending' | 'shortfall' | 'post' | 'void' | 'reverse' | 'again' | 'repeat' | 'malformed';
  from: number;
  to: number;
  amountMinor: bigint;
  /** Which of the earlier requests it is about, counted from the latest. */
  target: number;
  /** True aims only at requests that fit the shape, false at any. */
  isAimed: boolean;
  timeoutSeconds: number | null;
  linked: boolean;
  change: Change;
  malformation: Malformation;
}

/** What differs when an id is used again. */
export type Change = (typeof changes)[number];
const changes = [
  'nothing',
  'nothing',
  'nothing',
  'letters',
  'debitAccountId',
  'creditAccountId',
  'amountMinor',
  'kind',
  'reference',
  'mode',
  'action',
  'action',
  'relatedId',
  'relatedId',
  'timeoutSeconds',
  'linked',
] as const;

/** What is wrong with, or at the very edge of, an item whatever the books say. */
export type Malformation = (typeof malformations)[number];
const malformations = [
  'idIsText',
  'idOfVersion4',
  'idOf36Days',
  'idOfLongAgo',
  'idOf34Days',
  'idIn2Minutes',
  'idIn400Days',
  'idIn30Seconds',
  'sameAccount',
  'debitUnknown',
  'creditUnknown',
  'otherAsset',
  'amountZero',
  'amountNegative',
  'amountOverMax',
  'amountMax',
  'voidOfAmount',
  'kindUnknown',
  'referenceEmpty',
  'referenceLong',
  'referenceLongest',
  'shortfallPending',
  'timeoutZero',
  'timeoutLong',
] as const;

export type StepDraw =
  | { type: 'batch'; items: ItemDraw[]; isExternal: boolean; isBreakerOpen: boolean }
  | { type: 'again'; target: number; skip: number }
  | { type: 'clock'; seconds: number }
  | { type: 'state'; account: number; state: 'open' | 'frozen' | 'closed' }
  | { type: 'sweep'; seconds: number };

const oneIn = (count: number): fc.Arbitrary<boolean> => fc.nat({ max: count - 1 }).map((drawn) => drawn === 1);

const item: fc.Arbitrary<ItemDraw> = fc.record({
  shape: fc.oneof(
    { weight: 6, arbitrary: fc.constant('move' as const) },
    { weight: 4, arbitrary: fc.constant('pending' as const) },
    { weight: 3, arbitrary: fc.constant('shortfall' as const) },
    { weight: 6, arbitrary: fc.constant('post' as const) },
    { weight: 4, arbitrary: fc.constant('void' as const) },
    { weight: 4, arbitrary: fc.constant('reverse' as const) },
    { weight: 6, arbitrary: fc.constant('again' as const) },
    { weight: 4, arbitrary: fc.constant('repeat' as const) },
    { weight: 4, arbitrary: fc.constant('malformed' as const) },
  ),
  from: fc.nat({ max: 20 }),
  to: fc.nat({ max: 20 }),
  amountMinor: fc.oneof(
    { weight: 20, arbitrary: fc.bigInt({ min: 1n, max: 70n }) },
    { weight: 1, arbitrary: fc.constant(10n ** 15n) },
  ),
  // The latest one most often: two items of a batch about the same transfer are where mistakes are likely.
  target: fc.oneof(fc.constantFrom(0, 1), fc.nat({ max: 12 })),
  isAimed: fc.nat({ max: 7 }).map((drawn) => drawn !== 1),
  timeoutSeconds: fc.constantFrom(null, 60, 600),
  linked: oneIn(3),
  change: fc.constantFrom(...changes),
  malformation: fc.constantFrom(...malformations),
});

/**
 * No sum of these clock steps comes near a timeout of 60 or 600 seconds, so that the time which the test itself
 * takes decides nothing.
 */
const clockSteps = [25, 70, 700] as const;

const step: fc.Arbitrary<StepDraw> = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.record({
      type: fc.constant('batch' as const),
      items: fc.array(item, { minLength: 2, maxLength: 24, size: 'max' }),
      isExternal: oneIn(5),
      isBreakerOpen: oneIn(40),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('again' as const),
      target: fc.nat({ max: 3 }),
      skip: fc.constantFrom(0, 0, 0, 1, 2),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('clock' as const), seconds: fc.constantFrom(...clockSteps) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('state' as const),
      // By position: two of the house, the rich one, others; those that start empty can be closed.
      account: fc.constantFrom(0, 1, 2, 2, 2, 3, 4, 5, 6, 6, 7, 7),
      state: fc.constantFrom('open', 'frozen', 'frozen', 'closed', 'closed'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('sweep' as const), seconds: fc.constantFrom(0, ...clockSteps) }),
  },
);

/** What happens to a fresh set of accounts, one after the other. */
export const sequence: fc.Arbitrary<StepDraw[]> = fc.array(step, { minLength: 5, maxLength: 10, size: 'max' });
