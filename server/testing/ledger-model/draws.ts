import fc from 'fast-check';
import type { ModelLimit } from './state.ts';

/** One item as fast-check draws it; ids, accounts and targets are filled in when the batch is built. */
export interface ItemDraw {
  shape: (typeof shapes)[number]['shape'];
  from: number;
  to: number;
  amountMinor: bigint;
  /** Which of the earlier requests it is about, counted from the latest. */
  target: number;
  /** True aims only at requests that fit the shape, false at any. */
  isAimed: boolean;
  timeoutSeconds: number | null;
  linked: boolean;
  isPurchase: boolean;
  /** Days between the day of the call and the day it is to belong to; null leaves it to the ledger. */
  effectiveDays: number | null;
  demand: DemandDraw | null;
  rate: RateDraw;
  change: Change;
  malformation: Malformation;
}

/** A condition, by how much it asks beyond what the account or the owner has before the batch. */
export interface DemandDraw {
  about: (typeof demandsAbout)[number];
  beyond: number;
}
const demandsAbout = [
  'debit.version',
  'debit.balanceAtLeastMinor',
  'debit.balanceAtMostMinor',
  'credit.version',
  'credit.balanceAtLeastMinor',
  'credit.balanceAtMostMinor',
  'ownerAvailableAtLeastMinor',
  'ownerAvailableAtLeastMinor',
  'all',
] as const;

export interface RateDraw {
  terms: readonly [bigint, bigint];
  exact: 'in' | 'out';
  flaw: (typeof conversionFlaws)[number];
}
const rates = [
  [1n, 1n],
  [3n, 1n],
  [1n, 3n],
  [7n, 5n],
  [5n, 7n],
  [1n, 40n],
  [10n ** 15n, 10n ** 15n],
] as const;
/** What is wrong with a conversion: one unit too much or too little on the side that was not given, and so on. */
const conversionFlaws = [
  ...(['none', 'none', 'none', 'none', 'none', 'none', 'none', 'none', 'oneMore', 'oneLess'] as const),
  ...(['otherOwner', 'notLiquidityIn', 'notLiquidityOut', 'oneAsset', 'unlinked', 'firstPending'] as const),
  ...(['firstShortfall', 'secondAvailable', 'secondPending', 'termZero', 'termTooBig'] as const),
] as const;

/** What differs when an id is used again. */
export type Change = (typeof changes)[number];
const changes = [
  ...(['nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'nothing'] as const),
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
  'effectiveDate',
  'condition',
  'condition',
  'conversion',
  'conversion',
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
  'availableReversal',
  'datePending',
  'dateVoid',
  'conditionVoid',
  'conditionOfHouse',
  'datedAndOld',
  'dateOfNoDay',
  'dateInWords',
  'conditionBeyondAll',
  'timeoutZero',
  'timeoutLong',
] as const;

export type StepDraw =
  | { type: 'batch'; items: ItemDraw[]; isExternal: boolean; isBreakerOpen: boolean; isDryRun: boolean }
  | { type: 'again'; target: number; skip: number; isDryRun: boolean }
  | { type: 'clock'; seconds: number }
  | { type: 'state'; account: number; state: 'open' | 'frozen' | 'closed' }
  | { type: 'limits'; account: number; limits: ModelLimit[] }
  | { type: 'sweep'; seconds: number };

const oneIn = (count: number): fc.Arbitrary<boolean> => fc.nat({ max: count - 1 }).map((drawn) => drawn === 1);

const shapes = [
  { weight: 6, shape: 'move' },
  { weight: 4, shape: 'pending' },
  { weight: 3, shape: 'shortfall' },
  { weight: 3, shape: 'available' },
  { weight: 6, shape: 'post' },
  { weight: 4, shape: 'void' },
  { weight: 4, shape: 'reverse' },
  { weight: 4, shape: 'conversion' },
  { weight: 6, shape: 'doomed' },
  { weight: 6, shape: 'again' },
  { weight: 6, shape: 'repeat' },
  { weight: 4, shape: 'malformed' },
] as const;

const demand: fc.Arbitrary<DemandDraw> = fc.record({
  about: fc.constantFrom(...demandsAbout),
  beyond: fc.constantFrom(0, 0, 0, 1, -1, 2, -20),
});

const item: fc.Arbitrary<ItemDraw> = fc.record({
  shape: fc.oneof(...shapes.map(({ weight, shape }) => ({ weight, arbitrary: fc.constant(shape) }))),
  from: fc.nat({ max: 20 }),
  to: fc.nat({ max: 20 }),
  amountMinor: fc.oneof(
    { weight: 14, arbitrary: fc.bigInt({ min: 1n, max: 70n }) },
    // Round amounts meet round limits exactly.
    { weight: 8, arbitrary: fc.bigInt({ min: 1n, max: 7n }).map((tens) => 10n * tens) },
    { weight: 1, arbitrary: fc.constant(10n ** 15n) },
  ),
  // The latest one most often: two items of a batch about the same transfer are where mistakes are likely.
  target: fc.oneof(fc.constantFrom(0, 1), fc.nat({ max: 12 })),
  isAimed: fc.nat({ max: 7 }).map((drawn) => drawn !== 1),
  timeoutSeconds: fc.constantFrom(null, 60, 600),
  linked: oneIn(4),
  isPurchase: oneIn(5),
  effectiveDays: fc.oneof(
    { weight: 12, arbitrary: fc.constant(null) },
    { weight: 4, arbitrary: fc.constantFrom(0, -1, -2, 1, -40) },
    { weight: 1, arbitrary: fc.constantFrom(-3_660, -3_661, 366, 367) },
  ),
  demand: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: demand }),
  rate: fc.record({
    terms: fc.constantFrom(...rates),
    exact: fc.constantFrom('in', 'out'),
    flaw: fc.constantFrom(...conversionFlaws),
  }),
  change: fc.constantFrom(...changes),
  malformation: fc.constantFrom(...malformations),
});

