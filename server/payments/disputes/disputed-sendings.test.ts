import { expect, test } from 'vitest';
import { disputeWorld } from '#server/testing/disputes.ts';

const world = await disputeWorld();
const { client } = world.database;

const wallet = (citizenId: string) => world.balance(citizenId, 'wallet', 'DUCAT');
const disputeOf = (stripeChargeId: string) => client.dispute.findFirstOrThrow({ where: { stripeChargeId } });
const told = async (citizenId: string) =>
  (await client.notification.findMany({ where: { citizenId }, select: { kind: true } })).map(({ kind }) => kind);

test('ducats of a disputed charge are taken back where they were sent, and come back when the dispute is won', async () => {
  const [buyer, friend] = [await world.citizen(), await world.citizen()];
  const charge = await world.topUp(buyer, { kind: 'custom', priceMinor: 10_000n });
  await world.send(buyer, friend, 60_000n);
  const before = await world.lots(friend);
  const dispute = world.dispute(charge.chargeId, charge.totalMinor);
  await world.settle(dispute);
  expect([await wallet(buyer), await wallet(friend)]).toEqual([0n, 0n]);
  expect(await disputeOf(charge.chargeId)).toMatchObject({ chargeMinor: 100_000n, earnedMinor: 0n, lossMinor: 0n });
  expect(await told(friend)).toContain('sent_taken_back');
  await world.assertSound();
  await world.win(dispute);
  expect([await wallet(buyer), await wallet(friend)]).toEqual([40_000n, 60_000n]);
  expect(await world.lots(friend)).toEqual(before);
  expect(await told(friend)).toContain('sent_given_back');
  await world.assertSound();
});

test('over two hands as well, in proportion where several have some, and never more than the charge', async () => {
  const [buyer, first, second] = [await world.citizen(), await world.citizen(), await world.citizen()];
  const charge = await world.topUp(buyer, { kind: 'custom', priceMinor: 10_000n });
  await world.topUp(first, { kind: 'custom', priceMinor: 1_000n });
  const before = await world.lots(first);
  await world.send(buyer, first, 100_000n);
  await world.send(first, second, 30_000n);
  await world.settle(world.dispute(charge.chargeId, charge.totalMinor));
  expect(await disputeOf(charge.chargeId)).toMatchObject({ chargeMinor: 100_000n, lossMinor: 0n });
  expect(await wallet(first)).toBe(10_000n);
  expect(await world.lots(first)).toEqual(before);
  expect(await wallet(second)).toBe(0n);
  await world.assertSound();
});

test('the buyer’s own ducats pay before those that others were sent, and sellers’ held earnings only after both', async () => {
  const [buyer, friend, seller] = [await world.citizen(), await world.citizen(), await world.citizen(1)];
  const charge = await world.topUp(buyer, { kind: 'custom', priceMinor: 10_000n });
  await world.complete(await world.order(buyer, seller, 50_000n));
  await world.send(buyer, friend, 50_000n);
  await world.topUp(buyer, { kind: 'custom', priceMinor: 3_000n });
  const earned = await wallet(seller);
  await world.settle(world.dispute(charge.chargeId, charge.totalMinor));
  const { otherMinor, chargeMinor, earnedMinor } = await disputeOf(charge.chargeId);
  expect({ otherMinor, chargeMinor, earnedMinor }).toEqual({
    otherMinor: 30_000n,
    chargeMinor: 50_000n,
    earnedMinor: 20_000n,
  });
  expect([await wallet(buyer), await wallet(friend), await wallet(seller)]).toEqual([0n, 0n, earned - 20_000n]);
  await world.assertSound();
});
