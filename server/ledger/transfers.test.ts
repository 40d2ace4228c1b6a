import { describe, expect, it } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { accountBalance, accountEntries } from '#server/ledger/queries.ts';
import type { TransferResult } from '#server/ledger/schema.ts';
import { post, postLinked } from '#server/ledger/transfers.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { testDatabase } from '#server/testing/database.ts';
import { books, move, transferId } from '#server/testing/ledger.ts';

const database = await testDatabase();
const { wallet, balance, ...ledger } = books(database);
const issuance = systemAccountId('issuance', 'DUCAT');
const treasury = systemAccountId('treasury', 'DUCAT');

function codes(results: readonly TransferResult[]): string[] {
  return results.map((result) => (result.status === 'refused' ? result.code : result.status));
}

async function rowCounts(): Promise<{ transfers: number; entries: number }> {
  const transfers = await database.client.ledgerTransfer.count();
  const entries = await database.client.ledgerEntry.count();
  return { transfers, entries };
}

describe('a transfer', () => {
  it('moves exactly its amount and is written to both histories with the balance after it', async () => {
    const [from, to] = [await wallet(1_000n), await wallet()];
    const request = move({ from, to, amountMinor: 300n, kind: 'purchase', reference: 'order "7", {x}\\ è' });
    expect(await ledger.post([request])).toMatchObject([{ status: 'created', id: request.id, amountMinor: 300n }]);
    const { entries } = await accountEntries(database.client, { accountId: from, limit: 10 });
    expect(entries).toMatchObject([
      { version: 2n, amountMinor: -300n, balanceAfterMinor: 700n, kind: 'purchase', otherAccountId: to },
      { version: 1n, amountMinor: 1_000n, balanceAfterMinor: 1_000n, otherAccountId: issuance },
    ]);
    expect(entries[0]).toMatchObject({ transferId: request.id, reference: 'order "7", {x}\\ è' });
    expect(await accountBalance(database.client, to)).toEqual({
      balanceMinor: 300n,
      reservedMinor: 0n,
      availableMinor: 300n,
      version: 1n,
    });
  });

  it('posted again with the same id and content gives the first result and moves nothing', async () => {
    const [from, to] = [await wallet(1_000n), await wallet()];
    const request = move({ from, to, amountMinor: 300n });
    const [first] = await ledger.post([request]);
    const before = await rowCounts();
    const [second] = await ledger.post([request]);
    expect(second).toEqual({ ...first, status: 'exists' });
    expect(await rowCounts()).toEqual(before);
    expect(await balance(to)).toBe(300n);
  });

  it('posted again with other content is refused and the refusal names the field', async () => {
    const [from, to, other] = [await wallet(1_000n), await wallet(), await wallet(5n)];
    const request = move({ from, to, amountMinor: 300n, reference: 'a' });
    await ledger.post([request]);
    const changes = [
      { debitAccountId: other },
      { creditAccountId: other },
      { amountMinor: 301n },
      { kind: 'mint' as const },
      { reference: 'b' },
      { mode: 'shortfall' as const },
      { pending: {} },
    ];
    const fields: unknown[] = [];
    for (const change of changes) {
      const [result] = await ledger.post([{ ...request, ...change }]);
      expect(result).toMatchObject({ status: 'refused', code: 'id_content_mismatch', replayed: false });
      fields.push(result?.status === 'refused' ? result.field : null);
    }
    expect(fields).toEqual(['debitAccountId', 'creditAccountId', 'amountMinor', 'kind', 'reference', 'mode', 'action']);
    expect(await balance(to)).toBe(300n);
  });

  it('that would take a wallet below zero is refused for good and writes no entry', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const request = move({ from, to, amountMinor: 101n });
    const before = await rowCounts();
    expect(await ledger.post([request])).toEqual([
      { status: 'refused', id: request.id, code: 'insufficient_funds', field: 'debitAccountId', replayed: false },
    ]);
    expect(await rowCounts()).toEqual({ transfers: before.transfers + 1, entries: before.entries });
    await ledger.post([move({ from: issuance, to: from, amountMinor: 1_000n })]);
    expect(await ledger.post([request])).toMatchObject([{ code: 'insufficient_funds', replayed: true }]);
    expect(await ledger.post([{ ...request, amountMinor: 1n }])).toMatchObject([
      { code: 'id_content_mismatch', field: 'amountMinor' },
    ]);
    expect(await balance(from)).toBe(1_100n);
    expect(await balance(to)).toBe(0n);
  });

  it('that is malformed is refused with its own code and never for good', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const usd = systemAccountId('bank', 'USD');
    const days = 86_400_000;
    const results = await ledger.post([
      move({ from, to, amountMinor: 0n }),
      move({ from, to, amountMinor: -5n }),
      move({ from, to, amountMinor: 1_000_000_000_000_001n }),
      move({ from, to: from, amountMinor: 1n }),
      move({ from: 999n, to, amountMinor: 1n }),
      move({ from, to: 999n, amountMinor: 1n }),
      move({ from, to: usd, amountMinor: 1n }),
      move({ from, to, amountMinor: 1n, id: 'not a uuid' }),
      move({ from, to, amountMinor: 1n, id: '6f1dbdd6-2f0b-4e0c-8f8f-0123456789ab' }),
      move({ from, to, amountMinor: 1n, id: transferId(new Date(Date.now() - 36 * days)) }),
      move({ from, to, amountMinor: 1n, id: transferId(new Date(Date.now() + 120_000)) }),
      move({ from, to, amountMinor: 1n, id: transferId(new Date(Date.now() + 400 * days)) }),
      move({ from, to, amountMinor: 1n, reference: '' }),
      move({ from, to, amountMinor: 1n, reference: 'x'.repeat(201) }),
      move({ from, to, amountMinor: 1n, mode: 'shortfall', pending: {} }),
      move({ from, to, amountMinor: 1n, pending: { timeoutSeconds: 0 } }),
      move({ from, to, amountMinor: 1n, postPendingId: transferId() }),
      move({ from, to, amountMinor: 1n, reversesId: transferId() }),
      move({ from, to, amountMinor: 7n }),
    ]);
    expect(codes(results)).toEqual([
      'amount_out_of_range',
      'amount_out_of_range',
      'amount_out_of_range',
      'accounts_must_differ',
      'debit_account_not_found',
      'credit_account_not_found',
      'asset_mismatch',
      'id_malformed',
      'id_malformed',
      'id_too_old',
      'id_in_future',
      'id_in_future',
      'reference_malformed',
      'reference_malformed',
      'combination_not_allowed',
      'timeout_out_of_range',
      'pending_not_found',
      'original_not_found',
      'created',
    ]);
    expect(await balance(to)).toBe(7n);
    const ids = results.map((result) => result.id).filter((id) => id.length === 36);
    expect(await database.client.ledgerTransfer.count({ where: { id: { in: ids } } })).toBe(1);
  });

  it('of an external fact may be older than 35 days, as long as its month exists', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const id = transferId(new Date(Date.now() - 36 * 86_400_000));
    const ancient = transferId(new Date('2020-01-01'));
    const requests = [move({ from, to, amountMinor: 5n, id }), move({ from, to, amountMinor: 5n, id: ancient })];
    expect(codes(await ledger.post(requests))).toEqual(['id_too_old', 'id_too_old']);
    expect(codes(await ledger.post(requests, { source: 'external' }))).toEqual(['created', 'id_too_old']);
  });
});

