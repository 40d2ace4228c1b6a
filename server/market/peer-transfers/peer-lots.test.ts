import { expect, test } from 'vitest';
import { clearedEarned, lotsOf } from '#server/provenance/queries.ts';
import { findAccount } from '#server/ledger/accounts.ts';
import { rebuildProjection } from '#server/provenance/jobs.ts';
import type { TestCitizen } from '#server/testing/market.ts';
import { testPeers } from '#server/testing/peer-transfers.ts';

const peers = await testPeers();
const { clock, database } = peers;
const dayMs = 86_400_000;
const inDays = (days: number) => new Date(clock.now().getTime() + days * dayMs);

/** What units are, wherever they are. */
const factsOf = async (citizen: TestCitizen) =>
  (await peers.lots(citizen)).map(({ kind, source, origin, since, heldUntil, expiresAt, serialFrom, serialUntil }) => ({
    ...{ kind, source, origin, since, heldUntil, expiresAt, serialFrom, serialUntil },
  }));

async function cashable({ citizenId: owner }: TestCitizen, at: Date): Promise<bigint> {
  const accountId = await findAccount(database.client, { owner, kind: 'wallet', asset: 'DUCAT' });
  return accountId === null ? 0n : clearedEarned(database.client, accountId, at);
}

/** A seller of level 3 who earned what a sale paid: 100 ducats less the fee, held for a day. */
async function earner(): Promise<TestCitizen> {
  const [buyer, seller] = [await peers.citizen(), await peers.citizen({ tier: 'enterprise' })];
  await peers.give(buyer, [{ kind: 'bought', amountMinor: 100_00n }]);
  const { listingId } = await peers.listing(seller, { priceMinor: 100_00n });
  const { orderId } = await peers.buy(buyer, { listingId });
  await peers.step({ orderId, action: 'deliver', visitor: seller });
  await peers.step({ orderId, action: 'confirm', visitor: buyer });
  return seller;
}

test('sent ducats keep kind, source, origin, age, hold, expiry and serials, over two hands', async () => {
  const [first, second, third] = [await peers.citizen(), await peers.citizen(), await peers.citizen()];
  await peers.give(first, [
    { kind: 'granted', amountMinor: 5_00n, expiresAt: inDays(90) },
    { kind: 'bought', amountMinor: 7_00n, holdUntil: inDays(7) },
  ]);
  const before = await factsOf(first);
  expect(before.map(({ kind }) => kind)).toEqual(['granted', 'bought']);
  await peers.send(first, second, { amountMinor: 12_00n });
  expect(await factsOf(second)).toEqual(before);
  await peers.send(second, third, { amountMinor: 12_00n });
  expect(await factsOf(third)).toEqual(before);
  expect(await factsOf(first)).toEqual([]);
});

test('what is sent leaves in the order of spending, granted first', async () => {
  const [sender, recipient] = [await peers.citizen(), await peers.citizen()];
  await peers.give(sender, [
    { kind: 'bought', amountMinor: 7_00n },
    { kind: 'granted', amountMinor: 5_00n },
  ]);
  await peers.send(sender, recipient, { amountMinor: 6_00n });
  const lots = async (citizen: TestCitizen) =>
    (await peers.lots(citizen)).map(({ kind, amountMinor }) => [kind, amountMinor]);
  expect(await lots(recipient)).toEqual([
    ['granted', 5_00n],
    ['bought', 1_00n],
  ]);
  expect(await lots(sender)).toEqual([['bought', 6_00n]]);
});

test('an earning that is sent stays earned, and as long on hold as before', async () => {
  const [seller, friend] = [await earner(), await peers.citizen()];
  const before = await factsOf(seller);
  expect(before).toMatchObject([{ kind: 'earned' }]);
  expect(before[0]?.heldUntil).not.toBeNull();
  await peers.send(seller, friend, { amountMinor: await peers.balance(seller.citizenId, 'wallet') });
  expect(await factsOf(friend)).toEqual(before);
  expect(await cashable(friend, clock.now())).toBe(0n);
  expect(await cashable(friend, inDays(2))).toBe(99_50n);
  expect(await cashable(seller, inDays(2))).toBe(0n);
});

test('no number of hands makes bought or granted ducats cashable, also long after every hold', async () => {
  const circle = [await peers.citizen(), await peers.citizen(), await peers.citizen()];
  const [first] = circle;
  if (first === undefined) throw new Error('a circle begins somewhere');
  await peers.give(first, [
    { kind: 'granted', amountMinor: 30_00n },
    { kind: 'bought', amountMinor: 70_00n, holdUntil: inDays(3) },
  ]);
  for (let hand = 0; hand < 7; hand += 1) {
    const [from, to] = [circle[hand % 3], circle[(hand + 1) % 3]];
    if (from === undefined || to === undefined) throw new Error('a circle has three');
    const amountMinor = (await peers.balance(from.citizenId, 'wallet')) - BigInt(hand % 2) * 12_34n;
    await peers.send(from, to, { amountMinor });
  }
  for (const citizen of circle) {
    await peers.lots(citizen);
    expect(await cashable(citizen, inDays(400))).toBe(0n);
  }
});

test('sending is told the same when the projection is made anew from nothing', async () => {
  const [sender, recipient] = [await peers.citizen(), await peers.citizen()];
  await peers.give(sender, [{ kind: 'bought', amountMinor: 9_00n, holdUntil: inDays(1) }]);
  await peers.send(sender, recipient, { amountMinor: 4_00n });
  const before = [await factsOf(sender), await factsOf(recipient)];
  await rebuildProjection(database);
  expect([await factsOf(sender), await factsOf(recipient)]).toEqual(before);
  const accountId = await findAccount(database.client, { owner: recipient.citizenId, kind: 'wallet', asset: 'DUCAT' });
  expect(await lotsOf(database.client, accountId ?? 0n, { at: clock.now() })).toMatchObject([{ isHeld: true }]);
});
