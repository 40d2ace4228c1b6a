import fc from 'fast-check';
import { transferKindNames } from '#server/ledger/kinds.ts';
import type { VelocityLimit } from '#server/ledger/limits.ts';
import type { Ledger } from '#server/ledger/port.ts';
import { codeOr } from './answers.ts';
import type { Scene } from './questions.ts';

const account = fc.nat({ max: 12 });
const limit = fc.constantFrom(1, 7, 100);
/** The first and the last one that a text can name, and others. */
const soundDays = ['0001-01-01', '2026-11-21', '2028-02-29', '9999-12-31'] as const;
const noDays = [
  ...['', 'today', '2026', '2026-11', '2026-1-1', '20260101', ' 2026-01-01', '2026-01-01 ', '2026-01-01T00:00:00Z'],
  ...['2026-02-30', '2027-02-29', '2026-13-01', '2026-00-10', '0000-01-01', '10000-01-01', '-0001-01-01'],
] as const;
const day = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...soundDays) },
  { weight: 1, arbitrary: fc.constantFrom(...noDays) },
);
const version = fc.constantFrom(-1n, 0n, 1n, 2n, 10n ** 15n);
/** Of either form, the largest and the smallest there are, and what is of neither. */
const cursors = [
  ...['1', '7', '999999999999999999', '9999999999999999999', '0', '-1', '01', ' 7', '7 ', '1e3', '', 'last'],
  ...['ffffffff-ffff-ffff-ffff-ffffffffffff', '00000000-0000-0000-0000-000000000000'],
  ...['FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF', 'f'.repeat(32), 'ffffffff-ffff-ffff-ffff-fffffffffff'],
] as const;

/** How many an owner may have. */
const limitsMax = 100;
const plain = { asset: 'DUCAT', kind: 'adjustment', side: 'debit', period: '24_hours' } as const;
const everyLimit = transferKindNames.flatMap((kind) =>
  (['DUCAT', 'USD'] as const).flatMap((asset) =>
    (['debit', 'credit'] as const).flatMap((side): VelocityLimit[] => [
      { ...plain, kind, asset, side, countMax: 1 },
      { ...plain, kind, asset, side, countMax: 1, period: '30_days' },
    ]),
  ),
);
/** The longest name that an owner may have, and what is no name of one. */
const otherOwners = ['a'.repeat(128), 'a'.repeat(129), '', 'house'] as const;
const allLimits: readonly VelocityLimit[][] = [
  ...[[], [{ ...plain, amountMinorMax: 0n }], [{ ...plain, amountMinorMax: 10n ** 15n }], [{ ...plain, countMax: 0 }]],
  ...[[{ ...plain, countMax: 1_000_000_000 }], everyLimit.slice(0, limitsMax)],
  ...[[plain], [{ ...plain, amountMinorMax: -1n }], [{ ...plain, amountMinorMax: 10n ** 15n + 1n }]],
  ...[-1, 1.5, Number.NaN, 1_000_000_001].map((countMax) => [{ ...plain, countMax }]),
  [
    { ...plain, countMax: 1 },
    { ...plain, amountMinorMax: 1n },
  ],
  everyLimit.slice(0, limitsMax + 1),
];

/** A question with something in it that is no place, no day, no limit or nobody's, or that is so only just. */
export const malformedQuestion = fc.oneof(
  fc.record({ about: fc.constant('balanceOn' as const), account }),
  fc.record({ about: fc.constant('days' as const), account, from: day, to: day, after: fc.option(day), limit }),
  fc.record({
    about: fc.constant('statement' as const),
    ...{ account, from: day, to: day, limit },
    after: fc.option(fc.record({ day, version })),
  }),
  fc.record({
    about: fc.constant('transfers' as const),
    account: fc.option(account),
    ...{ isReferenced: fc.boolean(), limit },
  }),
  fc.record({ about: fc.constant('entries' as const), account, before: version, limit }),
  fc.record({ about: fc.constant('balanceAt' as const), account, version }),
  fc.record({ about: fc.constant('group' as const), name: fc.constantFrom('', 'nobody', 'Model_wallets', 'model%') }),
  fc.record({
    about: fc.constant('limits' as const),
    account,
    limits: fc.shuffledSubarray([...allLimits], { minLength: allLimits.length }),
  }),
);

export type MalformedDraw = typeof malformedQuestion extends fc.Arbitrary<infer Draw> ? Draw : never;

/** Asks one implementation of the port; codes are answers too. */
export async function askMalformed(ledger: Ledger, draw: MalformedDraw, scene: Scene): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const answer of asked(ledger, draw, scene)) answers.push(await codeOr(answer()));
  return answers;
}

type Call = () => Promise<unknown>;

function asked(ledger: Ledger, draw: MalformedDraw, scene: Scene): Call[] {
  if (draw.about === 'group') return [() => ledger.groupTotal(draw.name)];
  if (draw.about === 'limits') {
    const { owner } = accountAt(draw.account, scene);
    const sets = draw.limits.map((limits) => () => ledger.setVelocityLimits(owner, limits));
    const ofOthers = otherOwners.map((other) => () => ledger.setVelocityLimits(other, [{ ...plain, countMax: 1 }]));
    return [...sets, () => ledger.velocityLimits(owner), ...ofOthers];
  }
  if (draw.about === 'transfers') {
    const of = draw.account === null ? {} : { accountId: accountAt(draw.account, scene).id };
    const reference = draw.isReferenced ? { reference: 'order 1' } : {};
    const query = { ...of, ...reference, from: scene.beginning, limit: draw.limit };
    return cursors.map((before) => () => ledger.queryTransfers({ ...query, before }));
  }
  return askedOfAccount(ledger, draw, accountAt(draw.account, scene).id);
}

type DrawOfAccount = Exclude<MalformedDraw, { about: 'group' | 'limits' | 'transfers' }>;

function askedOfAccount(ledger: Ledger, draw: DrawOfAccount, accountId: bigint): Call[] {
  switch (draw.about) {
    case 'balanceOn':
      return [...soundDays, ...noDays].map((date) => () => ledger.balanceOn(accountId, date));
    case 'days': {
      const { from, to, after, limit: days } = draw;
      return [() => ledger.dayTotals({ accountId, from, to, limit: days, ...(after === null ? {} : { after }) })];
    }
    case 'statement': {
      const { from, to, after, limit: lines } = draw;
      return [() => ledger.statementByDay({ accountId, from, to, limit: lines, ...(after === null ? {} : { after }) })];
    }
    case 'entries':
      return [() => ledger.accountEntries({ accountId, before: draw.before, limit: draw.limit })];
    case 'balanceAt':
      return [() => ledger.balanceAt(accountId, { version: draw.version })];
  }
}

/** Accounts of owners, whose whole past is known, and one that there is not. */
function accountAt(position: number, { accounts }: Scene): { id: bigint; owner: string } {
  return accounts.filter(({ isHouse }) => !isHouse)[position] ?? { id: 10n ** 15n, owner: 'house' };
}
