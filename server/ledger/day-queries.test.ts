import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import {
  balanceOn,
  dayTotals,
  statementByDay,
  type Day,
  type DayCursor,
  type DayEntry,
} from '#server/ledger/day-queries.ts';
import { ensurePartitions } from '#server/ledger/partitions.ts';
import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { testDatabase } from '#server/testing/database.ts';
import { ledgerClock } from '#server/testing/ledger-clock.ts';
import { books, move } from '#server/testing/ledger.ts';

/** Put the seed of a failed run here to see it again. */
const seed = Date.now() % 1_000_000;
const dayMs = 86_400_000;
const database = await testDatabase();
const { wallet, post } = books(database);
const clock = ledgerClock(database);
const issuance = systemAccountId('issuance', 'DUCAT');
await clock.advanceToNoon();

function dayOf(time: Date, daysAhead = 0): Day {
  return new Date(time.getTime() + daysAhead * dayMs).toISOString().slice(0, 10);
}

function outcomes(results: readonly TransferResult[]): string[] {
  return results.map((result) => (result.status === 'refused' ? result.code : result.status));
}

async function dated(
  request: Omit<Parameters<typeof move>[0], 'effectiveDate'>,
  daysAhead?: number,
): Promise<TransferRequest> {
  const effectiveDate = daysAhead === undefined ? {} : { effectiveDate: dayOf(await clock.now(), daysAhead) };
  return move({ id: await clock.id(), ...request, ...effectiveDate });
}

describe('an effective date', () => {
  it('places an entry on its day, before or after the day of booking', async () => {
    const account = await wallet();
    const today = await clock.now();
    const pay = (amountMinor: bigint, daysAhead?: number) =>
      dated({ from: issuance, to: account, amountMinor }, daysAhead);
    await post([await pay(1n), await pay(20n, -3), await pay(300n, 5), await pay(4_000n, 0)]);
    const on = (daysAhead: number) => balanceOn(database.client, account, dayOf(today, daysAhead));
    expect(await Promise.all([-4, -3, -1, 0, 4, 5].map(on))).toEqual([0n, 20n, 20n, 4_021n, 4_021n, 4_321n]);
    const period = { accountId: account, from: dayOf(today, -30), to: dayOf(today, 30), limit: 100 };
    expect(await dayTotals(database.client, period)).toEqual([
      { day: dayOf(today, -3), netMinor: 20n },
      { day: dayOf(today), netMinor: 4_001n },
      { day: dayOf(today, 5), netMinor: 300n },
    ]);
    const { entries } = await statementByDay(database.client, period);
    expect(entries.map(({ effectiveDay, version }) => [effectiveDay, version])).toEqual([
      [dayOf(today, -3), 2n],
      [dayOf(today), 1n],
      [dayOf(today), 4n],
      [dayOf(today, 5), 3n],
    ]);
  });

  it('lies at most 3,660 days back and 366 ahead, and belongs to what an id means', async () => {
    const account = await wallet(10n);
    const pay = (daysAhead: number) => dated({ from: account, to: issuance, amountMinor: 1n }, daysAhead);
    const batch = [await pay(-3_660), await pay(-3_661), await pay(366), await pay(367)];
    const tooFar = 'effective_date_out_of_range';
    expect(outcomes(await post(batch))).toEqual(['created', tooFar, 'created', tooFar]);
    const other = { ...(batch[0] ?? (await pay(0))), effectiveDate: dayOf(await clock.now(), -1) };
    expect(await post([other])).toMatchObject([{ code: 'id_content_mismatch', field: 'effectiveDate' }]);
  });

  it('is one text and no other: what is no day is refused and leaves the rest of the batch alone', async () => {
    const to = await wallet();
    const texts = ['2026-02-30', '2026-13-01', '20261120', '2026-11-20 ', 'today', '', '0000-01-01'];
    const odd = texts.map((effectiveDate) => move({ from: issuance, to, amountMinor: 1n, effectiveDate }));
    const results = await post([...odd, move({ from: issuance, to, amountMinor: 1n })]);
    expect(results.map((result) => (result.status === 'refused' ? result.code : result.status))).toEqual([
      ...texts.map(() => 'effective_date_out_of_range'),
      'created',
    ]);
  });

  it('is refused where nothing moves, and taken by what posts a pending transfer and by a reversal', async () => {
    const account = await wallet(100n);
    const request = { from: account, to: issuance, amountMinor: 10n };
    const hold = await dated({ ...request, pending: {} });
    const settle = await dated({ ...request, postPendingId: hold.id }, -1);
    const back = { from: issuance, to: account, amountMinor: 4n, reversesId: settle.id };
    const results = await post([
      await dated({ ...request, pending: {} }, -1),
      hold,
      settle,
      await dated({ ...back, kind: 'reversal' }, -2),
    ]);
    expect(outcomes(results)).toEqual(['combination_not_allowed', 'created', 'created', 'created']);
    const now = await clock.now();
    const on = (daysAhead: number) => balanceOn(database.client, account, dayOf(now, daysAhead));
    expect(await Promise.all([-3, -2, -1, 0].map(on))).toEqual([0n, 4n, -6n, 94n]);
  });
});

