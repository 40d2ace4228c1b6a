import { expect, it } from 'vitest';
import { ensurePartitions, monthsAhead } from '#server/ledger/partitions.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { books, move, transferId } from '#server/testing/ledger.ts';

const database = await testDatabase({ connectionsMax: 8 });
const { wallet, ...ledger } = books(database);

async function months(): Promise<string[]> {
  const rows = await database.client.ledgerTransferPartition.findMany({ orderBy: { month: 'asc' } });
  return rows.map((row) => row.name);
}

function nameOf(time: Date): string {
  return `transfer_${time.toISOString().slice(0, 7).replace('-', '_')}`;
}

function inMonths(count: number): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + count, 1));
}

it('a new database has the two months before the present one and three ahead', async () => {
  expect(await months()).toEqual([-2, -1, 0, 1, 2, 3].map((count) => nameOf(inMonths(count))));
  expect(await ensurePartitions(database.client)).toBe(0);
});

it('months are made as time goes on, once, also by two workers at the same moment', async () => {
  const days = BigInt(Math.ceil((inMonths(2).getTime() - Date.now()) / 86_400_000)) + 1n;
  await database.client.$queryRaw`SELECT ledger.set_clock_offset(${days * 86_400_000_000n}::bigint)::text`;
  const made = await Promise.all([1, 2, 3, 4].map(() => ensurePartitions(database.client)));
  expect(made.reduce((sum, count) => sum + count, 0)).toBe(2);
  expect((await months()).at(-1)).toBe(nameOf(inMonths(2 + monthsAhead)));
  await database.client.$queryRaw`SELECT ledger.set_clock_offset(0)::text`;
});

it('a new month takes transfers and protects them like the others', async () => {
  const [from, to] = [await wallet(10n), await wallet()];
  const time = new Date(inMonths(4).getTime() + 1);
  const request = move({ from, to, amountMinor: 1n, id: transferId(time) });
  expect(await ledger.post([request], { source: 'external' })).toMatchObject([{ status: 'created' }]);
  const asOwner = (sql: string) => asSuperuser(database, `SET ROLE cascade_owner; ${sql}`);
  const name = nameOf(time);
  expect(await database.client.ledgerTransfer.count({ where: { id: request.id } })).toBe(1);
  await expect(asOwner(`TRUNCATE ledger.${name}`)).rejects.toThrow('refused');
  await expect(asOwner(`DELETE FROM ledger.${name}`)).rejects.toThrow('refused');
  await expect(asOwner(`UPDATE ledger.${name} SET amount = 2`)).rejects.toThrow('refused');
  await expect(database.client.$executeRawUnsafe(`DELETE FROM ledger.${name}`)).rejects.toThrow('permission denied');
});

it('the boundary of two months is the first millisecond of the later one', async () => {
  const [from, to] = [await wallet(10n), await wallet()];
  const first = inMonths(0);
  const requests = [new Date(first.getTime() - 1), first].map((time) =>
    move({ from, to, amountMinor: 1n, id: transferId(time) }),
  );
  await ledger.post(requests, { source: 'external' });
  const rows = await database.client.$queryRaw<{ place: string }[]>`
    SELECT tableoid::regclass::text AS place FROM ledger.transfer
    WHERE id = ANY (${requests.map((request) => request.id)}::uuid[]) ORDER BY id`;
  expect(rows.map((row) => row.place)).toEqual([`ledger.${nameOf(inMonths(-1))}`, `ledger.${nameOf(first)}`]);
});

it('a live database has no movable clock', async () => {
  await asSuperuser(database, `UPDATE public.database_stamp SET mode = 'live'`);
  await expect(database.client.$queryRaw`SELECT ledger.set_clock_offset(1)::text`).rejects.toThrow('sandbox');
});
