import { describe, expect, it, test } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { sweepPendings } from '#server/ledger/jobs.ts';
import type { StoredTransfer } from '#server/ledger/lookups.ts';
import { ensurePartitions } from '#server/ledger/partitions.ts';
import { pageSql, queryTransfers, type TransfersQuery } from '#server/ledger/transfer-queries.ts';
import { Prisma } from '#server/platform/db.ts';
import { timeOfUuidv7 } from '#server/platform/ids.ts';
import { testDatabase } from '#server/testing/database.ts';
import { ledgerClock } from '#server/testing/ledger-clock.ts';
import { books, move, transferId } from '#server/testing/ledger.ts';

const database = await testDatabase();
const { wallet, post } = books(database);
const clock = ledgerClock(database);
const issuance = systemAccountId('issuance', 'DUCAT');

type Filter = Omit<TransfersQuery, 'limit' | 'before'>;

/** What all pages of a query give. */
async function allPages(filter: Filter, limit = 3): Promise<StoredTransfer[]> {
  const transfers: StoredTransfer[] = [];
  let before: string | null | undefined;
  while (before !== null) {
    const page = await queryTransfers(database.client, {
      ...filter,
      limit,
      ...(before === undefined ? {} : { before }),
    });
    expect(page.transfers.length).toBeLessThanOrEqual(limit);
    if (page.nextCursor !== null) expect(page.transfers).toHaveLength(limit);
    transfers.push(...page.transfers);
    before = page.nextCursor;
  }
  return transfers;
}

async function ids(filter: Filter, limit?: number): Promise<string[]> {
  return (await allPages(filter, limit)).map(({ id }) => id);
}

/** Ten transfers of one wallet, two seconds of the ledger's time apart, purchases and grants in turn. */
async function history() {
  const account = await wallet(1_000n);
  const other = await wallet();
  const booked: { id: string; at: Date }[] = [];
  for (let place = 0; place < 10; place += 1) {
    await clock.advance(2);
    const id = await clock.id();
    const kind = place % 2 === 0 ? 'purchase' : 'grant';
    const [result] = await post([
      move({ from: account, to: other, amountMinor: 1n, id, kind, reference: `of ${String(other)}` }),
    ]);
    if (result?.status !== 'created') throw new Error('every transfer of this history is booked');
    booked.push({ id, at: result.bookedAt });
  }
  return { account, other, ids: booked.map(({ id }) => id), booked, reference: `of ${String(other)}` };
}

await clock.advanceToNoon();
const past = await history();
const newestFirst = past.ids.toReversed();
const ofKind = (parity: number) => past.ids.filter((_, place) => place % 2 === parity).reverse();

describe('a query by account', () => {
  it('gives what changed it, newest first, whatever the page size', async () => {
    for (const limit of [1, 3, 10, 100]) expect(await ids({ accountId: past.other }, limit)).toEqual(newestFirst);
    expect(await ids({ accountId: 987_654_321n })).toEqual([]);
  });

  it('and kind, and period of booking, gives what fits all of them', async () => {
    expect(await ids({ accountId: past.other, kind: 'grant' }, 2)).toEqual(ofKind(1));
    const [from, to] = [past.booked[3]?.at, past.booked[7]?.at];
    if (from === undefined || to === undefined) throw new Error('there is a history');
    expect(await ids({ accountId: past.other, from, to })).toEqual(past.ids.slice(3, 7).reverse());
    expect(await ids({ accountId: past.other, from, to, kind: 'grant' })).toEqual([past.ids[5], past.ids[3]]);
  });

  it('names what reserved, gave back and expired, for the account it did that to, and no refusal', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const hold = move({ from, to, amountMinor: 5n, pending: {}, id: await clock.id() });
    const timed = move({ from, to, amountMinor: 7n, pending: { timeoutSeconds: 1 }, id: await clock.id() });
    const refused = move({ from, to, amountMinor: 500n, id: await clock.id() });
    await post([hold, timed, refused]);
    await clock.advance(2);
    await sweepPendings(database);
    const settle = move({ from, to, amountMinor: 5n, postPendingId: hold.id, id: await clock.id() });
    await post([settle]);
    const actions = async (accountId: bigint) => (await allPages({ accountId })).map(({ action }) => action);
    expect(await actions(from)).toEqual(['post', 'expire', 'pending', 'pending', 'move']);
    expect(await actions(to)).toEqual(['post']);
  });
});

describe('a query by reference', () => {
  it('gives exactly those with it, newest first, also of one account, kind and period', async () => {
    const { reference } = past;
    expect(await ids({ reference }, 4)).toEqual(newestFirst);
    expect(await ids({ reference, accountId: past.account }, 4)).toEqual(newestFirst);
    expect(await ids({ reference, accountId: issuance })).toEqual([]);
    expect(await ids({ reference, kind: 'purchase' })).toEqual(ofKind(0));
    expect(await ids({ reference: reference.toUpperCase() })).toEqual([]);
    const from = timeOfUuidv7(past.ids[4] ?? '');
    expect(await ids({ reference, from, kind: 'purchase' })).toEqual([past.ids[8], past.ids[6], past.ids[4]]);
  });

  it('also gives the refusals that were stored, and says what they were', async () => {
    const [from, to] = [await wallet(), await wallet()];
    const refused = move({ from, to, amountMinor: 5n, reference: 'a refusal', id: await clock.id() });
    await post([refused]);
    expect(await allPages({ reference: 'a refusal' })).toMatchObject([
      { id: refused.id, refusal: 'insufficient_funds' },
    ]);
    expect(await allPages({ reference: 'a refusal', accountId: from })).toHaveLength(1);
  });
});

