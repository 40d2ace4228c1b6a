import { describe, expect, it } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { accountBalance, accountEntries, balanceAt } from '#server/ledger/queries.ts';
import { testDatabase } from '#server/testing/database.ts';
import { books, move } from '#server/testing/ledger.ts';

const database = await testDatabase();
const { wallet, ...ledger } = books(database);
const client = database.client;
const issuance = systemAccountId('issuance', 'DUCAT');

describe('an account’s history', () => {
  it('is paged newest first without gaps or repeats, also while more is booked', async () => {
    const account = await wallet();
    const requests = Array.from({ length: 25 }, (_, index) =>
      move({ from: issuance, to: account, amountMinor: BigInt(index + 1), reference: `r${String(index)}` }),
    );
    await ledger.post(requests);
    const first = await accountEntries(client, { accountId: account, limit: 10 });
    expect(first.nextCursor).toBe(16n);
    await ledger.post([move({ from: issuance, to: account, amountMinor: 1n })]);
    const second = await accountEntries(client, { accountId: account, limit: 10, before: first.nextCursor ?? 0n });
    const third = await accountEntries(client, { accountId: account, limit: 10, before: second.nextCursor ?? 0n });
    expect(third.nextCursor).toBeNull();
    const versions = [first, second, third].flatMap((page) => page.entries.map((entry) => entry.version));
    expect(versions).toEqual(Array.from({ length: 25 }, (_, index) => BigInt(25 - index)));
    expect(third.entries.at(-1)).toMatchObject({ reference: 'r0', amountMinor: 1n, balanceAfterMinor: 1n });
  });

  it('is filtered by kind and by period, the end of the period not included', async () => {
    const account = await wallet();
    await ledger.post([move({ from: issuance, to: account, amountMinor: 5n, kind: 'top_up_base' })]);
    const [second] = await ledger.post([move({ from: issuance, to: account, amountMinor: 6n, kind: 'top_up_bonus' })]);
    const time = second?.status === 'created' ? second.bookedAt : new Date(0);
    const read = async (query: object) => {
      const page = await accountEntries(client, { accountId: account, limit: 100, ...query });
      return page.entries.map((entry) => entry.amountMinor);
    };
    expect(await read({ kinds: ['top_up_base'] })).toEqual([5n]);
    expect(await read({ kinds: [] })).toEqual([]);
    expect(await read({ kinds: ['top_up_base', 'top_up_bonus'] })).toEqual([6n, 5n]);
    expect(await read({ from: time })).toContain(6n);
    expect(await read({ to: new Date(time.getTime() - 60_000) })).toEqual([]);
    expect(await read({ from: new Date(time.getTime() + 1) })).toEqual([]);
    expect(await read({ from: new Date(time.getTime() - 60_000), to: new Date(time.getTime() + 1) })).toEqual([6n, 5n]);
    expect(await accountEntries(client, { accountId: 424_242n, limit: 5 })).toEqual({ entries: [], nextCursor: null });
  });
});

describe('a balance', () => {
  it('at any version, and at the time of that version, is the sum of the entries up to it', async () => {
    const account = await wallet();
    const times: Date[] = [];
    for (const amountMinor of [10n, 20n, 30n]) {
      const [result] = await ledger.post([move({ from: issuance, to: account, amountMinor })]);
      times.push(result?.status === 'created' ? result.bookedAt : new Date(0));
    }
    expect((await balanceAt(client, account, { version: 0n })).balanceMinor).toBe(0n);
    expect((await balanceAt(client, account, { version: 1n })).balanceMinor).toBe(10n);
    expect((await balanceAt(client, account, { version: 2n })).balanceMinor).toBe(30n);
    expect(await balanceAt(client, account, { version: 3n })).toEqual(await accountBalance(client, account));
    expect((await balanceAt(client, account, { time: times[2] ?? new Date(0) })).balanceMinor).toBe(60n);
    expect(
      (await balanceAt(client, account, { time: new Date((times[0]?.getTime() ?? 0) - 60_000) })).balanceMinor,
    ).toBe(0n);
    await expect(balanceAt(client, account, { version: 4n })).rejects.toMatchObject({ code: 'version_not_found' });
    await expect(accountBalance(client, 424_242n)).rejects.toMatchObject({ code: 'account_not_found' });
  });

  it('at a time before the last entry is found by time alone, for every version', async () => {
    const account = await wallet();
    await ledger.post(Array.from({ length: 40 }, () => move({ from: issuance, to: account, amountMinor: 1n })));
    for (let round = 0; round < 6; round += 1) {
      await ledger.post([move({ from: issuance, to: account, amountMinor: 1n })]);
    }
    const entries = await client.ledgerEntry.findMany({ where: { accountId: account }, orderBy: { version: 'asc' } });
    const found = await client.$queryRaw<{ version: bigint; found: bigint }[]>`
      SELECT e.version, ledger.version_before(e.account_id, e.booked_at + interval '1 microsecond') AS found
      FROM ledger.entry e WHERE e.account_id = ${account}::bigint ORDER BY e.version`;
    expect(found.map((row) => row.found)).toEqual(entries.map((entry) => (entry.version <= 40n ? 40n : entry.version)));
  });
});
