import fc from 'fast-check';
import type { DayCursor, DayEntry, DayStatement } from '#server/ledger/day-queries.ts';
import { transferKindNames, type TransferKind } from '#server/ledger/kinds.ts';
import type { BalanceMonitor } from '#server/ledger/monitors.ts';
import type { Ledger } from '#server/ledger/port.ts';
import { malformedQuestion, type MalformedDraw } from './malformed-questions.ts';
import { dayOf } from './state.ts';

/** One reading of the port as fast-check draws it; accounts and moments are filled in when it is asked. */
export interface QuestionDraw {
  about: (typeof subjects)[number];
  account: number;
  kind: TransferKind | null;
  isReferenced: boolean;
  /** Which of the known moments, and one millisecond more or less. */
  from: Place | null;
  to: Place | null;
  limit: number;
}

interface Place {
  position: number;
  milliseconds: number;
}

const subjects = [
  'transfers',
  'transfersOfAccount',
  'entries',
  'balance',
  'days',
  'statement',
  'transfersOfAccount',
] as const;
const pagesMax = 6;

const place = fc.option(fc.record({ position: fc.nat({ max: 400 }), milliseconds: fc.constantFrom(0, 0, 1, -1) }));
const question: fc.Arbitrary<QuestionDraw> = fc.record({
  about: fc.constantFrom(...subjects),
  account: fc.nat({ max: 20 }),
  kind: fc.option(fc.constantFrom('adjustment', 'adjustment', 'purchase', 'reversal', ...transferKindNames)),
  isReferenced: fc.nat({ max: 3 }).map((drawn) => drawn === 1),
  from: place,
  to: place,
  limit: fc.constantFrom(1, 3, 7, 20, 100),
});

/** What is watched from the beginning. */
export interface MonitorDraw extends Omit<BalanceMonitor, 'accountId'> {
  account: number;
}

const monitor: fc.Arbitrary<MonitorDraw> = fc.record({
  account: fc.nat({ max: 14 }),
  measure: fc.constantFrom('balance', 'available'),
  comparison: fc.constantFrom('below', 'at_or_above'),
  thresholdMinor: fc.constantFrom(0n, 1n, 10n, 30n, 60n, 200n, 600n, 10n ** 20n),
});

/** What is asked of both at the end of a sequence. Readings take longer than what is read: most sequences have none. */
export interface ReadingDraw {
  questions: QuestionDraw[];
  malformed: MalformedDraw[];
  monitors: MonitorDraw[];
}

export const reading: fc.Arbitrary<ReadingDraw | null> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc.record({
      questions: fc.array(question, { minLength: 10, maxLength: 20, size: 'max' }),
      malformed: fc.array(malformedQuestion, { minLength: 4, maxLength: 8, size: 'max' }),
      monitors: fc.array(monitor, { minLength: 1, maxLength: 6, size: 'max' }),
    }),
  },
);

/** What questions are made concrete with. */
export interface Scene {
  /** House accounts have a longer past than the sequence: they are asked about nothing before its beginning. */
  accounts: readonly SeenAccount[];
  beginning: Date;
  moments: readonly Date[];
}

interface SeenAccount {
  id: bigint;
  owner: string;
  isHouse: boolean;
  /** What it held when the sequence began. */
  beginning: { version: bigint };
}