describe('a batch', () => {
  it('leaves the good items unharmed by a bad one and decides in request order', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const results = await ledger.post([
      move({ from, to, amountMinor: 60n }),
      move({ from, to, amountMinor: 60n }),
      move({ from, to, amountMinor: 40n }),
      move({ from: to, to: from, amountMinor: 100n }),
      move({ from, to, amountMinor: 60n }),
    ]);
    expect(codes(results)).toEqual(['created', 'insufficient_funds', 'created', 'created', 'created']);
    expect([await balance(from), await balance(to)]).toEqual([40n, 60n]);
  });

  it('answers a repeated id inside itself like a retry', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const request = move({ from, to, amountMinor: 60n });
    const refused = move({ from, to, amountMinor: 500n });
    const results = await ledger.post([
      request,
      request,
      { ...request, amountMinor: 1n },
      refused,
      refused,
      { ...request, id: 'bad' },
      { ...request, id: 'bad' },
    ]);
    expect(codes(results)).toEqual([
      'created',
      'exists',
      'id_content_mismatch',
      'insufficient_funds',
      'insufficient_funds',
      'id_malformed',
      'id_malformed',
    ]);
    expect(results.map((result) => result.status === 'refused' && result.replayed)).toEqual([
      false,
      false,
      false,
      false,
      true,
      false,
      false,
    ]);
    expect(await balance(to)).toBe(60n);
  });

  it('of 8,190 items is one call, one more is refused before it reaches the database', async () => {
    const [from, to] = [await wallet(8_190n), await wallet()];
    const requests = Array.from({ length: 8_191 }, () => move({ from, to, amountMinor: 1n }));
    await expect(ledger.post(requests)).rejects.toMatchObject({ code: 'batch_too_large' });
    const results = await ledger.post(requests.slice(0, 8_190));
    expect(results.every((result) => result.status === 'created')).toBe(true);
    expect(await balance(to)).toBe(8_190n);
    expect(codes(await ledger.post(requests.slice(0, 8_190))).every((code) => code === 'exists')).toBe(true);
  });
});

