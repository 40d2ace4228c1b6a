import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openAccount, openAccounts, systemAccountId } from '#server/ledger/accounts.ts';
import { lookupTransfers } from '#server/ledger/lookups.ts';
import {
  movementOf,
  payIntoEscrow,
  postLegs,
  type EscrowedOrder,
  type EscrowEffect,
} from '#server/market/orders/escrow.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import { derivedId } from '#server/platform/ids.ts';
import { testDatabase } from '#server/testing/database.ts';
import { books } from '#server/testing/ledger.ts';
import { plainCitizen } from '#server/testing/trust.ts';

const secret = 'a secret of at least thirty-two characters';
const database = await testDatabase();
const ledger = books(database);
const time = new Date();

async function paidOrder({ totalMinor, feePpm }: { totalMinor: bigint; feePpm: number }) {
  const [id, buyerId] = [randomUUID(), randomUUID()];
  const clock = { now: () => time };
  const sellerId = await database.inTransaction((tx) => plainCitizen(tx, { clock, level: 3 }));
  const walletId = await ledger.wallet(totalMinor);
  const escrowAccountId = await open(id, 'escrow');
  const order: EscrowedOrder = { id, buyerId, sellerId, totalMinor, refundedMinor: 0n, feePpm, escrowAccountId };
  await database.inTransaction((tx) => payIntoEscrow(tx, { orders: [order], walletId, time, secret }));
  return { order, walletId };
}

function open(owner: string, kind: 'wallet' | 'escrow'): Promise<bigint> {
  return database.inTransaction((tx) => openAccount(tx, { owner, kind, asset: 'DUCAT' }));
}

async function settle(order: EscrowedOrder, does: EscrowEffect): Promise<void> {
  const movement = movementOf({ order, does, time, secret });
  return database.inTransaction(async (tx) => {
    if (movement !== null) await postLegs(tx, movement.legs(await openAccounts(tx, movement.wallets)));
  });
}

/** Spelled out here: ids are how a repeated step is recognised, so they must never come to be made otherwise. */
function idOf(order: EscrowedOrder, leg: string): string {
  const key = deriveKey(secret, 'ledger-id');
  return derivedId({ time, principal: order.buyerId, kind: 'order', key: order.id, leg, secret: key });
}

async function stored(order: EscrowedOrder, legs: readonly string[]) {
  const ids = legs.map((leg) => idOf(order, leg));
  const transfers = await lookupTransfers(database.client, ids);
  return transfers.map(({ id, kind, debitAccountId, creditAccountId, amountMinor, reference, groupId }) => ({
    leg: legs[ids.indexOf(id)],
    kind,
    from: debitAccountId,
    to: creditAccountId,
    amountMinor,
    isOfOrder: reference === order.id,
    groupId,
  }));
}

describe("the transfers of an order's money", () => {
  test('a purchase is one: wallet to escrow, the whole price', async () => {
    const { order, walletId } = await paidOrder({ totalMinor: 1_000n, feePpm: 50_000 });
    const escrow = order.escrowAccountId;
    expect(await stored(order, ['pay'])).toEqual([
      { leg: 'pay', kind: 'purchase', from: walletId, to: escrow, amountMinor: 1_000n, isOfOrder: true, groupId: null },
    ]);
  });

  test('a release is two in one group: the share first, then the fee', async () => {
    const { order } = await paidOrder({ totalMinor: 1_000n, feePpm: 50_000 });
    await settle(order, { effect: 'release' });
    const seller = await open(order.sellerId, 'wallet');
    const both = { from: order.escrowAccountId, isOfOrder: true, groupId: idOf(order, 'payout') };
    expect(await stored(order, ['payout', 'fee'])).toEqual([
      { ...both, leg: 'payout', kind: 'sale_payout', to: seller, amountMinor: 950n },
      { ...both, leg: 'fee', kind: 'sale_fee', to: systemAccountId('fees', 'DUCAT'), amountMinor: 50n },
    ]);
    expect(await ledger.balance(order.escrowAccountId)).toBe(0n);
  });

  test('a release without a fee has no transfer of it, and the same id for the share', async () => {
    const { order } = await paidOrder({ totalMinor: 1_000n, feePpm: 0 });
    await settle(order, { effect: 'release' });
    const found = await stored(order, ['payout', 'fee']);
    expect(found.map(({ leg, amountMinor }) => ({ leg, amountMinor }))).toEqual([
      { leg: 'payout', amountMinor: 1_000n },
    ]);
  });

  test('a refund is one: escrow to the wallet of the buyer, the whole price', async () => {
    const { order } = await paidOrder({ totalMinor: 1_000n, feePpm: 50_000 });
    await settle(order, { effect: 'refund' });
    const found = await stored(order, ['refund']);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ kind: 'order_refund', from: order.escrowAccountId, amountMinor: 1_000n });
    expect(await ledger.balance(await open(order.buyerId, 'wallet'))).toBe(1_000n);
    expect(await ledger.balance(order.escrowAccountId)).toBe(0n);
  });

  test('after a part went back, a release is of the rest, and its fee in proportion', async () => {
    const { order } = await paidOrder({ totalMinor: 1_000n, feePpm: 50_000 });
    const refundId = randomUUID();
    await settle(order, { effect: 'refund_part', backMinor: 390n, refundId });
    await settle({ ...order, refundedMinor: 390n }, { effect: 'release' });
    const found = await stored(order, ['payout', 'fee']);
    expect(found.map(({ leg, amountMinor }) => ({ leg, amountMinor }))).toEqual([
      { leg: 'payout', amountMinor: 580n },
      { leg: 'fee', amountMinor: 30n },
    ]);
    expect(await ledger.balance(order.escrowAccountId)).toBe(0n);
  });

  test.each([
    [0n, 950n, 50n],
    [400n, 570n, 30n],
    [981n, 19n, 0n],
    [1_000n, 0n, 0n],
  ])('a settlement of %i to the buyer pays the seller %i and the house %i', async (backMinor, share, fee) => {
    const { order } = await paidOrder({ totalMinor: 1_000n, feePpm: 50_000 });
    await settle(order, { effect: 'settle', backMinor });
    expect(await ledger.balance(await open(order.buyerId, 'wallet'))).toBe(backMinor);
    expect(await ledger.balance(await open(order.sellerId, 'wallet'))).toBe(share);
    const [paid] = await stored(order, ['fee']);
    expect(paid?.amountMinor ?? 0n).toBe(fee);
    expect(await ledger.balance(order.escrowAccountId)).toBe(0n);
  });

  test('more than the escrow holds is not given back', async () => {
    const { order } = await paidOrder({ totalMinor: 1_000n, feePpm: 50_000 });
    const refundId = randomUUID();
    const attempt = settle(order, { effect: 'refund_part', backMinor: 1_001n, refundId });
    await expect(attempt).rejects.toMatchObject({ code: 'insufficient_funds' });
    await expect(settle(order, { effect: 'settle', backMinor: 1_001n })).rejects.toThrow();
    expect(await ledger.balance(order.escrowAccountId)).toBe(1_000n);
  });

  test('a fee above the price pays nobody', async () => {
    const { order } = await paidOrder({ totalMinor: 1_000n, feePpm: 1_001_000 });
    await expect(settle(order, { effect: 'release' })).rejects.toThrow('share is from 0 to');
    expect(await ledger.balance(order.escrowAccountId)).toBe(1_000n);
  });
});
