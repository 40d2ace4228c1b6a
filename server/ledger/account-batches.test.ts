import { describe, expect, it, test } from 'vitest';
import { createAccounts, type AccountRequest, type AccountResult } from '#server/ledger/account-batches.ts';
import { findAccount, openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { setVelocityLimits } from '#server/ledger/limits.ts';
import { lookupAccounts } from '#server/ledger/lookups.ts';
import { post } from '#server/ledger/transfers.ts';
import { testDatabase } from '#server/testing/database.ts';
import { deadlocks, openTransaction, untilWaiting } from '#server/testing/ledger-contention.ts';
import { books, move, transferId } from '#server/testing/ledger.ts';

const connections = 12;
const database = await testDatabase({ connectionsMax: connections + 4 });
const ledger = books(database);
const bound = 10n ** 17n;

function open(...requests: AccountRequest[]): Promise<AccountResult[]> {
  return database.inTransaction((tx) => createAccounts(tx, requests));
}

function wallet(rest: Partial<AccountRequest> = {}): AccountRequest {
  return { owner: transferId(), kind: 'wallet', asset: 'DUCAT', ...rest };
}

function outcomes(results: readonly AccountResult[]): string[] {
  return results.map((result) =>
    result.status === 'refused' ? `${result.code} ${result.field ?? ''}`.trim() : result.status,
  );
}

function idsOf(results: readonly AccountResult[]): bigint[] {
  return results.flatMap((result) => (result.status === 'refused' ? [] : [result.id]));
}

describe('a batch of accounts', () => {
  it('is opened in the order asked, and asked again it is the same accounts', async () => {
    const requests = Array.from({ length: 20 }, () => wallet());
    const first = await open(...requests);
    expect(new Set(outcomes(first))).toEqual(new Set(['created']));
    const found = await lookupAccounts(database.client, idsOf(first));
    expect(found.map(({ owner }) => owner)).toEqual(requests.map(({ owner }) => owner));
    expect(found[0]).toMatchObject({ kind: 'wallet', asset: 'DUCAT', floorMinor: 0n, ceilingMinor: null, version: 0n });
    const again = await open(...requests.toReversed());
    expect(new Set(outcomes(again))).toEqual(new Set(['exists']));
    expect(idsOf(again)).toEqual(idsOf(first).reverse());
  });

  it('of 8,190 is one call, and one more is refused', async () => {
    const requests = Array.from({ length: 8_190 }, () => wallet());
    const results = await open(...requests);
    expect(new Set(idsOf(results)).size).toBe(8_190);
    await expect(open(...requests, wallet())).rejects.toMatchObject({ code: 'batch_too_large' });
    expect(await open()).toEqual([]);
  });

  it('that names one account several times opens it once and compares the rest with it', async () => {
    const request = wallet({ kind: 'receivable', asset: 'USD', floorMinor: -500n });
    const results = await open(
      { ...request, floorMinor: bound + 1n },
      request,
      { ...request, floorMinor: -400n },
      request,
      { ...request, ceilingMinor: 7n },
      { ...request, owner: transferId() },
    );
    expect(outcomes(results)).toEqual([
      'bound_out_of_range',
      'created',
      'account_content_mismatch floorMinor',
      'exists',
      'account_content_mismatch ceilingMinor',
      'created',
    ]);
    expect(idsOf(results)[0]).toBe(idsOf(results)[1]);
  });

  it('refuses each bad item under its own code and opens the others', async () => {
    const dollars = { kind: 'receivable', asset: 'USD' } as const;
    const good = wallet();
    const results = await open(
      wallet({ owner: '' }),
      wallet({ owner: 'x'.repeat(129) }),
      wallet({ owner: 'a\0b' }),
      wallet({ owner: '\ud800' }),
      wallet({ owner: 'house' }),
      wallet({ kind: 'treasury' }),
      wallet({ kind: 'wallet', asset: 'USD' }),
      wallet({ ...dollars, floorMinor: -bound - 1n }),
      wallet({ ceilingMinor: 10n ** 30n }),
      wallet({ ...dollars, floorMinor: -1n, ceilingMinor: -2n }),
      wallet({ floorMinor: -1n }),
      wallet({ floorMinor: 1n }),
      wallet({ ...dollars, ceilingMinor: -1n }),
      good,
    );
    expect(outcomes(results)).toEqual([
      ...Array.from({ length: 4 }, () => 'owner_malformed owner'),
      'house_owner owner',
      'unknown_account_kind kind',
      'unknown_account_kind kind',
      'bound_out_of_range',
      'bound_out_of_range',
      'floor_above_ceiling floorMinor',
      'floor_below_kind floorMinor',
      'bounds_exclude_zero',
      'bounds_exclude_zero',
      'created',
    ]);
    expect(await findAccount(database.client, good)).toBe(idsOf(results)[0]);
    expect(await findAccount(database.client, { owner: 'house', kind: 'wallet', asset: 'DUCAT' })).toBeNull();
  });

  it('takes an owner of 128 characters, bounds at their edges, and what was opened alone before', async () => {
    const owner = 'ж'.repeat(128);
    const alone = await database.inTransaction((tx) => openAccount(tx, { owner, kind: 'wallet', asset: 'DUCAT' }));
    const results = await open(
      wallet({ owner }),
      wallet({ owner, kind: 'receivable', asset: 'USD', floorMinor: -bound, ceilingMinor: bound }),
      wallet({ ceilingMinor: 0n }),
    );
    expect(outcomes(results)).toEqual(['exists', 'created', 'created']);
    expect(idsOf(results)[0]).toBe(alone);
  });
});

test('floor and ceiling of an account are what posting refuses to pass', async () => {
  const [credit] = idsOf(await open(wallet({ kind: 'receivable', asset: 'USD', floorMinor: -50n, ceilingMinor: 20n })));
  const bank = systemAccountId('bank', 'USD');
  const results = await ledger.post([
    move({ from: credit ?? 0n, to: bank, amountMinor: 51n }),
    move({ from: credit ?? 0n, to: bank, amountMinor: 50n }),
    move({ from: bank, to: credit ?? 0n, amountMinor: 71n }),
    move({ from: bank, to: credit ?? 0n, amountMinor: 70n }),
  ]);
  expect(results).toMatchObject([
    { code: 'insufficient_funds' },
    { status: 'created' },
    { code: 'ceiling_exceeded' },
    { status: 'created' },
  ]);
});

test('12 batches of the same owners in different orders open each account once and never deadlock', async () => {
  const count = 300;
  const owners = Array.from({ length: count }, () => transferId()).sort();
  // First for owners without anything, then for owners whose guards are there already.
  for (const kind of ['wallet', 'escrow'] as const) {
    const requests = owners.map((owner) => wallet({ owner, kind }));
    // Everybody is under way before anybody comes to an end: all meet at the account in the middle.
    const first = await openTransaction(database, (tx) => createAccounts(tx, requests.slice(150, 151)));
    const batches = Array.from({ length: connections }, (_, caller) => {
      const from = (caller * 71) % count;
      const turned = [...requests.slice(from), ...requests.slice(0, from)];
      return open(...(caller % 2 === 0 ? turned : turned.toReversed()));
    });
    await untilWaiting(database, connections);
    await first.commit();
    const answers = (await Promise.all(batches)).flat();
    expect(answers.filter(({ status }) => status === 'created')).toHaveLength(count - 1);
    expect(answers.filter(({ status }) => status === 'exists')).toHaveLength(count * (connections - 1) + 1);
    expect(new Set(idsOf(answers)).size).toBe(count);
  }
  expect(await deadlocks(database)).toBe(0n);
});

describe('an account that is opened in a batch is under the limits of its owner', () => {
  const purchases = {
    asset: 'DUCAT',
    kind: 'purchase',
    side: 'debit',
    period: '24_hours',
    amountMinorMax: 10n,
  } as const;
  const setLimit = (owner: string) => database.inTransaction((tx) => setVelocityLimits(tx, owner, [purchases]));
  const spendOver = async (account: bigint) => {
    const issuance = systemAccountId('issuance', 'DUCAT');
    await ledger.post([move({ from: issuance, to: account, amountMinor: 100n })]);
    return ledger.post([move({ from: account, to: issuance, amountMinor: 11n, kind: 'purchase' })]);
  };

  it('when they were set before', async () => {
    const request = wallet();
    await setLimit(request.owner);
    const [account] = idsOf(await open(request));
    expect(await spendOver(account ?? 0n)).toMatchObject([{ code: 'limit_exceeded' }]);
  });

  it('when they are set while it is being opened, for an owner who never had any', async () => {
    const request = wallet();
    const opening = await openTransaction(database, (tx) => createAccounts(tx, [request]));
    const setting = setLimit(request.owner);
    await untilWaiting(database);
    await opening.commit();
    await setting;
    expect(await spendOver(idsOf(opening.result)[0] ?? 0n)).toMatchObject([{ code: 'limit_exceeded' }]);
  });

  it('when it is opened while they are being set', async () => {
    const request = wallet();
    const setting = await openTransaction(database, (tx) => setVelocityLimits(tx, request.owner, [purchases]));
    const opening = open(request);
    await untilWaiting(database);
    await setting.commit();
    expect(await spendOver(idsOf(await opening)[0] ?? 0n)).toMatchObject([{ code: 'limit_exceeded' }]);
  });
});

test('opening an account does not hold up a posting of the same owner', async () => {
  const first = wallet();
  const [account] = idsOf(await open(first));
  const condition = { ownerAvailableAtLeastMinor: 0n };
  const shop = systemAccountId('treasury', 'DUCAT');
  await ledger.post([move({ from: systemAccountId('issuance', 'DUCAT'), to: account ?? 0n, amountMinor: 5n })]);
  const opening = await openTransaction(database, (tx) => createAccounts(tx, [{ ...first, kind: 'escrow' }]));
  const paid = await database.inTransaction((tx) =>
    post(tx, [move({ from: account ?? 0n, to: shop, amountMinor: 5n, condition })]),
  );
  expect(paid).toMatchObject([{ status: 'created' }]);
  await opening.commit();
});

test('the application may call the function and nobody may write the table beside it', async () => {
  const insert = database.client.$executeRaw`INSERT INTO ledger.account (owner, kind, asset) VALUES ('x', 6, 1)`;
  await expect(insert).rejects.toThrow('permission denied');
  const malformed = database.client.$queryRaw`
    SELECT * FROM ledger.open_accounts(ARRAY['x'], ARRAY[]::smallint[], ARRAY[1]::smallint[], ARRAY[0]::bigint[], ARRAY[0]::bigint[])`;
  await expect(malformed).rejects.toThrow('malformed call');
});

test('the books are in order after all of this', async () => {
  expect(await checkLedger(database.client)).toMatchObject({ ok: true, findings: [] });
});
