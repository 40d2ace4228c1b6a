import { expect, test } from 'vitest';
import type { Database } from '#server/platform/db.ts';
import { disputeWorld } from '#server/testing/disputes.ts';
import { settleDispute } from './dispute-flows.ts';

const world = await disputeWorld();

/** A database whose process dies before its n-th transaction from now, counted from 1. */
function dyingBefore(transaction: number): Database {
  const { database } = world;
  let count = 0;
  return {
    ...database,
    inTransaction: (work) => {
      count += 1;
      if (count === transaction) return Promise.reject(new Error('the process died'));
      return database.inTransaction(work);
    },
  };
}

async function disputed() {
  const [buyer, seller] = [await world.citizen(), await world.citizen(1)];
  const charge = await world.topUp(buyer, { kind: 'custom', priceMinor: 5_000n });
  await world.complete(await world.order(buyer, seller, 20_000n));
  await world.order(buyer, seller, 10_000n);
  await world.order(buyer, seller, 5_000n);
  return { buyer, seller, charge, dispute: world.dispute(charge.chargeId, charge.totalMinor) };
}

/** What became of everybody, whatever their ids are. */
async function outcome({ buyer, seller, charge }: Awaited<ReturnType<typeof disputed>>) {
  const row = await world.database.client.dispute.findFirstOrThrow({ where: { stripeChargeId: charge.chargeId } });
  const { state, orderMinor, chargeMinor, otherMinor, earnedMinor, lossMinor } = row;
  const cancelled = await world.database.client.disputeOrder.count({ where: { disputeId: row.id } });
  const owed = await world.balance(buyer, 'receivable', 'USD');
  const wallets = [await world.balance(buyer, 'wallet', 'DUCAT'), await world.balance(seller, 'wallet', 'DUCAT')];
  return { state, orderMinor, chargeMinor, otherMinor, earnedMinor, lossMinor, cancelled, owed, wallets };
}

test('a process that dies before any step of a dispute leaves nothing half done: the next call ends where one would have', async () => {
  const whole = await disputed();
  await world.settle(whole.dispute);
  const wanted = await outcome(whole);
  expect(wanted).toMatchObject({ state: 'withdrawn', orderMinor: 15_000n, cancelled: 2 });
  let deaths = 0;
  for (let transaction = 1; ; transaction += 1) {
    const again = await disputed();
    const dying = { ...world.deps, database: dyingBefore(transaction) };
    const isDead = await settleDispute(dying, again.dispute).then(
      () => false,
      () => true,
    );
    await world.settle(again.dispute);
    expect(await outcome(again)).toEqual(wanted);
    if (!isDead) break;
    deaths += 1;
  }
  // Keeping it, freezing, looking for and cancelling each of two orders, looking once more, and booking.
  expect(deaths).toBe(8);
  await world.assertSound();
}, 120_000);
