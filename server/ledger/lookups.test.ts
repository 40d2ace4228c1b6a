import { expect, test } from 'vitest';
import { freezeAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { lookupAccounts, lookupTransfers } from '#server/ledger/lookups.ts';
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

test('a lookup of more than 8,190 ids is a defect of the caller', async () => {
  const ids = Array.from({ length: 8_191 }, (_, index) => BigInt(index));
  await expect(lookupAccounts(database.client, ids)).rejects.toThrow('8,190');
});