/** Three ways to send one transfer: each is decided by a function of its own. */
const ways: [string, (request: TransferRequest) => Promise<TransferRequest[]>][] = [
  ['alone', async (request) => Promise.resolve([request])],
  ['in a plain batch', async (request) => [request, await companion()]],
  [
    'in a batch with a group',
    async (request) => [request, { ...(await companion()), linked: true }, await companion()],
  ],
];

function companion(): Promise<TransferRequest> {
  return dated({ from: issuance, to: systemAccountId('treasury', 'DUCAT'), amountMinor: 1n });
}

test.each(ways)(
  'a transfer %s counts on its own day, and the first of a day closes the one before',
  async (_way, sent) => {
    const account = await wallet();
    const first = await clock.now();
    const pay = async (amountMinor: bigint) => {
      await post(await sent(await dated({ from: issuance, to: account, amountMinor })));
    };
    for (const [earlier, later] of [
      [1n, 20n],
      [300n, 4_000n],
      [50_000n, 600_000n],
    ] as const) {
      await pay(earlier);
      await pay(later);
      await clock.advance(86_400);
      await ensurePartitions(database.client);
    }
    const period = { accountId: account, from: dayOf(first), to: dayOf(first, 3), limit: 100 };
    expect(await dayTotals(database.client, period)).toEqual([
      { day: dayOf(first), netMinor: 21n },
      { day: dayOf(first, 1), netMinor: 4_300n },
      { day: dayOf(first, 2), netMinor: 650_000n },
    ]);
  },
);

interface NaiveEntry {
  accountId: bigint;
  day: Day;
  version: bigint;
  amountMinor: bigint;
}

const draw = fc.record({
  from: fc.nat(2),
  step: fc.integer({ min: 1, max: 2 }),
  amount: fc.bigInt(1n, 1_000n),
  daysAhead: fc.option(fc.integer({ min: -6, max: 6 }), { nil: undefined }),
});
const plan = fc.record({
  /** Batches, with the days that pass before each. */
  batches: fc.array(fc.tuple(fc.nat(2), fc.array(draw, { minLength: 1, maxLength: 8 })), {
    minLength: 1,
    maxLength: 5,
  }),
  first: fc.integer({ min: -10, max: 8 }),
  days: fc.nat(12),
  pageSize: fc.integer({ min: 1, max: 7 }),
});

/** Posts what a plan says among three accounts without floors, and notes what each entry is. */
async function play(
  batches: readonly (readonly [number, readonly (typeof draw extends fc.Arbitrary<infer T> ? T : never)[]])[],
) {
  const accounts = (['stripe_balance', 'bank', 'bridge'] as const).map((kind) => systemAccountId(kind, 'USD'));
  const versions = new Map<bigint, bigint>();
  for (const accountId of accounts) {
    const row = await database.client.ledgerAccount.findUniqueOrThrow({ where: { id: accountId } });
    versions.set(accountId, row.version);
  }
  const start = new Map(versions);
  const entries: NaiveEntry[] = [];
  for (const [daysPassing, draws] of batches) {
    await clock.advance(daysPassing * 86_400);
    await ensurePartitions(database.client);
    const now = await clock.now();
    const requests: TransferRequest[] = [];
    for (const { from, step, amount, daysAhead } of draws) {
      const sides = [accounts[from] ?? 0n, accounts[(from + step) % 3] ?? 0n] as const;
      requests.push(await dated({ from: sides[0], to: sides[1], amountMinor: amount }, daysAhead));
      for (const [side, accountId] of sides.entries()) {
        const version = (versions.get(accountId) ?? 0n) + 1n;
        versions.set(accountId, version);
        entries.push({ accountId, day: dayOf(now, daysAhead), version, amountMinor: side === 0 ? -amount : amount });
      }
    }
    expect(outcomes(await post(requests))).toEqual(requests.map(() => 'created'));
  }
  return { accounts, start, entries, now: await clock.now() };
}

