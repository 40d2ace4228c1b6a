import { expect, test } from 'vitest';
import { openDebt } from '#server/payments/disputes/debts.ts';
import { disputeFee, disputeWorld } from '#server/testing/disputes.ts';

const world = await disputeWorld();
const { client } = world.database;

const disputeOf = (chargeId: string) => client.dispute.findFirstOrThrow({ where: { stripeChargeId: chargeId } });
const stateOf = async (topUpId: string) =>
  (await client.topUp.findUniqueOrThrow({ where: { id: topUpId }, select: { state: true } })).state;
const suspended = () => world.house('suspense', 'DUCAT');
const wallet = (citizenId: string) => world.balance(citizenId, 'wallet', 'DUCAT');
const lost = (dispute: ReturnType<typeof world.dispute>) => ({
  ...dispute,
  facts: { ...dispute.facts, status: 'lost' },
});

test('a disputed top-up that waits pays for itself: nothing else of the buyer is taken, and only the fee is owed', async () => {
  const [buyer, neighbour] = [await world.citizen(), await world.citizen()];
  await world.topUp(buyer, { kind: 'custom', priceMinor: 20_000n });
  await world.waitingTopUp(neighbour);
  const waiting = await world.waitingTopUp(buyer);
  expect(await suspended()).toBe(2n * 107_500n);
  const dispute = world.dispute(waiting.chargeId, waiting.totalMinor);
  await world.settle(dispute);
  expect(await disputeOf(waiting.chargeId)).toMatchObject({
    ...{ state: 'withdrawn', chargeMinor: 100_000n, bonusTakenMinor: 7_500n },
    ...{ otherMinor: 0n, earnedMinor: 0n, lossMinor: 0n },
  });
  expect(await wallet(buyer)).toBe(200_000n);
  expect(await openDebt(client, buyer)).toBe(disputeFee);
  expect(await suspended()).toBe(107_500n);
  expect(await stateOf(waiting.topUpId)).toBe('returned');
  await expect(world.letIn(waiting.topUpId)).rejects.toMatchObject({ code: 'top_up_not_in_review' });
  await world.assertSound();
  await world.settle(lost(dispute));
  expect([await stateOf(waiting.topUpId), await wallet(buyer)]).toEqual(['returned', 200_000n]);
  await world.assertSound();
});

test('of a won dispute they wait again, and come in whole when they are let in', async () => {
  const buyer = await world.citizen();
  const before = await suspended();
  // Little, so that it has room also at the level that a chargeback leaves.
  const waiting = await world.waitingTopUp(buyer, { kind: 'custom', priceMinor: 1_000n });
  const dispute = world.dispute(waiting.chargeId, waiting.totalMinor);
  await world.settle(dispute);
  await Promise.all([world.win(dispute), world.win(dispute)]);
  expect([await stateOf(waiting.topUpId), await wallet(buyer)]).toEqual(['waiting', 0n]);
  expect(await suspended()).toBe(before + 10_000n);
  await world.assertSound();
  await world.letIn(waiting.topUpId);
  expect([await stateOf(waiting.topUpId), await wallet(buyer)]).toEqual(['credited', 10_000n]);
  expect(await openDebt(client, buyer)).toBe(0n);
  await world.assertSound();
});

test('of a part only that part is taken, the rest is let in, and the part follows it when the dispute is won', async () => {
  const buyer = await world.citizen();
  const before = await suspended();
  const waiting = await world.waitingTopUp(buyer);
  const dispute = world.dispute(waiting.chargeId, waiting.totalMinor / 2n);
  await world.settle(dispute);
  expect([await stateOf(waiting.topUpId), await openDebt(client, buyer)]).toEqual(['waiting', disputeFee]);
  expect((await suspended()) - before).toBe(53_750n);
  await world.letIn(waiting.topUpId);
  expect([await stateOf(waiting.topUpId), await wallet(buyer)]).toEqual(['credited', 53_750n]);
  await world.assertSound();
  await world.win(dispute);
  expect([await suspended(), await wallet(buyer)]).toEqual([before, 107_500n]);
  await world.assertSound();
});

test('let in at the moment of its dispute, it is taken where it is, and nothing but the fee is owed', async () => {
  const buyer = await world.citizen();
  const before = await suspended();
  for (let round = 0; round < 4; round += 1) {
    const waiting = await world.waitingTopUp(buyer, { kind: 'custom', priceMinor: 1_000n });
    const dispute = world.dispute(waiting.chargeId, waiting.totalMinor);
    await Promise.allSettled([world.letIn(waiting.topUpId), world.settle(dispute)]);
    await world.settle(dispute);
    expect([await suspended(), await wallet(buyer)]).toEqual([before, 0n]);
    expect(await openDebt(client, buyer)).toBe(BigInt(round + 1) * disputeFee);
  }
  await world.assertSound();
});
