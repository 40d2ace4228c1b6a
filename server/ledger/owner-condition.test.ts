import { expect, test } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { setVelocityLimits } from '#server/ledger/limits.ts';
import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { post } from '#server/ledger/transfers.ts';
import { withClient } from '#server/testing/cluster.ts';
import { testDatabase, type TestDatabase } from '#server/testing/database.ts';
import { deadlocks, openTransaction, untilWaiting } from '#server/testing/ledger-contention.ts';
import { openOwner } from '#server/testing/ledger-owner.ts';
import { proofSize } from '#server/testing/proofs/proof-size.ts';
import { books, move } from '#server/testing/ledger.ts';

const connections = 16;
const shop = systemAccountId('treasury', 'DUCAT');
const issuance = systemAccountId('issuance', 'DUCAT');

/** A withdrawal that leaves the owner at least so much over all accounts. */
function keeping(leastMinor: bigint, from: bigint, amountMinor: bigint): TransferRequest {
  return move({ from, to: shop, amountMinor, condition: { ownerAvailableAtLeastMinor: leastMinor } });
}

function outcomes(results: readonly TransferResult[]): string[] {
  return results.map((result) =>
    result.status === 'refused' ? `${result.code} ${result.field ?? ''}` : result.status,
  );
}
const tooLittle = 'condition_failed condition.ownerAvailableAtLeastMinor';

const database = await testDatabase({ connectionsMax: connections + 4 });
const ledger = books(database);

test('an owner keeps what the condition demands over all accounts, reserved amounts not counted', async () => {
  const owner = await openOwner(database, 100n);
  const inside = move({ from: owner.wallet, to: owner.escrow, amountMinor: 100n });
  const held = move({ from: owner.escrow, to: shop, amountMinor: 40n, pending: {} });
  await ledger.post([held]);
  const results = await ledger.post([
    { ...inside, condition: { ownerAvailableAtLeastMinor: 161n } },
    { ...keeping(160n, owner.wallet, 100n), creditAccountId: owner.escrow },
    keeping(60n, owner.escrow, 101n),
    keeping(60n, owner.escrow, 100n),
    { ...keeping(60n, owner.escrow, 1n), pending: {} },
    move({ from: owner.escrow, to: shop, amountMinor: 0n, voidPendingId: held.id }),
    keeping(60n, owner.escrow, 40n),
  ]);
  expect(outcomes(results)).toEqual([tooLittle, 'created', tooLittle, 'created', tooLittle, 'created', 'created']);
});

const rounds = proofSize({ short: 12, long: 240 });

test('16 connections on two accounts of one owner never go below the condition', { timeout: 120_000 }, async () => {
  const owner = await openOwner(database, 1_000n);
  const callers = Array.from({ length: connections }, async (_, caller) => {
    const results: TransferResult[] = [];
    for (let round = 0; round < rounds; round += 1) {
      // The two have no account in common: only the owner's guard is between them.
      const isFirst = (caller + round) % 2 === 0;
      const [from, to] = isFirst ? [owner.wallet, shop] : [owner.escrow, issuance];
      results.push(...(await ledger.post([{ ...keeping(500n, from, 13n), creditAccountId: to }])));
    }
    return results;
  });
  const results = (await Promise.all(callers)).flat();
  // 1,500 may leave: 115 times 13, whoever comes first.
  expect(outcomes(results).filter((outcome) => outcome === 'created')).toHaveLength(115);
  expect(outcomes(results).filter((outcome) => outcome === tooLittle)).toHaveLength(connections * rounds - 115);
  expect((await ledger.balance(owner.wallet)) + (await ledger.balance(owner.escrow))).toBe(505n);
  expect(await deadlocks(database)).toBe(0n);
});

test('owners with and without limits, in any order and in one batch, never deadlock', async () => {
  const owners = await Promise.all(Array.from({ length: 5 }, () => openOwner(database, 1_000n)));
  const [first, second] = owners;
  for (const owner of [first, second]) {
    await database.inTransaction((tx) =>
      setVelocityLimits(tx, owner?.name ?? '', [
        { asset: 'DUCAT', kind: 'adjustment', side: 'debit', period: '24_hours', countMax: 1_000 },
      ]),
    );
  }
  const callers = Array.from({ length: connections }, async (_, caller) => {
    for (let round = 0; round < 6; round += 1) {
      const order = caller % 2 === 0 ? owners : [...owners].reverse();
      await ledger.post(
        order.map((owner) => keeping(500n, (caller + round) % 3 === 0 ? owner.wallet : owner.escrow, 1n)),
      );
    }
  });
  await Promise.all(callers);
  const left = await Promise.all(owners.flatMap((owner) => [owner.wallet, owner.escrow]).map(ledger.balance));
  expect(left.reduce((sum, balance) => sum + balance, 0n)).toBe(10_000n - BigInt(connections * 6 * owners.length));
  expect(await deadlocks(database)).toBe(0n);
});

/** Two withdrawals, each sound alone, from two accounts of one owner; the first is not committed when the second comes. */
async function crossing(
  where: TestDatabase,
  meanwhile: (second: Promise<unknown>) => Promise<unknown>,
): Promise<{ second: string[]; left: bigint }> {
  const owner = await openOwner(where, 100n);
  const elsewhere = await openOwner(where);
  const withdrawals = [
    { ...keeping(100n, owner.wallet, 90n), creditAccountId: elsewhere.wallet },
    { ...keeping(100n, owner.escrow, 90n), creditAccountId: elsewhere.escrow },
  ];
  // The guard exists already, and no account is in both calls: only the lock on the guard is between them.
  await books(where).post([keeping(100n, owner.wallet, 10n)]);
  const first = await openTransaction(where, (tx) => post(tx, withdrawals.slice(0, 1)));
  expect(outcomes(first.result)).toEqual(['created']);
  const second = books(where).post(withdrawals.slice(1));
  await meanwhile(second);
  await first.commit();
  const results = outcomes(await second);
  const { balance } = books(where);
  return { second: results, left: (await balance(owner.wallet)) + (await balance(owner.escrow)) };
}

test('a call waits for another of the same owner over other accounts, and then sees what that one took', async () => {
  const { second, left } = await crossing(database, () => untilWaiting(database));
  expect(second).toEqual([tooLittle]);
  expect(left).toBe(100n);
});

test('without the lock on the guard both would go through: locks on accounts alone allow write skew', async () => {
  const defective = await testDatabase();
  await withClient(defective.adminUrl, async (client) => {
    const { rows } = await client.query<{ text: string }>(
      `SELECT pg_get_functiondef(oid) AS text FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace AND proname = 'post'`,
    );
    const text = rows[0]?.text ?? '';
    const without = text.replace(/PERFORM FROM ledger\.owner_guard[^;]*FOR NO KEY UPDATE;/, '');
    expect(without).not.toBe(text);
    await client.query(without);
  });
  const { second, left } = await crossing(defective, (answer) => answer);
  expect(second).toEqual(['created']);
  expect(left).toBe(10n);
});

test('the books are in order after all of this', async () => {
  expect(await checkLedger(database.client)).toMatchObject({ ok: true, findings: [] });
});