/** All pages of a statement, with a check of each page's own arithmetic left to the caller. */
async function allPages(query: { accountId: bigint; from: Day; to: Day; limit: number }) {
  const entries: DayEntry[] = [];
  const balances = new Set<string>();
  let after: DayCursor | undefined;
  do {
    const page = await statementByDay(database.client, { ...query, ...(after === undefined ? {} : { after }) });
    expect(page.entries.length).toBeLessThanOrEqual(query.limit);
    entries.push(...page.entries);
    balances.add(`${String(page.openingMinor)} ${String(page.closingMinor)}`);
    after = page.nextCursor ?? undefined;
  } while (after !== undefined);
  expect(balances.size).toBe(1);
  const [openingMinor = 0n, closingMinor = 0n] = [...balances].flatMap((text) => text.split(' ').map(BigInt));
  return { entries, openingMinor, closingMinor };
}

const sum = (entries: readonly { amountMinor: bigint }[]) =>
  entries.reduce((total, entry) => total + entry.amountMinor, 0n);

it(
  `balances, day totals and statements of random dates are what adding up naively gives (seed ${String(seed)})`,
  { timeout: 120_000 },
  async () => {
    const all: NaiveEntry[] = [];
    await fc.assert(
      fc.asyncProperty(plan, async ({ batches, first, days, pageSize }) => {
        const { accounts, entries, now } = await play(batches);
        all.push(...entries);
        const [from, to] = [dayOf(now, first), dayOf(now, first + days)];
        for (const accountId of accounts) {
          const own = all.filter((entry) => entry.accountId === accountId);
          const inPeriod = own
            .filter(({ day }) => day >= from && day <= to)
            .sort((a, b) => (a.day === b.day ? (a.version < b.version ? -1 : 1) : a.day < b.day ? -1 : 1));
          const statement = await allPages({ accountId, from, to, limit: pageSize });
          const inWords = statement.entries.map(({ effectiveDay, version, amountMinor }) => [
            effectiveDay,
            version,
            amountMinor,
          ]);
          expect(inWords).toEqual(inPeriod.map(({ day, version, amountMinor }) => [day, version, amountMinor]));
          expect(statement.openingMinor).toBe(sum(own.filter(({ day }) => day < from)));
          expect(statement.openingMinor + sum(statement.entries)).toBe(statement.closingMinor);
          expect(await balanceOn(database.client, accountId, to)).toBe(statement.closingMinor);
          const nets = Map.groupBy(inPeriod, ({ day }) => day);
          expect(await dayTotals(database.client, { accountId, from, to, limit: 100 })).toEqual(
            [...nets].map(([day, ofDay]) => ({ day, netMinor: sum(ofDay) })).filter(({ netMinor }) => netMinor !== 0n),
          );
        }
      }),
      // What a sequence booked stays, and the clock runs on: there is nothing to shrink.
      { seed, numRuns: 20, endOnFailure: true },
    );
    const isOther = ({ day, accountId, version }: NaiveEntry, place: number) =>
      all.some(
        (entry, at) => at < place && entry.accountId === accountId && entry.version < version && entry.day > day,
      );
    expect(all.filter(isOther).length, 'entries of earlier days than one before them').toBeGreaterThan(5);
  },
);

test('a page of day totals goes on after the last day of the one before', async () => {
  const account = await wallet();
  const now = await clock.now();
  const requests = [-5, -4, -2, 1].map((daysAhead) =>
    dated({ from: issuance, to: account, amountMinor: 5n }, daysAhead),
  );
  await post(await Promise.all(requests));
  const query = { accountId: account, from: dayOf(now, -9), to: dayOf(now, 9), limit: 3 };
  const first = await dayTotals(database.client, query);
  const second = await dayTotals(database.client, { ...query, after: first.at(-1)?.day ?? '' });
  expect([...first, ...second].map(({ day }) => day)).toEqual([-5, -4, -2, 1].map((ahead) => dayOf(now, ahead)));
  expect(second).toHaveLength(1);
});

test('an unknown account and what is no day are refused', async () => {
  const account = await wallet();
  for (const day of ['2026-02-30', '2026-1-1', 'today', '']) {
    await expect(balanceOn(database.client, account, day)).rejects.toMatchObject({
      kind: 'invalid',
      code: 'day_malformed',
    });
  }
  const unknown = { kind: 'not_found', code: 'account_not_found' };
  await expect(balanceOn(database.client, 987_654_321n, '2026-01-01')).rejects.toMatchObject(unknown);
  const query = { accountId: 987_654_321n, from: '2026-01-01', to: '2026-01-31', limit: 10 };
  await expect(statementByDay(database.client, query)).rejects.toMatchObject(unknown);
  const statement = await statementByDay(database.client, { ...query, accountId: account });
  expect(statement).toEqual({ openingMinor: 0n, closingMinor: 0n, entries: [], nextCursor: null });
});

test('the books are in order after all of this', async () => {
  expect(await checkLedger(database.client)).toMatchObject({ ok: true });
});
