import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createAccounts } from '#server/ledger/account-batches.ts';
import { openAccount } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { createCombiner } from '#server/ledger/combiner.ts';
import { lookupAccounts, lookupTransfers } from '#server/ledger/lookups.ts';
import { refusals } from '#server/ledger/refusals.ts';
import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { testDatabase } from '#server/testing/database.ts';
import { books, move, transferId } from '#server/testing/ledger.ts';

const database = await testDatabase();
const { post, wallet, balance } = books(database);
const combiner = createCombiner(database);
const [payer, payee] = [await wallet(1_000_000n), await wallet()];
const dollars = await database.inTransaction((tx) =>
  openAccount(tx, { owner: transferId(), kind: 'receivable', asset: 'USD' }),
);
const beyond = 2n ** 63n;
const good = () => move({ from: payer, to: payee, amountMinor: 1n });
const days = (count: number) => new Date(Date.now() + count * 86_400_000);
const halfOfAPair = String.fromCharCode(0xd800);

/** Every way in which an item can be wrong in itself, with its code. Some of them the types do not let through. */
const bad: readonly [string, () => object, string][] = [
  ['zero', () => ({ amountMinor: 0n }), 'amount_out_of_range'],
  ['negative', () => ({ amountMinor: -1n }), 'amount_out_of_range'],
  ['over-large', () => ({ amountMinor: 10n ** 15n + 1n }), 'amount_out_of_range'],
  ['beyond a bigint', () => ({ amountMinor: beyond }), 'amount_out_of_range'],
  ['far below a bigint', () => ({ amountMinor: -(2n ** 70n) }), 'amount_out_of_range'],
  ['from an account to itself', () => ({ creditAccountId: payer }), 'accounts_must_differ'],
  ['from nobody', () => ({ debitAccountId: 99_999_999n }), 'debit_account_not_found'],
  ['from an account beyond a bigint', () => ({ debitAccountId: beyond }), 'debit_account_not_found'],
  ['to nobody', () => ({ creditAccountId: 99_999_999n }), 'credit_account_not_found'],
  ['to an account below a bigint', () => ({ creditAccountId: -beyond - 1n }), 'credit_account_not_found'],
  [
    'between two accounts beyond a bigint',
    () => ({ debitAccountId: beyond, creditAccountId: beyond + 1n }),
    'debit_account_not_found',
  ],
  ['from ducats to dollars', () => ({ creditAccountId: dollars }), 'asset_mismatch'],
  ['without an id', () => ({ id: '' }), 'id_malformed'],
  ['with a random id', () => ({ id: '1b4e28ba-2fa1-41d2-883f-0016d3cca427' }), 'id_malformed'],
  ['of the day after tomorrow', () => ({ id: transferId(days(2)) }), 'id_in_future'],
  ['of two minutes from now', () => ({ id: transferId(days(2 / 1_440)) }), 'id_in_future'],
  ['of forty days ago', () => ({ id: transferId(days(-40)) }), 'id_too_old'],
  ['of no kind', () => ({ kind: 'theft' }), 'unknown_kind'],
  ['of a kind that every object has', () => ({ kind: 'toString' }), 'unknown_kind'],
  ['with an empty reference', () => ({ reference: '' }), 'reference_malformed'],
  ['with a long reference', () => ({ reference: 'x'.repeat(201) }), 'reference_malformed'],
  ['with a NUL in its reference', () => ({ reference: 'a\0b' }), 'reference_malformed'],
  ['with half a character in its reference', () => ({ reference: halfOfAPair }), 'reference_malformed'],
  ['posting nothing', () => ({ postPendingId: 'none' }), 'pending_not_found'],
  ['voiding nothing', () => ({ voidPendingId: 'none', amountMinor: 0n }), 'pending_not_found'],
  ['reversing nothing', () => ({ reversesId: 'none' }), 'original_not_found'],
  ['pending for half a second more', () => ({ pending: { timeoutSeconds: 1.5 } }), 'timeout_out_of_range'],
  ['pending for ever', () => ({ pending: { timeoutSeconds: 2 ** 31 } }), 'timeout_out_of_range'],
  ['pending for no number', () => ({ pending: { timeoutSeconds: Number.NaN } }), 'timeout_out_of_range'],
  ['pending and posting', () => ({ pending: {}, postPendingId: transferId() }), 'combination_not_allowed'],
  ['voiding and reversing', () => ({ voidPendingId: 'none', reversesId: 'none' }), 'combination_not_allowed'],
  ['balancing in a way that there is not', () => ({ mode: 'all of it' }), 'combination_not_allowed'],
  ['on a day that there is not', () => ({ effectiveDate: '2026-02-30' }), 'effective_date_out_of_range'],
  [
    'converted at no rate',
    () => ({ conversion: { numerator: 0n, denominator: 0n, exact: 'in' } }),
    'conversion_malformed',
  ],
  [
    'converted at a text and no number',
    () => ({ conversion: { numerator: 'x', denominator: Number.NaN, exact: 'a\0' } }),
    'conversion_malformed',
  ],
  [
    'converted at more digits than there can be',
    () => ({ conversion: { numerator: 10n ** 140_000n, denominator: 1n, exact: 'in' } }),
    'conversion_malformed',
  ],
  ['on a day with a NUL in it', () => ({ effectiveDate: '2026-01-01\0' }), 'effective_date_out_of_range'],
  ['on the condition of a text', () => ({ condition: { debit: { version: 'x' } } }), 'condition_malformed'],
  ['on the condition of no number', () => ({ condition: { credit: { version: Number.NaN } } }), 'condition_malformed'],
  ['on a condition that there is not', () => ({ condition: { debit: { weather: 1n } } }), 'condition_malformed'],
  ['on no condition at all', () => ({ condition: null, mode: 'available' }), 'condition_malformed'],
  [
    'on a condition and a day that there are not',
    () => ({ condition: { ownerAvailableAtLeastMinor: 'x', debit: {} }, effectiveDate: '2026-02-30' }),
    'condition_malformed',
  ],
  ['of a fraction', () => ({ amountMinor: 1.5 }), 'amount_out_of_range'],
  ['from the fraction of an account', () => ({ debitAccountId: 1.5 }), 'debit_account_not_found'],
  ['with a number as its reference', () => ({ reference: 5 }), 'reference_malformed'],
];

