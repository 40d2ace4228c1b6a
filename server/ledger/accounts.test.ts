import { describe, expect, it } from 'vitest';
import {
  closeAccount,
  findAccount,
  freezeAccount,
  houseAccountName,
  openAccount,
  systemAccountId,
  unfreezeAccount,
} from '#server/ledger/accounts.ts';
import { accountKinds, assets, transferKinds } from '#server/ledger/kinds.ts';
import { refusals } from '#server/ledger/refusals.ts';
import { testDatabase } from '#server/testing/database.ts';
import { books, move, transferId } from '#server/testing/ledger.ts';

const database = await testDatabase({ connectionsMax: 16 });
const { wallet, balance, ...ledger } = books(database);
const issuance = systemAccountId('issuance', 'DUCAT');

describe('the numbers in code and in the database are the same', () => {
  it('for assets and account kinds, and the house accounts exist', async () => {
    const assetRows = await database.client.ledgerAsset.findMany();
    expect(Object.fromEntries(assetRows.map((row) => [row.name, row.code]))).toEqual(assets);
    const kindRows = await database.client.ledgerAccountKind.findMany();
    const inDatabase = kindRows.map((row) => [
      row.name,
      row.code,
      row.asset,
      row.floor,
      row.houseAccount,
      row.perOwner,
    ]);
    const inCode = accountKinds.map((kind) => [
      kind.name,
      kind.code,
      assets[kind.asset],
      kind.floorMinor,
      kind.houseAccountId,
      kind.perOwner,
    ]);
    expect(inDatabase.map(String).sort()).toEqual(inCode.map(String).sort());
    const house = await database.client.ledgerAccount.findMany({ where: { owner: 'house' } });
    expect(house.map((row) => [row.id, row.kind, row.asset, row.floor].map(String).join()).sort()).toEqual(
      accountKinds
        .filter((kind) => kind.houseAccountId !== null)
        .map((kind) => [kind.houseAccountId, kind.code, assets[kind.asset], kind.floorMinor].map(String).join())
        .sort(),
    );
  });

  it('for transfer kinds and refusals', async () => {
    const kinds = await database.client.ledgerTransferKind.findMany();
    expect(Object.fromEntries(kinds.map((row) => [row.name, row.code]))).toEqual(transferKinds);
    const rows = await database.client.ledgerRefusal.findMany({ orderBy: { code: 'asc' } });
    expect(rows).toEqual(refusals.map(({ code, name, final }) => ({ code, name, final })));
    expect(refusals.every((refusal) => refusal.final === refusal.code >= 50)).toBe(true);
  });
});

describe('opening an account', () => {
  it('sixteen times at once gives one account', async () => {
    const key = { owner: transferId(), kind: 'wallet', asset: 'DUCAT' } as const;
    expect(await findAccount(database.client, key)).toBeNull();
    const opened = await Promise.all(
      Array.from({ length: 16 }, () => database.inTransaction((tx) => openAccount(tx, key))),
    );
    expect(new Set(opened).size).toBe(1);
    expect(await findAccount(database.client, key)).toBe(opened[0]);
  });

  it('of the house, or of a kind that owners do not have, is refused by code and by the database', async () => {
    const key = { owner: transferId(), kind: 'treasury', asset: 'DUCAT' } as const;
    await expect(database.inTransaction((tx) => openAccount(tx, key))).rejects.toThrow('treasury');
    const direct = (owner: string, kind: number) =>
      database.client.$queryRaw`SELECT ledger.open_account(${owner}, ${kind}::smallint, 1::smallint)`;
    await expect(direct(key.owner, 2)).rejects.toThrow('can be opened');
    await expect(direct('house', 2)).rejects.toThrow('can be opened');
    await expect(direct('house', 6)).rejects.toThrow('can be opened');
  });

  it('of the house is never needed: they have fixed ids and names', () => {
    expect(systemAccountId('suspense', 'DUCAT')).not.toBe(systemAccountId('suspense', 'USD'));
    expect(houseAccountName(systemAccountId('bridge', 'USD'))).toBe('bridge');
    expect(houseAccountName(1_000_000n)).toBeNull();
    expect(() => systemAccountId('wallet', 'DUCAT')).toThrow('wallet');
  });
});

describe('an account', () => {
  it('that is frozen takes money but gives none', async () => {
    const [frozen, other] = [await wallet(50n), await wallet(50n)];
    const held = move({ from: frozen, to: other, amountMinor: 10n, pending: {} });
    await ledger.post([held]);
    await database.inTransaction((tx) => freezeAccount(tx, frozen));
    expect(
      await ledger.post([
        move({ from: frozen, to: other, amountMinor: 1n }),
        move({ from: frozen, to: other, amountMinor: 1n, pending: {} }),
        move({ from: other, to: frozen, amountMinor: 5n }),
        move({ from: frozen, to: other, amountMinor: 10n, postPendingId: held.id }),
      ]),
    ).toMatchObject([
      { code: 'account_frozen' },
      { code: 'account_frozen' },
      { status: 'created' },
      { status: 'created' },
    ]);
    expect(await balance(frozen)).toBe(45n);
    await database.inTransaction((tx) => unfreezeAccount(tx, frozen));
    expect(await ledger.post([move({ from: frozen, to: other, amountMinor: 1n })])).toMatchObject([
      { status: 'created' },
    ]);
  });

  it('that is closed moves nothing, and closes only when it is empty', async () => {
    const [closing, other] = [await wallet(50n), await wallet(50n)];
    const close = () => database.inTransaction((tx) => closeAccount(tx, closing));
    await expect(close()).rejects.toMatchObject({ code: 'account_not_empty' });
    await ledger.post([move({ from: closing, to: other, amountMinor: 50n })]);
    await close();
    const late = move({ from: other, to: closing, amountMinor: 1n });
    const refusal = { status: 'refused', id: late.id, code: 'account_closed' };
    expect(await ledger.post([late])).toEqual([{ ...refusal, field: 'creditAccountId', replayed: false }]);
    expect(await ledger.post([late])).toEqual([{ ...refusal, field: 'creditAccountId', replayed: true }]);
    await expect(database.inTransaction((tx) => closeAccount(tx, 987_654n))).rejects.toMatchObject({
      kind: 'not_found',
    });
  });

  it('of the house cannot be frozen or closed', async () => {
    await expect(database.inTransaction((tx) => freezeAccount(tx, issuance))).rejects.toMatchObject({
      code: 'house_account',
    });
    await expect(database.inTransaction((tx) => closeAccount(tx, issuance))).rejects.toMatchObject({
      code: 'house_account',
    });
  });

  it('never leaves the range of the ledger', async () => {
    const rich = await wallet();
    const most = 1_000_000_000_000_000n;
    const batch = () => Array.from({ length: 8_000 }, () => move({ from: issuance, to: rich, amountMinor: most }));
    const first = await ledger.post(batch());
    const second = await ledger.post(batch());
    const refused = [...first, ...second].filter((result) => result.status === 'refused');
    expect(refused.length).toBeGreaterThan(6_900);
    expect(refused.every((result) => result.code === 'overflow')).toBe(true);
    expect(await balance(rich)).toBeGreaterThanOrEqual(8_999_000_000_000_000_000n);
    expect(await ledger.post([move({ from: rich, to: issuance, amountMinor: most })])).toMatchObject([
      { status: 'created' },
    ]);
  });
});
