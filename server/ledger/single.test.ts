import { expect, it, test } from 'vitest';
import { closeAccount, freezeAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { books, move, transferId } from '#server/testing/ledger.ts';

/** A transfer that stands alone takes a shorter way through the database than a batch, which must not show. */
const database = await testDatabase();
const { wallet, ...ledger } = books(database);
const [issuance, treasury, bank] = [
  systemAccountId('issuance', 'DUCAT'),
  systemAccountId('treasury', 'DUCAT'),
  systemAccountId('bank', 'USD'),
];
const day = 86_400_000;

interface Pair {
  from: bigint;
  to: bigint;
}
interface Case {
  name: string;
  /** What is done to two new wallets, the first with 100, before the transfer. */
  before?: (pair: Pair) => Promise<unknown>;
  request?: (pair: Pair) => Partial<TransferRequest>;
  answer: string;
}

const freeze = (accountId: bigint) => database.inTransaction((tx) => freezeAccount(tx, accountId));
const close = (accountId: bigint) => database.inTransaction((tx) => closeAccount(tx, accountId));
const hold = ({ from, to }: Pair) => ledger.post([move({ from, to, amountMinor: 60n, pending: {} })]);
const empty = ({ from }: Pair) => ledger.post([move({ from, to: treasury, amountMinor: 100n })]);
const limitTo = (accountId: bigint, ceiling: number) =>
  asSuperuser(database, `UPDATE ledger.account SET ceiling = ${String(ceiling)} WHERE id = ${accountId.toString()}`);

const cases: Case[] = [
  { name: 'all that is there', request: () => ({ amountMinor: 100n }), answer: 'created 100' },
  { name: 'one too much', request: () => ({ amountMinor: 101n }), answer: 'insufficient_funds debitAccountId' },
  {
    name: 'less than is reserved',
    before: hold,
    request: () => ({ amountMinor: 41n }),
    answer: 'insufficient_funds debitAccountId',
  },
  { name: 'what is not reserved', before: hold, request: () => ({ amountMinor: 40n }), answer: 'created 40' },
  { name: 'from a frozen account', before: ({ from }) => freeze(from), answer: 'account_frozen debitAccountId' },
  { name: 'to a frozen account', before: ({ to }) => freeze(to), answer: 'created 10' },
  {
    name: 'from a closed account',
    before: async (pair) => (await empty(pair), close(pair.from)),
    answer: 'account_closed debitAccountId',
  },
  { name: 'to a closed account', before: ({ to }) => close(to), answer: 'account_closed creditAccountId' },
  { name: 'up to the ceiling', before: ({ to }) => limitTo(to, 10), answer: 'created 10' },
  { name: 'over the ceiling', before: ({ to }) => limitTo(to, 9), answer: 'ceiling_exceeded creditAccountId' },
  {
    name: 'from an unbounded account',
    request: () => ({ debitAccountId: issuance, amountMinor: 10n ** 15n }),
    answer: `created ${'1'.padEnd(16, '0')}`,
  },
  {
    name: 'from nowhere',
    request: () => ({ debitAccountId: 999_999n }),
    answer: 'debit_account_not_found debitAccountId',
  },
  {
    name: 'to nowhere',
    request: () => ({ creditAccountId: 999_999n }),
    answer: 'credit_account_not_found creditAccountId',
  },
  {
    name: 'to itself',
    request: ({ from }) => ({ creditAccountId: from }),
    answer: 'accounts_must_differ creditAccountId',
  },
  { name: 'to another asset', request: () => ({ creditAccountId: bank }), answer: 'asset_mismatch creditAccountId' },
  { name: 'of nothing', request: () => ({ amountMinor: 0n }), answer: 'amount_out_of_range amountMinor' },
  { name: 'of less than nothing', request: () => ({ amountMinor: -1n }), answer: 'amount_out_of_range amountMinor' },
  {
    name: 'of far too much',
    request: () => ({ amountMinor: 10n ** 15n + 1n }),
    answer: 'amount_out_of_range amountMinor',
  },
  { name: 'with an empty reference', request: () => ({ reference: '' }), answer: 'reference_malformed reference' },
  {
    name: 'with a reference too long',
    request: () => ({ reference: 'é'.repeat(201) }),
    answer: 'reference_malformed reference',
  },
  { name: 'with a long reference', request: () => ({ reference: '🦁'.repeat(200) }), answer: 'created 10' },
  { name: 'with an id of another version', request: () => ({ id: crypto.randomUUID() }), answer: 'id_malformed id' },
  { name: 'with an id that is none', request: () => ({ id: 'ducat' }), answer: 'id_malformed id' },
  {
    name: 'with an old id',
    request: () => ({ id: transferId(new Date(Date.now() - 36 * day)) }),
    answer: 'id_too_old id',
  },
  {
    name: 'with an id almost too old',
    request: () => ({ id: transferId(new Date(Date.now() - 34 * day)) }),
    answer: 'created 10',
  },
  {
    name: 'with an id of tomorrow',
    request: () => ({ id: transferId(new Date(Date.now() + day)) }),
    answer: 'id_in_future id',
  },
];

/** Three ways to send one transfer; what is sent with it moves one centesimo within the house. */
function companion(): TransferRequest {
  return move({ from: issuance, to: treasury, amountMinor: 1n });
}
const ways: Record<string, (request: TransferRequest) => Promise<TransferResult | undefined>> = {
  alone: async (request) => (await ledger.post([request]))[0],
  'in a plain batch': async (request) => (await ledger.post([request, companion()]))[0],
  'in a batch with a group': async (request) =>
    (await ledger.post([request, { ...companion(), linked: true }, companion()]))[0],
};

function wordsOf(result: TransferResult | undefined): string {
  if (result?.status !== 'refused') return `${String(result?.status)} ${String(result?.amountMinor)}`;
  return `${result.code} ${String(result.field)}`;
}

test.each(cases)('$name: alone, in a plain batch and beside a group the answer is the same', async (given) => {
  for (const [way, send] of Object.entries(ways)) {
    const pair = { from: await wallet(100n), to: await wallet() };
    await given.before?.(pair);
    const request = { ...move({ ...pair, amountMinor: 10n }), ...given.request?.(pair) };
    const first = await send(request);
    expect(wordsOf(first), way).toBe(given.answer);
    // Asked for again, whatever was final is answered as it was.
    for (const [again, sendAgain] of Object.entries(ways)) {
      const second = await sendAgain(request);
      expect(wordsOf(second).replace('exists', 'created'), `${way}, then ${again}`).toBe(given.answer);
      if (first?.status === 'created') expect(second).toEqual({ ...first, status: 'exists' });
    }
  }
});

it('the books are in order after all of this', async () => {
  expect((await checkLedger(database.client)).findings).toEqual([]);
});