/**
 * No sum of these clock steps comes near a timeout of 60 or 600 seconds, nor just before the end of an hour when it
 * begins at half past, so that the time which the test itself takes decides nothing.
 */
const clockSteps = [25, 70, 700] as const;
/** To the last bucket of a limit and out of it: 12, 24 and 25 hours, 10, 30 and 31 days. */
const longClockSteps = [43_200, 86_400, 86_400, 90_000, 864_000, 2_592_000, 2_678_400] as const;

const limit: fc.Arbitrary<ModelLimit> = fc
  .record({
    asset: fc.constantFrom('DUCAT', 'DUCAT', 'DUCAT', 'USD'),
    kind: fc.constantFrom('adjustment', 'adjustment', 'adjustment', 'adjustment', 'purchase', 'reversal', 'conversion'),
    side: fc.constantFrom('debit', 'debit', 'credit'),
    period: fc.constantFrom('24_hours', '30_days'),
    amountMinorMax: fc.bigInt({ min: 0n, max: 12n }).map((tens) => 10n * tens),
    countMax: fc.nat({ max: 5 }),
    missing: fc.constantFrom('countMax', 'countMax', 'amountMinorMax', 'none'),
  })
  .map(({ missing, ...both }) => (missing === 'none' ? both : { ...both, [missing]: null }));

/** Mostly for the first owner, who has the most money and accounts, and about what happens most. */
const limits: fc.Arbitrary<StepDraw> = fc.record({
  type: fc.constant('limits' as const),
  account: fc.constantFrom(2, 2, 2, 2, 2, 2, 3, 3, 4, 6),
  limits: fc.oneof(
    { weight: 1, arbitrary: fc.constant<ModelLimit[]>([]) },
    {
      weight: 6,
      arbitrary: fc.tuple(limit, fc.array(limit, { maxLength: 3 })).map(([first, others]) => {
        const all: ModelLimit[] = [{ ...first, asset: 'DUCAT', kind: 'adjustment' }, ...others];
        return all.filter((one, index) => all.findIndex((other) => isAboutTheSame(one, other)) === index);
      }),
    },
  ),
});

function isAboutTheSame(one: ModelLimit, other: ModelLimit): boolean {
  return (['asset', 'kind', 'side', 'period'] as const).every((field) => one[field] === other[field]);
}

/** Nothing but a transfer of its amount, alone. */
const lone = item.map((drawn): StepDraw => {
  const alone: ItemDraw = { ...drawn, shape: 'move', isAimed: true, linked: false, effectiveDays: null, demand: null };
  return { type: 'batch', items: [alone], isExternal: false, isBreakerOpen: false, isDryRun: false };
});

const step: fc.Arbitrary<StepDraw> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      type: fc.constant('batch' as const),
      items: fc.array(item, { minLength: 2, maxLength: 24, size: 'max' }),
      isExternal: oneIn(5),
      isBreakerOpen: oneIn(40),
      isDryRun: oneIn(8),
    }),
  },
  { weight: 6, arbitrary: lone },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('again' as const),
      target: fc.nat({ max: 3 }),
      skip: fc.constantFrom(0, 0, 0, 1, 2),
      isDryRun: oneIn(5),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('clock' as const), seconds: fc.constantFrom(...clockSteps) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('clock' as const), seconds: fc.constantFrom(...longClockSteps) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('state' as const),
      // By position: two of the house, the rich one, others; those that start empty can be closed.
      account: fc.constantFrom(0, 1, 2, 2, 2, 3, 4, 5, 6, 6, 7, 8, 8, 8),
      state: fc.constantFrom('open', 'frozen', 'frozen', 'closed', 'closed'),
    }),
  },
  { weight: 5, arbitrary: limits },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('sweep' as const), seconds: fc.constantFrom(0, ...clockSteps) }),
  },
);

/** What happens to a fresh set of accounts, one after the other; in most, limits are set before anything else. */
export const sequence: fc.Arbitrary<StepDraw[]> = fc
  .tuple(fc.array(limits, { maxLength: 1 }), fc.array(step, { minLength: 6, maxLength: 11, size: 'max' }))
  .map((parts) => parts.flat());