describe('a query by kind or period', () => {
  it('gives what was asked for in the period, newest first, with the first moment and without the last', async () => {
    const [from, to] = [timeOfUuidv7(past.ids[2] ?? ''), timeOfUuidv7(past.ids[9] ?? '')];
    expect(await ids({ from, to })).toEqual(past.ids.slice(2, 9).reverse());
    expect(await ids({ from, to, kind: 'grant' }, 2)).toEqual([past.ids[7], past.ids[5], past.ids[3]]);
    expect(await ids({ kind: 'grant' }, 2)).toEqual(ofKind(1));
    expect(await ids({ from, to: new Date(from.getTime()) })).toEqual([]);
    expect(await ids({}, 100)).toEqual(expect.arrayContaining(newestFirst));
  });

  it('goes through the months in their order', async () => {
    const to = await wallet();
    const booked: string[] = [];
    for (let place = 0; place < 6; place += 1) {
      await clock.advance(12 * 86_400);
      await ensurePartitions(database.client);
      const request = move({ from: issuance, to, amountMinor: 1n, id: await clock.id(), kind: 'top_up_tax' });
      expect(await post([request])).toMatchObject([{ status: 'created' }]);
      booked.push(request.id);
    }
    expect(await ids({ kind: 'top_up_tax' }, 4)).toEqual(booked.toReversed());
    const [from, until] = [timeOfUuidv7(booked[1] ?? ''), timeOfUuidv7(booked[4] ?? '')];
    expect(await ids({ kind: 'top_up_tax', from, to: until }, 2)).toEqual(booked.slice(1, 4).reverse());
  });
});

/** How PostgreSQL would find a page if reading and sorting all of a table were as dear as it is in a large one. */
async function planOf(filter: Filter, before?: string): Promise<string> {
  const rows = await database.inTransaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL enable_seqscan = off`;
    await tx.$executeRaw`SET LOCAL enable_bitmapscan = off`;
    const sql = pageSql({ ...filter, limit: 100, ...(before === undefined ? {} : { before }) });
    return tx.$queryRaw<Record<'QUERY PLAN', string>[]>(Prisma.sql`EXPLAIN ${sql}`);
  });
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('a page is found through an index', () => {
  const [accountId, kind, reference] = [past.account, 'purchase', past.reference] as const;
  const [from, to] = [past.booked[1]?.at ?? new Date(), past.booked[2]?.at ?? new Date()];
  const [version, id] = ['5', past.ids[5] ?? ''];

  test.each<[string, { filter: Filter; before: string; condition: RegExp }]>([
    ['an account', { filter: { accountId }, before: version, condition: /account_id = .* AND \(version < / }],
    ['an account and a kind', { filter: { accountId, kind }, before: version, condition: /account_id = .*version < / }],
    [
      'an account and a period',
      { filter: { accountId, from, to }, before: version, condition: /version > .*version <= .*version < / },
    ],
    ['a kind', { filter: { kind }, before: id, condition: /id < / }],
    ['a kind and a period', { filter: { kind, from, to }, before: id, condition: /id >= .*id < .*id < / }],
    ['nothing', { filter: {}, before: id, condition: /id < / }],
  ])('for %s, in its order and from the cursor on', async (_, { filter, before, condition }) => {
    const plan = await planOf(filter, before);
    expect(/Index Cond: .*/.exec(plan)?.[0]).toMatch(condition);
    expect(plan).not.toMatch(/Seq Scan|Sort/);
  });

  test.each<[string, Filter]>([
    ['a reference', { reference }],
    ['a reference and all else', { reference, accountId, kind, from, to }],
  ])('for %s, and not by walking the ids', async (_, filter) => {
    const plan = await planOf(filter);
    expect(plan).toMatch(/Index Cond: \(reference = /);
    expect(plan).not.toMatch(/Seq Scan|_pkey/);
  });

  it('and opens only the months of its period', async () => {
    const months = new Set((await planOf({ kind, from, to })).match(/transfer_\d{4}_\d\d/g));
    expect(months.size).toBe(1);
    expect(new Set((await planOf({ kind })).match(/transfer_\d{4}_\d\d/g)).size).toBeGreaterThan(3);
  });
});

test('a cursor of another list is refused', async () => {
  const before = 'not a place';
  const refusal = { kind: 'invalid', code: 'cursor_malformed' };
  await expect(queryTransfers(database.client, { before, limit: 1 })).rejects.toMatchObject(refusal);
  const ofAccount = queryTransfers(database.client, { before: transferId(), accountId: issuance, limit: 1 });
  await expect(ofAccount).rejects.toMatchObject(refusal);
  await expect(queryTransfers(database.client, { limit: 101 })).rejects.toThrow('1 to 100');
});