/** Asks one implementation of the port; where that is a refusal, so is this. */
export async function ask(ledger: Ledger, draw: QuestionDraw, scene: Scene): Promise<unknown> {
  const account = scene.accounts[draw.account % scene.accounts.length];
  const isWithPast = draw.about !== 'transfers' && account?.isHouse === false;
  const accountId = account?.id ?? 0n;
  const { beginning } = scene;
  const from = momentOf(draw.from, scene) ?? (isWithPast ? undefined : beginning);
  const to = momentOf(draw.to, scene);
  const period = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const { limit, kind } = draw;
  const reference = draw.isReferenced ? { reference: 'order 1' } : {};
  const ofKind = kind === null ? {} : { kind };
  switch (draw.about) {
    case 'transfers':
      return pagesOf<string, unknown>((before) =>
        ledger.queryTransfers({ ...period, ...ofKind, ...reference, ...before, limit }),
      );
    case 'transfersOfAccount': {
      const query = { accountId, ...period, ...ofKind, ...reference, limit };
      return pagesOf<string, unknown>((before) => ledger.queryTransfers({ ...query, ...before }));
    }
    case 'entries': {
      const query = { accountId, ...period, ...(kind === null ? {} : { kinds: [kind] }), limit };
      return pagesOf<bigint, unknown>((before) => ledger.accountEntries({ ...query, ...before }));
    }
    case 'balance':
      return ledger.balanceAt(accountId, { time: to ?? beginning });
    case 'days':
      return [
        await ledger.balanceOn(accountId, days(scene, draw).to),
        await daysOf(ledger, accountId, days(scene, draw)),
      ];
    case 'statement':
      return account?.isHouse === true
        ? houseStatementOf(ledger, account, { ...days(scene, draw), limit })
        : statementOf(ledger, { accountId, ...days(scene, draw), limit });
  }
}

/** The first pages, from the newest on. */
async function pagesOf<Cursor, Page>(
  read: (before: { before?: Cursor }) => Promise<Page & { nextCursor: Cursor | null }>,
): Promise<unknown[]> {
  const pages: unknown[] = [];
  let before: Cursor | null = null;
  do {
    const page: Page & { nextCursor: Cursor | null } = await read(before === null ? {} : { before });
    pages.push(page);
    before = page.nextCursor;
  } while (before !== null && pages.length < pagesMax);
  return pages;
}

interface DaysAsked {
  from: string;
  to: string;
  limit: number;
}

/** Effective days reach further than the time of booking. */
function days(scene: Scene, { from, to, limit }: QuestionDraw): DaysAsked {
  const first = (momentOf(from, scene) ?? scene.beginning).getTime();
  const last = (momentOf(to, scene) ?? scene.moments.at(-1) ?? scene.beginning).getTime();
  return { from: dayOf(first, from === null ? -45 : -1), to: dayOf(last, to === null ? 400 : 0), limit };
}

async function daysOf(ledger: Ledger, accountId: bigint, { from, to, limit }: DaysAsked): Promise<unknown[]> {
  const first = await ledger.dayTotals({ accountId, from, to, limit });
  const last = first.at(-1);
  return last === undefined
    ? first
    : [...first, await ledger.dayTotals({ accountId, from, to, limit, after: last.day })];
}

async function statementOf(ledger: Ledger, query: Parameters<Ledger['statementByDay']>[0]): Promise<unknown[]> {
  const first = await ledger.statementByDay(query);
  const after = first.nextCursor;
  return after === null ? [first] : [first, await ledger.statementByDay({ ...query, after })];
}

/**
 * The statement of an account of the house, of whose entries only those of this sequence are known: the sums of the
 * period with those entries, and the pages of its last day behind everything older.
 */
async function houseStatementOf(
  ledger: Ledger,
  { id: accountId, beginning: { version } }: SeenAccount,
  { from, to, limit }: DaysAsked,
): Promise<unknown> {
  const sums = new Set<string>();
  const entries: DayEntry[] = [];
  let after: DayCursor | null = null;
  do {
    const cursor: { after?: DayCursor } = after === null ? {} : { after };
    const page: DayStatement = await ledger.statementByDay({ accountId, from, to, limit: 100, ...cursor });
    sums.add(`${String(page.openingMinor)} ${String(page.closingMinor)}`);
    entries.push(...page.entries.filter((entry) => entry.version > version));
    after = page.nextCursor;
  } while (after !== null);
  const lastDay = await statementOf(ledger, { accountId, from: to, to, after: { day: to, version }, limit });
  return { sums: [...sums], entries, lastDay };
}

function momentOf(drawn: Place | null, { moments }: Scene): Date | undefined {
  const moment = drawn === null ? undefined : moments[drawn.position % Math.max(moments.length, 1)];
  return moment === undefined ? undefined : new Date(moment.getTime() + (drawn?.milliseconds ?? 0));
}
