import { describe, expect, it, test } from 'vitest';
import { closeAccount, freezeAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { accountBalance } from '#server/ledger/queries.ts';
import type { TransferCondition, TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { testDatabase } from '#server/testing/database.ts';
import { books, move } from '#server/testing/ledger.ts';

const connections = 16;
const database = await testDatabase({ connectionsMax: connections });
const { wallet, ...ledger } = books(database);
const issuance = systemAccountId('issuance', 'DUCAT');

function outcomes(results: readonly TransferResult[]): string[] {
  return results.map((result) => {
    if (result.status !== 'refused') return `${result.status} ${String(result.amountMinor)}`;
    return `${result.code} ${result.field ?? ''}`.trim();
  });
}

async function version(accountId: bigint): Promise<bigint> {
  return (await accountBalance(database.client, accountId)).version;
}

describe('"only if the version is still …"', () => {
  it('moves when it is, and is refused for good when something was booked in between', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const seen = await version(from);
    const first = move({ from, to, amountMinor: 10n, condition: { debit: { version: seen } } });
    const second = move({ from, to, amountMinor: 10n, condition: { debit: { version: seen } } });
    expect(outcomes(await ledger.post([first]))).toEqual(['created 10']);
    const refusal = { status: 'refused', code: 'condition_failed', field: 'condition.debit.version' };
    expect(await ledger.post([second])).toMatchObject([{ ...refusal, replayed: false }]);
    expect(await ledger.post([second, first])).toMatchObject([{ ...refusal, replayed: true }, { status: 'exists' }]);
    expect(await ledger.balance(from)).toBe(90n);
  });

  it('also guards the credit account, and counts reservations as changes', async () => {
    const [from, to] = [await wallet(100n), await wallet(5n)];
    const seen = await version(to);
    await ledger.post([move({ from: to, to: from, amountMinor: 5n, pending: {} })]);
    const results = await ledger.post([
      move({ from, to, amountMinor: 1n, condition: { credit: { version: seen } } }),
      move({ from, to, amountMinor: 1n, condition: { credit: { version: seen + 1n } } }),
    ]);
    expect(outcomes(results)).toEqual(['condition_failed condition.credit.version', 'created 1']);
  });

  it('lets exactly one of 16 callers through', async () => {
    const [from, to] = [await wallet(1_000n), await wallet()];
    const condition = { debit: { version: await version(from) } };
    const answers = await Promise.all(
      Array.from({ length: connections }, () => ledger.post([move({ from, to, amountMinor: 1n, condition })])),
    );
    expect(outcomes(answers.flat()).filter((outcome) => outcome === 'created 1')).toHaveLength(1);
    expect(await ledger.balance(to)).toBe(1n);
  });
});

describe('a condition on a balance', () => {
  it('holds at its very edge and is refused one beyond it, on either account', async () => {
    const [from, to] = [await wallet(100n), await wallet(50n)];
    const asked = (condition: TransferCondition) => move({ from, to, amountMinor: 1_000n, condition });
    const results = await ledger.post([
      asked({ debit: { balanceAtLeastMinor: 100n, balanceAtMostMinor: 100n } }),
      asked({ debit: { balanceAtLeastMinor: 101n } }),
      asked({ debit: { balanceAtMostMinor: 99n } }),
      asked({ credit: { balanceAtLeastMinor: 50n, balanceAtMostMinor: 50n } }),
      asked({ credit: { balanceAtLeastMinor: 51n } }),
      asked({ credit: { balanceAtMostMinor: 49n } }),
    ]);
    // Where the condition holds it is the money that is missing.
    expect(outcomes(results)).toEqual([
      'insufficient_funds debitAccountId',
      'condition_failed condition.debit.balanceAtLeastMinor',
      'condition_failed condition.debit.balanceAtMostMinor',
      'insufficient_funds debitAccountId',
      'condition_failed condition.credit.balanceAtLeastMinor',
      'condition_failed condition.credit.balanceAtMostMinor',
    ]);
  });

  it('may lie beyond every balance, and decides its own item only', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const beyond = 10n ** 20n;
    const results = await ledger.post([
      move({ from, to, amountMinor: 1n, condition: { debit: { balanceAtLeastMinor: -beyond } } }),
      move({ from, to, amountMinor: 1n, condition: { credit: { balanceAtLeastMinor: beyond } } }),
      move({ from, to, amountMinor: 1n }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['created', 'refused', 'created']);
  });

  it('sees the items before it in the batch, and not what a failed group undid', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const at = (balance: bigint): TransferCondition => ({
      debit: { balanceAtLeastMinor: balance, balanceAtMostMinor: balance },
    });
    const results = await ledger.post([
      move({ from, to, amountMinor: 30n, condition: at(100n) }),
      move({ from, to, amountMinor: 30n, condition: at(70n), linked: true }),
      move({ from, to, amountMinor: 30n, condition: at(70n) }),
      move({ from, to, amountMinor: 30n, condition: at(70n) }),
      move({ from: to, to: from, amountMinor: 60n, condition: at(60n) }),
    ]);
    expect(outcomes(results)).toEqual([
      'created 30',
      'linked_group_failed',
      'condition_failed condition.debit.balanceAtLeastMinor',
      'created 30',
      'created 60',
    ]);
    expect(await ledger.balance(from)).toBe(100n);
  });

  it('belongs to what an id means: the same id with another condition is refused', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const request: TransferRequest = move({
      from,
      to,
      amountMinor: 1n,
      condition: { debit: { balanceAtLeastMinor: 1n } },
    });
    const { condition: _, ...without } = request;
    const other = { ...request, condition: { debit: { balanceAtLeastMinor: 2n } } };
    expect(outcomes(await ledger.post([request]))).toEqual(['created 1']);
    expect(outcomes(await ledger.post([other, without, request]))).toEqual([
      'id_content_mismatch condition',
      'id_content_mismatch condition',
      'exists 1',
    ]);
  });

  it('is refused on a void, and on the sum of the accounts of the house', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const hold = move({ from, to, amountMinor: 1n, pending: {} });
    const results = await ledger.post([
      hold,
      move({ from, to, amountMinor: 0n, voidPendingId: hold.id, condition: { debit: { version: 2n } } }),
      move({ from: issuance, to, amountMinor: 1n, condition: { ownerAvailableAtLeastMinor: 0n } }),
      move({ from, to, amountMinor: 1n, postPendingId: hold.id, condition: { debit: { version: 2n } } }),
    ]);
    expect(outcomes(results)).toEqual([
      'created 1',
      'condition_malformed condition',
      'condition_malformed condition',
      'created 1',
    ]);
  });
});