function codes(results: readonly TransferResult[]): string[] {
  return results.map((result) => (result.status === 'refused' ? result.code : result.status));
}

const ways: readonly [string, (requests: readonly TransferRequest[]) => Promise<TransferResult[]>][] = [
  ['post', (requests) => post(requests)],
  ['the combiner', (requests) => combiner.post(requests)],
];

describe.each(ways)('by way of %s', (_, send) => {
  it.each(bad)(
    'a transfer %s is refused alone, with one code, and leaves nothing behind',
    async (_name, change, code) => {
      const wrong = () => ({ ...good(), ...change() });
      expect(codes(await send([wrong()]))).toEqual([code]);
      const before = await balance(payee);
      const [alone, among] = [wrong(), wrong()];
      expect(codes(await send([good(), alone, good()]))).toEqual(['created', code, 'created']);
      const group = [{ ...good(), linked: true }, good()];
      expect(codes(await send([...group, among, ...[{ ...good(), linked: true }, good()]]))).toEqual([
        'created',
        'created',
        code,
        'created',
        'created',
      ]);
      expect(await balance(payee)).toBe(before + 6n);
      expect(await lookupTransfers(database.client, [alone.id, among.id])).toEqual([]);
    },
  );
});

it('a dry run gives each of them the same code', async () => {
  const requests = bad.map(([, change]) => ({ ...good(), ...change() }));
  expect(codes(await post(requests, { isDryRun: true }))).toEqual(bad.map(([, , code]) => code));
});

it('a condition may ask for more digits than PostgreSQL reads, and decides its own item only', async () => {
  const farthest = 10n ** 140_000n;
  const asked = (atLeast: bigint) => ({ ...good(), condition: { debit: { balanceAtLeastMinor: atLeast } } });
  expect(codes(await post([asked(-farthest), asked(farthest), good()]))).toEqual([
    'created',
    'condition_failed',
    'created',
  ]);
});

it('a linked group that nothing closes is refused alone', async () => {
  const results = await post([good(), { ...good(), linked: true }, { ...good(), linked: true }]);
  expect(codes(results)).toEqual(['created', 'linked_group_open', 'linked_group_open']);
});

it('8,191 items are too many for every call, and nothing is sent', async () => {
  const ids = Array.from({ length: 8_191 }, () => transferId());
  const tooLarge = { kind: 'too_large', code: 'batch_too_large', details: { itemsMax: 8_190 } };
  const requests = ids.map((id) => ({ ...good(), id }));
  await expect(post(requests)).rejects.toMatchObject(tooLarge);
  await expect(combiner.post(requests)).rejects.toMatchObject(tooLarge);
  await expect(lookupTransfers(database.client, ids)).rejects.toMatchObject(tooLarge);
  await expect(
    lookupAccounts(
      database.client,
      ids.map(() => payer),
    ),
  ).rejects.toMatchObject(tooLarge);
  const accounts = ids.map((owner) => ({ owner, kind: 'wallet', asset: 'DUCAT' }) as const);
  await expect(database.inTransaction((tx) => createAccounts(tx, accounts))).rejects.toMatchObject(tooLarge);
});

it('what no account and no transfer can be called is not found', async () => {
  expect(await lookupAccounts(database.client, [beyond, payer, -1n])).toMatchObject([{ id: payer }]);
  expect(await lookupTransfers(database.client, ['none', ''])).toEqual([]);
});

it('every code that the ledger answers with or throws is explained in its README', () => {
  const folder = new URL('.', import.meta.url);
  const readme = readFileSync(new URL('README.md', folder), 'utf8');
  const sources = readdirSync(folder).filter((name) => /^[a-z-]+\.ts$/.test(name));
  const thrown = sources.flatMap((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const calls = text.matchAll(/refuse\(\s*'[a-z_]+',\s*'([a-z_]+)'|code: '([a-z_]+)'/g);
    return [...calls].map(([, first, second]) => first ?? second ?? '');
  });
  const all = new Set([...refusals.map(({ name }) => name), ...thrown]);
  expect(all.size).toBeGreaterThan(50);
  expect([...all].filter((code) => !readme.includes(`\`${code}\``))).toEqual([]);
});

it('the books are sound after all of it', async () => {
  expect(await checkLedger(database.client)).toMatchObject({ ok: true, findings: [] });
});
