import { afterAll, describe, expect, it } from 'vitest';
import { closeAccount, freezeAccount, openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { balanceOn } from '#server/ledger/day-queries.ts';
import { groupTotal } from '#server/ledger/groups.ts';
import { setVelocityLimits } from '#server/ledger/limits.ts';
import { deliverCrossings } from '#server/ledger/maintenance-jobs.ts';
import { setMonitor } from '#server/ledger/monitors.ts';
import type { TransferResult } from '#server/ledger/schema.ts';
import { systemClock } from '#server/platform/clock.ts';
import { systemIds } from '#server/platform/ids.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { ledgerClock } from '#server/testing/ledger-clock.ts';
import { untilSettled } from '#server/testing/ledger-contention.ts';
import { openOwner } from '#server/testing/ledger-owner.ts';
import { books, move, transferId } from '#server/testing/ledger.ts';

const database = await testDatabase();
const { post, wallet, balance, available } = books(database);
const clock = ledgerClock(database);
const issuance = systemAccountId('issuance', 'DUCAT');

function codes(results: readonly TransferResult[]): string[] {
  return results.map((result) => (result.status === 'refused' ? result.code : result.status));
}

afterAll(async () => {
  expect(await checkLedger(database.client)).toMatchObject({ ok: true, findings: [] });
});

describe('a batch of plain moves', () => {
  it('is decided in its order: what one brings another may spend, and each refusal keeps its place for good', async () => {
    const [first, second, third] = [await wallet(10n), await wallet(), await wallet()];
    const batch = [
      move({ from: second, to: third, amountMinor: 1n }),
      move({ from: first, to: second, amountMinor: 10n }),
      move({ from: first, to: third, amountMinor: 1n, reference: 'too late' }),
      move({ from: second, to: third, amountMinor: 4n, reference: 'in time' }),
    ];
    const expected = ['insufficient_funds', 'created', 'insufficient_funds', 'created'];
    expect(codes(await post(batch))).toEqual(expected);
    expect(await Promise.all([first, second, third].map(balance))).toEqual([0n, 6n, 4n]);
    await post([move({ from: issuance, to: first, amountMinor: 50n })]);
    const again = await post(batch);
    expect(codes(again)).toEqual(expected.map((code) => (code === 'created' ? 'exists' : code)));
    expect(again.filter((result) => result.status === 'refused')).toMatchObject([
      { replayed: true, field: 'debitAccountId' },
      { replayed: true, field: 'debitAccountId' },
    ]);
    expect(await balance(third)).toBe(4n);
  });

  it('in which all is refused moves nothing and is kept', async () => {
    const [from, to] = [await wallet(), await wallet()];
    const batch = [1n, 2n].map((amountMinor) => move({ from, to, amountMinor }));
    expect(codes(await post(batch))).toEqual(['insufficient_funds', 'insufficient_funds']);
    expect(await post(batch)).toMatchObject([{ replayed: true }, { replayed: true }]);
  });

  it('respects ceilings, frozen and closed accounts, item by item', async () => {
    const [from, to, frozen, closed] = [await wallet(100n), await wallet(), await wallet(5n), await wallet()];
    await asSuperuser(database, `UPDATE ledger.account SET ceiling = 30 WHERE id = ${to}`);
    await database.inTransaction((tx) => freezeAccount(tx, frozen));
    await database.inTransaction((tx) => closeAccount(tx, closed));
    const results = await post([
      move({ from, to, amountMinor: 31n }),
      move({ from, to, amountMinor: 30n }),
      move({ from: frozen, to: from, amountMinor: 5n }),
      move({ from, to: frozen, amountMinor: 1n }),
      move({ from, to: closed, amountMinor: 1n }),
      move({ from: closed, to: from, amountMinor: 1n }),
    ]);
    expect(codes(results)).toEqual([
      'ceiling_exceeded',
      'created',
      'account_frozen',
      'created',
      'account_closed',
      'account_closed',
    ]);
    expect(results.map((result) => (result.status === 'refused' ? result.field : null))).toEqual([
      'creditAccountId',
      null,
      'debitAccountId',
      null,
      'creditAccountId',
      'debitAccountId',
    ]);
  });

  it('never turns one asset into another, also between accounts that it knows all of', async () => {
    const [from, to] = [await wallet(10n), await wallet()];
    const dollars = await database.inTransaction((tx) =>
      openAccount(tx, { owner: transferId(), kind: 'receivable', asset: 'USD' }),
    );
    const results = await post([to, dollars].map((account) => move({ from, to: account, amountMinor: 1n })));
    expect(codes(results)).toEqual(['created', 'asset_mismatch']);
    expect(await balance(dollars)).toBe(0n);
  });

  it('takes no arrays that begin elsewhere than at one, or have two dimensions', async () => {
    const [from, to] = [await wallet(10n), await wallet()];
    const send = (amounts: string, call: (arrays: string) => string) => {
      const ids = [1, 2, 3].map(() => transferId()).join();
      const arrays = `'{${ids}}', '{${from},${from},${from}}', '{${to},${to},${to}}', '${amounts}', '{13,13,13}'`;
      return database.client.$queryRawUnsafe(call(arrays));
    };
    const calls = [
      (arrays: string) => `SELECT * FROM ledger.post_plain(${arrays}, NULL)`,
      (arrays: string) => `SELECT * FROM ledger.post(${arrays}, NULL, NULL, NULL, NULL, NULL, NULL)`,
    ];
    for (const call of calls) {
      for (const amounts of ['[0:2]={1,1,1}', '[3:5]={1,1,1}', '{{1},{1},{1}}']) {
        await expect(send(amounts, call)).rejects.toThrow('malformed call');
      }
      await expect(send('{1,1,1}', call)).resolves.toBeDefined();
    }
    expect(await balance(to)).toBe(6n);
  });

  it('keeps the totals of groups, with accounts of several kinds in it', async () => {
    const [to, other] = [await wallet(), await wallet()];
    const before = await groupTotal(database.client, 'wallets');
    await post([move({ from: issuance, to, amountMinor: 70n }), move({ from: to, to: other, amountMinor: 20n })]);
    const after = await groupTotal(database.client, 'wallets');
    expect(after.totalMinor - before.totalMinor).toBe(70n);
  });
});

describe('a batch of moves that is not plain after all is decided by the general function', () => {
  it('because money is reserved: it stays reserved, and only the rest can be spent', async () => {
    const [from, to] = [await wallet(10n), await wallet()];
    await post([move({ from, to, amountMinor: 6n, pending: {} })]);
    const batch = [5n, 4n].map((amountMinor) => move({ from, to, amountMinor }));
    expect(codes(await post(batch))).toEqual(['insufficient_funds', 'created']);
    expect([await balance(from), await available(from)]).toEqual([6n, 0n]);
  });

  it('because an id exists, or comes twice: it happens once', async () => {
    const [from, to] = [await wallet(10n), await wallet()];
    const known = move({ from, to, amountMinor: 3n });
    await post([known]);
    const twice = move({ from, to, amountMinor: 1n });
    const results = await post([known, twice, twice, { ...known, amountMinor: 4n }]);
    expect(codes(results)).toEqual(['exists', 'created', 'exists', 'id_content_mismatch']);
    expect(await balance(to)).toBe(4n);
  });

  it('because an account is watched: its crossing is told', async () => {
    const [from, to] = [await wallet(10n), await wallet()];
    const monitor = { accountId: from, measure: 'balance', comparison: 'below', thresholdMinor: 5n } as const;
    await database.inTransaction((tx) => setMonitor(tx, monitor));
    await post([3n, 3n].map((amountMinor) => move({ from, to, amountMinor })));
    await untilSettled(database);
    expect(await deliverCrossings(database, { clock: systemClock, ids: systemIds })).toBe(1);
  });

  it('because its owner has limits: both items count against them', async () => {
    const owner = await openOwner(database, 100n);
    const limit = {
      asset: 'DUCAT',
      kind: 'adjustment',
      side: 'debit',
      period: '24_hours',
      amountMinorMax: 10n,
    } as const;
    await database.inTransaction((tx) => setVelocityLimits(tx, owner.name, [limit]));
    const batch = [6n, 5n, 4n].map((amountMinor) => move({ from: owner.wallet, to: issuance, amountMinor }));
    expect(codes(await post(batch))).toEqual(['created', 'limit_exceeded', 'created']);
  });

  it('because an item is odd: the innocent ones are booked', async () => {
    const [from, to] = [await wallet(10n), await wallet()];
    const dollars = await database.inTransaction((tx) =>
      openAccount(tx, { owner: transferId(), kind: 'receivable', asset: 'USD' }),
    );
    const results = await post([
      move({ from, to, amountMinor: 1n }),
      move({ from, to: dollars, amountMinor: 1n }),
      move({ from, to: 999_999_999n, amountMinor: 1n }),
      move({ from, to: from, amountMinor: 1n }),
      move({ from, to, amountMinor: 0n }),
      move({ from, to, amountMinor: 1n, id: 'no id' }),
      move({ from, to, amountMinor: 1n }),
    ]);
    expect(codes(results)).toEqual([
      'created',
      'asset_mismatch',
      'credit_account_not_found',
      'accounts_must_differ',
      'amount_out_of_range',
      'id_malformed',
      'created',
    ]);
    expect(await balance(to)).toBe(2n);
  });
});

describe('the days and times of a plain batch', () => {
  const dayOf = (time: Date) => time.toISOString().slice(0, 10);
  const pair = async (from: bigint, to: bigint, amountMinor: bigint) =>
    post([
      move({ from, to, amountMinor, id: await clock.id() }),
      move({ from, to, amountMinor, id: await clock.id() }),
    ]);

  it('the first one of a day closes the account’s day before', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    await clock.advanceToNoon();
    const today = dayOf(await clock.now());
    await pair(from, to, 1n);
    await clock.advance(86_400);
    await pair(from, to, 2n);
    expect(await balanceOn(database.client, to, dayOf(await clock.now()))).toBe(6n);
    expect(await balanceOn(database.client, to, today)).toBe(2n);
  });

  it('history never runs backwards, also when the clock does', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    await pair(from, to, 1n);
    await clock.advance(-3_600);
    const results = await pair(from, to, 1n);
    const times = await database.client.ledgerEntry.findMany({ where: { accountId: to }, orderBy: { version: 'asc' } });
    expect(codes(results)).toEqual(['created', 'created']);
    const [, second, third] = times.map(({ bookedAt }) => bookedAt.getTime());
    expect(third).toBeGreaterThanOrEqual(second ?? Infinity);
  });
});