describe('a linked group', () => {
  it('happens as a whole or not at all, and its failure undoes only itself', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const group = [
      move({ from, to, amountMinor: 70n, linked: true }),
      move({ from: to, to: from, amountMinor: 10n, linked: true }),
      move({ from, to, amountMinor: 70n }),
    ];
    const results = await ledger.post([
      move({ from, to, amountMinor: 1n }),
      ...group,
      move({ from, to, amountMinor: 99n }),
    ]);
    expect(codes(results)).toEqual([
      'created',
      'linked_group_failed',
      'linked_group_failed',
      'insufficient_funds',
      'created',
    ]);
    expect([await balance(from), await balance(to)]).toEqual([0n, 100n]);
    const again = await ledger.post(group);
    expect(codes(again)).toEqual(['linked_group_failed', 'linked_group_failed', 'insufficient_funds']);
    expect(again.every((result) => result.status === 'refused' && result.replayed)).toBe(true);
  });

  it('is repeated as a whole; a part of it, or it with a stranger, is refused', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const first = move({ from, to, amountMinor: 1n, linked: true });
    const second = move({ from, to, amountMinor: 2n });
    const alone = move({ from, to, amountMinor: 3n });
    expect(codes(await ledger.post([first, second, alone]))).toEqual(['created', 'created', 'created']);
    expect(codes(await ledger.post([first, second]))).toEqual(['exists', 'exists']);
    expect(codes(await ledger.post([second]))).toEqual(['linked_group_mismatch']);
    expect(codes(await ledger.post([first, alone]))).toEqual(['linked_group_mismatch', 'linked_group_mismatch']);
    const stranger = move({ from, to, amountMinor: 4n });
    expect(codes(await ledger.post([first, { ...second, linked: true }, stranger]))).toEqual([
      'linked_group_mismatch',
      'linked_group_mismatch',
      'linked_group_mismatch',
    ]);
    expect(codes(await ledger.post([first, { ...second, amountMinor: 9n }]))).toEqual([
      'linked_group_failed',
      'id_content_mismatch',
    ]);
    expect(await balance(to)).toBe(6n);
  });

  it('repeated inside one batch is answered like a retry', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const first = move({ from, to, amountMinor: 1n, linked: true });
    const second = move({ from, to, amountMinor: 2n });
    const results = await ledger.post([first, second, first, second, second]);
    expect(codes(results)).toEqual(['created', 'created', 'exists', 'exists', 'linked_group_mismatch']);
    const twin = move({ from, to, amountMinor: 1n, linked: true });
    expect(codes(await ledger.post([twin, { ...twin, linked: false }]))).toEqual([
      'linked_group_mismatch',
      'linked_group_mismatch',
    ]);
    expect(await balance(to)).toBe(3n);
  });

  it('that is not closed, or holds a malformed item, is refused without being recorded', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const open = [move({ from, to, amountMinor: 1n, linked: true }), move({ from, to, amountMinor: 1n, linked: true })];
    expect(codes(await ledger.post(open))).toEqual(['linked_group_open', 'linked_group_open']);
    const broken = [move({ from, to, amountMinor: 500n, linked: true }), move({ from, to, amountMinor: 0n })];
    expect(codes(await ledger.post(broken))).toEqual(['linked_group_failed', 'amount_out_of_range']);
    const ids = [...open, ...broken].map((request) => request.id);
    expect(await database.client.ledgerTransfer.count({ where: { id: { in: ids } } })).toBe(0);
  });

  it('with two malformed ids is told so, whatever else is in the batch', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const other = move({ from, to, amountMinor: 1n });
    for (const id of ['not a uuid', '6f1dbdd6-2f0b-4e0c-8f8f-0123456789ab']) {
      const group = [move({ from, to, amountMinor: 1n, id, linked: true }), move({ from, to, amountMinor: 1n, id })];
      const expected = ['id_malformed', 'linked_group_failed'];
      expect(codes(await ledger.post(group))).toEqual(expected);
      expect(codes(await ledger.post([other, ...group, other])).slice(1, 3)).toEqual(expected);
    }
  });

  it('posted by postLinked rolls the caller back with the code of the cause', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const legs = [move({ from, to, amountMinor: 60n }), move({ from, to, amountMinor: 60n })];
    const error = await database.inTransaction((tx) => postLinked(tx, legs)).catch((thrown: unknown) => thrown);
    expect(isDomainError(error)).toBe(true);
    expect(error).toMatchObject({ kind: 'conflict', code: 'insufficient_funds', details: { field: 'debitAccountId' } });
    expect(await database.client.ledgerTransfer.count({ where: { id: { in: legs.map((leg) => leg.id) } } })).toBe(0);
    await ledger.post([move({ from: issuance, to: from, amountMinor: 20n })]);
    const booked = await database.inTransaction((tx) => postLinked(tx, legs));
    expect(booked.map((transfer) => transfer.amountMinor)).toEqual([60n, 60n]);
  });
});