describe("mode 'available'", () => {
  it('moves what is there, at most the amount, and nothing from an account that has nothing', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const sweep = (amountMinor: bigint) => move({ from, to, amountMinor, mode: 'available' });
    expect(outcomes(await ledger.post([sweep(30n), sweep(500n), sweep(500n)]))).toEqual([
      'created 30',
      'created 70',
      'created 0',
    ]);
    expect([await ledger.balance(from), await ledger.balance(to)]).toEqual([0n, 100n]);
    expect(await version(from)).toBe(3n);
  });

  it('leaves what is reserved', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const hold = move({ from, to, amountMinor: 60n, pending: {} });
    const results = await ledger.post([
      hold,
      move({ from, to, amountMinor: 100n, mode: 'available' }),
      move({ from, to, amountMinor: 60n, postPendingId: hold.id }),
    ]);
    expect(outcomes(results)).toEqual(['created 60', 'created 40', 'created 60']);
  });

  it('answers a repeated id with what it moved the first time', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const sweep = move({ from, to, amountMinor: 500n, mode: 'available' });
    expect(outcomes(await ledger.post([sweep]))).toEqual(['created 100']);
    await ledger.post([move({ from: issuance, to: from, amountMinor: 7n })]);
    expect(outcomes(await ledger.post([sweep]))).toEqual(['exists 100']);
    expect(await ledger.balance(from)).toBe(7n);
  });

  it('from an account without a floor moves the whole amount', async () => {
    const to = await wallet();
    expect(outcomes(await ledger.post([move({ from: issuance, to, amountMinor: 40n, mode: 'available' })]))).toEqual([
      'created 40',
    ]);
  });

  it('from an account without a floor works up to the largest balance', async () => {
    const [from, to] = [systemAccountId('suspense', 'DUCAT'), await wallet()];
    const deposits = Array.from({ length: 400 }, () => move({ from: issuance, to: from, amountMinor: 10n ** 15n }));
    await ledger.post(deposits);
    const results = await ledger.post([
      move({ from, to, amountMinor: 5n, mode: 'available' }),
      move({ from, to: issuance, amountMinor: 10n ** 15n }),
    ]);
    expect(results).toMatchObject([{ amountMinor: 5n }, { status: 'created' }]);
  });

  it('is refused by a frozen or closed account, unless there is nothing to move', async () => {
    const [frozen, closed, to] = [await wallet(10n), await wallet(), await wallet()];
    await database.inTransaction((tx) => freezeAccount(tx, frozen));
    await database.inTransaction((tx) => closeAccount(tx, closed));
    const results = await ledger.post([
      move({ from: frozen, to, amountMinor: 5n, mode: 'available' }),
      move({ from: closed, to, amountMinor: 5n, mode: 'available' }),
    ]);
    expect(outcomes(results)).toEqual(['account_frozen debitAccountId', 'created 0']);
  });
});

test('the books are in order after all of this', async () => {
  expect(await checkLedger(database.client)).toMatchObject({ ok: true, findings: [] });
});
