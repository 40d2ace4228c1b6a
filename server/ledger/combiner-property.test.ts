import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkLedger } from '#server/ledger/checker.ts';
import { createCombiner } from '#server/ledger/combiner.ts';
import { lookupTransfers, type StoredTransfer } from '#server/ledger/lookups.ts';
import { refusals } from '#server/ledger/refusals.ts';
import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { testDatabase } from '#server/testing/database.ts';
import { books, move, plantPoison } from '#server/testing/ledger.ts';

const database = await testDatabase();
const { wallet, balance } = books(database);
const walletCount = 5;
const fundsMinor = 1_000n;

const item = fc.record({
  from: fc.nat({ max: walletCount - 1 }),
  step: fc.integer({ min: 1, max: walletCount - 1 }),
  amountMinor: fc.bigInt({ min: 1n, max: 500n }),
  linked: fc.boolean(),
});
/** What one caller does: a list of its own, one that breaks the whole call, or the list of an earlier caller again. */
const caller = fc.record({
  items: fc.array(item, { minLength: 1, maxLength: 4 }),
  role: fc.oneof(
    { weight: 6, arbitrary: fc.constant('new' as const) },
    { weight: 1, arbitrary: fc.constant('poisonous' as const) },
    { weight: 2, arbitrary: fc.constant('again' as const) },
  ),
  earlier: fc.nat({ max: 40 }),
});
type Caller = typeof caller extends fc.Arbitrary<infer Drawn> ? Drawn : never;

await plantPoison(database);

interface Submitted {
  list: TransferRequest[];
  isPoisoned: boolean;
}

function submissionsOf(callers: readonly Caller[], accounts: readonly bigint[]): Submitted[] {
  const made: Submitted[] = [];
  for (const { items, role, earlier } of callers) {
    const list = items.map(({ from, step, amountMinor, linked }) =>
      move({
        from: accounts[from] ?? 0n,
        to: accounts[(from + step) % walletCount] ?? 0n,
        amountMinor,
        linked,
      }),
    );
    const repeated = role === 'again' ? made[earlier % Math.max(1, made.length)] : undefined;
    if (repeated !== undefined) made.push(repeated);
    else if (role === 'new' || role === 'again') made.push({ list, isPoisoned: false });
    else made.push({ list: list.map((request) => ({ ...request, reference: 'poison' })), isPoisoned: true });
  }
  return made;
}

/** The items of a list in its linked groups. */
function groupsOf(list: readonly TransferRequest[], results: readonly TransferResult[]): TransferResult[][] {
  const groups: TransferResult[][] = [[]];
  results.forEach((result, index) => {
    groups.at(-1)?.push(result);
    if (list[index]?.linked !== true && index < results.length - 1) groups.push([]);
  });
  return groups;
}

const isBooked = (result: TransferResult) => result.status !== 'refused';

function expectSound({ list }: Submitted, results: readonly TransferResult[], stored: Map<string, StoredTransfer>) {
  expect(results.map(({ id }) => id)).toEqual(list.map(({ id }) => id));
  for (const group of groupsOf(list, results)) expect(new Set(group.map(isBooked)).size).toBe(1);
  results.forEach((result, index) => {
    const row = stored.get(result.id);
    if (result.status !== 'refused') {
      expect(row).toMatchObject({ refusal: null, amountMinor: result.amountMinor, bookedAt: result.bookedAt });
      expect(result.amountMinor).toBe(list[index]?.amountMinor);
    } else if (refusals.some(({ name, final }) => final && name === result.code)) {
      expect(row).toMatchObject({ refusal: result.code, amountMinor: 0n });
    } else if (result.code === 'linked_group_open') expect(row).toBeUndefined();
  });
}

it('random callers at once get what was booked: no item of another, no harm from a poisonous one, no unit lost', async () => {
  const shape = fc.record({
    callers: fc.array(caller, { minLength: 20, maxLength: 40 }),
    lanesMax: fc.integer({ min: 1, max: 3 }),
    batchItemsMax: fc.integer({ min: 4, max: 120 }),
  });
  await fc.assert(
    fc.asyncProperty(shape, async ({ callers, lanesMax, batchItemsMax }) => {
      const accounts = await Promise.all(Array.from({ length: walletCount }, () => wallet(fundsMinor)));
      const combiner = createCombiner(database, { lanesMax, batchItemsMax, waitMsMax: 30_000, patienceMsMax: 30_000 });
      const submissions = submissionsOf(callers, accounts);
      const outcomes = await Promise.allSettled(submissions.map(({ list }) => combiner.post(list)));
      await combiner.close();
      const ids = [...new Set(submissions.flatMap(({ list }) => list.map(({ id }) => id)))];
      const rows = await lookupTransfers(database.client, ids);
      const stored = new Map(rows.map((row) => [row.id, row]));
      const firsts: string[] = [];
      submissions.forEach((submitted, index) => {
        const outcome = outcomes[index];
        // The part of a poisonous list that an open group leaves may be empty: then there is nothing to err about.
        const isSent = submitted.list.some(({ linked }) => linked !== true);
        if (outcome?.status === 'rejected') expect([submitted.isPoisoned, isSent]).toEqual([true, true]);
        if (outcome?.status !== 'fulfilled') return;
        expect(submitted.isPoisoned && isSent).toBe(false);
        expectSound(submitted, outcome.value, stored);
        firsts.push(...outcome.value.filter(({ status }) => status === 'created').map(({ id }) => id));
      });
      const booked = rows.filter(({ refusal }) => refusal === null);
      expect(firsts.sort()).toEqual(booked.map(({ id }) => id).sort());
      const expected = accounts.map((account) =>
        booked.reduce(
          (sum, { debitAccountId, creditAccountId, amountMinor }) =>
            sum + (creditAccountId === account ? amountMinor : 0n) - (debitAccountId === account ? amountMinor : 0n),
          fundsMinor,
        ),
      );
      expect(await Promise.all(accounts.map(balance))).toEqual(expected);
    }),
    { numRuns: 25 },
  );
  expect(await checkLedger(database.client)).toMatchObject({ ok: true, findings: [] });
});