describe('mode shortfall', () => {
  it('moves only what the credit account lacks, and nothing without failing its group', async () => {
    const to = await wallet();
    const start = await balance(treasury);
    await ledger.post([move({ from: issuance, to: treasury, amountMinor: 100n, kind: 'mint' })]);
    const enough = start + 100n;
    const topUp = (amountMinor: bigint) => [
      move({ from: issuance, to: treasury, amountMinor, mode: 'shortfall', kind: 'mint', linked: true }),
      move({ from: treasury, to, amountMinor, kind: 'top_up_base' }),
    ];
    const lacking = topUp(enough + 50n);
    expect(await ledger.post(lacking)).toMatchObject([
      { status: 'created', amountMinor: 50n },
      { status: 'created', amountMinor: enough + 50n },
    ]);
    expect(await ledger.post(lacking)).toMatchObject([{ status: 'exists', amountMinor: 50n }, { status: 'exists' }]);
    await ledger.post([move({ from: issuance, to: treasury, amountMinor: 30n, kind: 'mint' })]);
    const before = await rowCounts();
    expect(await ledger.post(topUp(20n))).toMatchObject([
      { status: 'created', amountMinor: 0n },
      { status: 'created', amountMinor: 20n },
    ]);
    expect(await rowCounts()).toEqual({ transfers: before.transfers + 2, entries: before.entries + 2 });
    expect(await balance(treasury)).toBe(10n);
  });
});

describe('a transaction', () => {
  it('posts at most once', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const twice = database.inTransaction(async (tx) => {
      await post(tx, [move({ from, to, amountMinor: 1n })]);
      await post(tx, [move({ from, to, amountMinor: 1n })]);
    });
    await expect(twice).rejects.toThrow('posts at most once');
    expect(await balance(to)).toBe(0n);
    await ledger.post([move({ from, to, amountMinor: 1n })]);
    expect(await balance(to)).toBe(1n);
  });

  it('that is not READ COMMITTED cannot post', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const posting = database.inSnapshot((tx) => post(tx, [move({ from, to, amountMinor: 1n })]));
    await expect(posting).rejects.toThrow('READ COMMITTED');
  });
});

it('the books are in order after all of this', async () => {
  expect(await checkLedger(database.client)).toMatchObject({ ok: true, findings: [] });
});
