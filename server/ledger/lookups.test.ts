import { expect, test } from 'vitest';
import { freezeAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { lookupAccounts, lookupTransfers } from '#server/ledger/lookups.ts';
import { setVelocityLimits } from '#server/ledger/limits.ts';
import { setMonitor } from '#server/ledger/monitors.ts';
import { testDatabase } from '#server/testing/database.ts';
import { books, move, transferId } from '#server/testing/ledger.ts';

const database = await testDatabase();
const { wallet, post } = books(database);

test('accounts come in the order asked, with what limits them, and unknown ones are left out', async () => {
  const [rich, poor] = [await wallet(500n), await wallet()];
  await database.inTransaction((tx) => freezeAccount(tx, poor));
  const treasury = systemAccountId('treasury', 'DUCAT');
  const found = await lookupAccounts(database.client, [treasury, 999_999_999n, poor, rich]);
  expect(found.map(({ id }) => id)).toEqual([treasury, poor, rich]);
  expect(found[1]).toMatchObject({ kind: 'wallet', asset: 'DUCAT', floorMinor: 0n, isFrozen: true, isClosed: false });
  expect(found[2]).toMatchObject({ balanceMinor: 500n, availableMinor: 500n, version: 1n, isFrozen: false });
});

test('a transfer, a reserved amount and a stored refusal are told apart; what was never decided is left out', async () => {
  const [from, to] = [await wallet(100n), await wallet()];
  const moved = move({ from, to, amountMinor: 30n, reference: 'an order' });
  const reserved = move({ from, to, amountMinor: 20n, pending: {} });
  const refused = move({ from, to, amountMinor: 1_000n });
  await post([moved, reserved, refused]);
  const found = await lookupTransfers(database.client, [refused.id, transferId(), moved.id, reserved.id]);
  expect(found).toMatchObject([
    { id: refused.id, refusal: 'insufficient_funds', amountMinor: 0n, requestedMinor: 1_000n },
    { id: moved.id, refusal: null, action: 'move', amountMinor: 30n, reference: 'an order' },
    { id: reserved.id, refusal: null, action: 'pending', amountMinor: 20n },
  ]);
});

test('a lookup of more than 8,190 ids is refused', async () => {
  const ids = Array.from({ length: 8_191 }, (_, index) => BigInt(index));
  await expect(lookupAccounts(database.client, ids)).rejects.toMatchObject({ code: 'batch_too_large' });
});

test('an account says what else stands on it: limits of its owner, monitors, and the open day', async () => {
  const account = await wallet(500n);
  const before = await lookupAccounts(database.client, [account, await wallet()]);
  expect(before[0]).toMatchObject({ isLimited: false, isMonitored: false, openDayNetMinor: 500n });
  expect(before[0]?.openDay).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(before[1]).toMatchObject({ openDay: null, openDayNetMinor: 0n });
  const limit = { asset: 'DUCAT', kind: 'purchase', side: 'debit', period: '24_hours', countMax: 1 } as const;
  const monitor = { accountId: account, measure: 'balance', comparison: 'below', thresholdMinor: 1n } as const;
  await database.inTransaction((tx) => setVelocityLimits(tx, before[0]?.owner ?? '', [limit]));
  await database.inTransaction((tx) => setMonitor(tx, monitor));
  expect(await lookupAccounts(database.client, [account])).toMatchObject([{ isLimited: true, isMonitored: true }]);
});

test('a transfer says what was asked beside its amount: its day, its condition, and what a refusal was about', async () => {
  const [from, to] = [await wallet(100n), await wallet()];
  const condition = { debit: { version: 1n, balanceAtLeastMinor: 50n } };
  const effectiveDate = new Date(Date.now() - 20 * 86_400_000).toISOString().slice(0, 10);
  const dated = move({ from, to, amountMinor: 1n, effectiveDate, condition });
  const refused = move({ from, to, amountMinor: 1n, condition });
  const plain = move({ from, to, amountMinor: 1n });
  await post([dated, refused, plain]);
  const kept = { debit: { version: '1', balanceAtLeastMinor: '50' } };
  expect(await lookupTransfers(database.client, [dated.id, refused.id, plain.id])).toMatchObject([
    { effectiveDate, condition: kept, conversion: null, refusal: null, refusedField: null },
    { effectiveDate: null, condition: kept, refusal: 'condition_failed', refusedField: 'condition.debit.version' },
    { effectiveDate: null, condition: null, conversion: null, refusal: null, refusedField: null },
  ]);
});
