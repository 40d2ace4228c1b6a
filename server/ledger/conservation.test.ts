import fc from 'fast-check';
import { expect, it } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { testDatabase } from '#server/testing/database.ts';
import { books, move } from '#server/testing/ledger.ts';

const database = await testDatabase();
const { wallet, balance, ...ledger } = books(database);
const seed = Date.now() % 1_000_000;

/** One item as fast-check draws it; ids and accounts are filled in when the batch is built. */
interface Draw {
  from: number;
  to: number;
  amount: number;
  linked: boolean;
  shape: 'move' | 'pending' | 'post' | 'void' | 'reverse' | 'shortfall' | 'repeat';
  target: number;
}

const draw: fc.Arbitrary<Draw> = fc.record({
  from: fc.nat({ max: 4 }),
  to: fc.nat({ max: 4 }),
  amount: fc.integer({ min: -1, max: 120 }),
  linked: fc.boolean(),
  shape: fc.constantFrom('move', 'move', 'move', 'pending', 'post', 'void', 'reverse', 'shortfall', 'repeat'),
  target: fc.nat({ max: 30 }),
});

function requestOf(item: Draw, accounts: readonly bigint[], earlier: readonly TransferRequest[]): TransferRequest {
  const from = accounts[item.from] ?? 1n;
  const to = accounts[item.to] ?? 1n;
  const plain = move({ from, to, amountMinor: BigInt(item.amount), linked: item.linked });
  const target = earlier[item.target % Math.max(earlier.length, 1)];
  if (target === undefined || item.shape === 'move') return plain;
  const { debitAccountId, creditAccountId } = target;
  switch (item.shape) {
    case 'pending':
      return { ...plain, pending: {} };
    case 'shortfall':
      return { ...plain, mode: 'shortfall' };
    case 'post':
      return { ...plain, debitAccountId, creditAccountId, postPendingId: target.id };
    case 'void':
      return { ...plain, debitAccountId, creditAccountId, voidPendingId: target.id, amountMinor: 0n };
    case 'reverse':
      return { ...plain, debitAccountId: creditAccountId, creditAccountId: debitAccountId, reversesId: target.id };
    case 'repeat':
      return target;
  }
}

/** Not final, because they are about what another transfer has become: that may be something else a moment later. */
const openCodes: readonly string[] = ['pending_not_found', 'original_not_found', 'original_not_reversible'];

/** Which items may be answered otherwise when they are asked again: those, their groups, and whatever names them. */
function openItems(requests: readonly TransferRequest[], results: readonly TransferResult[]): boolean[] {
  let group = 0;
  const groups = requests.map(({ linked }) => (linked === true ? group : group++));
  const open = results.map((result) => result.status === 'refused' && openCodes.includes(result.code));
  const names = ({ id, postPendingId, voidPendingId, reversesId }: TransferRequest) =>
    [id, postPendingId, voidPendingId, reversesId].filter((name) => name !== undefined && name !== null);
  const follows = (item: TransferRequest, index: number) =>
    requests.some(
      ({ id }, other) => open[other] === true && (groups[other] === groups[index] || names(item).includes(id)),
    );
  for (let count = -1; count !== open.filter(Boolean).length;) {
    count = open.filter(Boolean).length;
    for (const [index, item] of requests.entries()) open[index] ||= follows(item, index);
  }
  return open;
}

/** What was booked; what is open is passed over. */
function booked(results: readonly TransferResult[], open: readonly boolean[]): string[] {
  return results
    .filter((_result, index) => open[index] !== true)
    .filter((result) => result.status !== 'refused')
    .map((result) => `${result.id} ${String(result.amountMinor)}`);
}

it('random batches conserve money, never take a wallet below zero, and asked again give the same answers', async () => {
  const issuance = systemAccountId('issuance', 'DUCAT');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(draw, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 5 }),
      async (batches) => {
        const accounts = [issuance, await wallet(200n), await wallet(50n), await wallet(), await wallet()];
        const start = await total(accounts);
        const earlier: TransferRequest[] = [];
        for (const batch of batches) {
          const requests = batch.reduce<TransferRequest[]>(
            (made, item) => [...made, requestOf(item, accounts, [...earlier, ...made])],
            [],
          );
          const first = await ledger.post(requests);
          const versions = await versionTotal();
          const again = await ledger.post(requests);
          const open = openItems(requests, first);
          expect(booked(again, open)).toEqual(booked(first, open));
          const made = again.flatMap(({ status }, index) => (status === 'created' ? [open[index] === true] : []));
          expect(made).not.toContain(false);
          if (made.length === 0) expect(await versionTotal()).toBe(versions);
          earlier.push(...requests);
        }
        expect(await total(accounts)).toBe(start);
        const report = await checkLedger(database.client);
        expect(report.findings).toEqual([]);
      },
    ),
    { numRuns: 60, seed },
  );
});

async function total(accounts: readonly bigint[]): Promise<bigint> {
  const balances = await Promise.all(accounts.map((account) => balance(account)));
  return balances.reduce((sum, amount) => sum + amount, 0n);
}

async function versionTotal(): Promise<bigint> {
  const sums = await database.client.ledgerAccount.aggregate({ _sum: { version: true } });
  return sums._sum.version ?? 0n;
}
