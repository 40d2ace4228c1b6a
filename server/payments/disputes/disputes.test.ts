import { expect, test, describe } from 'vitest';
import { randomUUID } from 'node:crypto';
import { trustStanding } from '#server/citizens/trust.ts';
import type { Tx } from '#server/platform/db.ts';
import { assertMayCashOut } from '#server/payments/cash-outs/cash-out-rules.ts';
import { decideWriteOff, proposeWriteOff } from '#server/payments/disputes/write-offs.ts';
import { beginSubscription } from '#server/payments/subscriptions/subscriptions.ts';
import { assertRoom } from '#server/payments/top-up-room.ts';
import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { books, move } from '#server/testing/ledger.ts';
import { disputeWorld } from '#server/testing/disputes.ts';

const world = await disputeWorld();
const { database } = world;

const disputeOf = (chargeId: string) =>
  database.client.dispute.findFirstOrThrow({ where: { stripeChargeId: chargeId }, orderBy: { openedAt: 'desc' } });

describe('the waterfall of a dispute', () => {
  test('takes the open order first, then the charge in the wallet, then other ducats, then held earnings, then a loss', async () => {
    const [buyer, seller, honest] = [await world.citizen(), await world.citizen(1), await world.citizen(1)];
    const disputed = await world.topUp(buyer, { kind: 'package', packageId: 'trader' });
    const cleared = await world.order(buyer, honest, 20_000n);
    await world.complete(cleared);
    await world.clear(cleared);
    const held = await world.order(buyer, seller, 30_000n);
    await world.complete(held);
    await world.order(buyer, seller, 25_000n);
    const before = { held: await world.balance(seller, 'wallet', 'DUCAT'), honest: await world.lots(honest) };
    await world.topUp(buyer, { kind: 'custom', priceMinor: 1_000n });
    const dispute = world.dispute(disputed.chargeId, disputed.totalMinor);
    await world.settle(dispute);
    const row = await disputeOf(disputed.chargeId);
    expect({ state: row.state, price: row.priceMinor, fee: row.feeMinor }).toEqual({
      state: 'withdrawn',
      price: 10_000n,
      fee: 250n,
    });
    const recovered = row.orderMinor + row.chargeMinor + row.otherMinor + row.earnedMinor + row.lossMinor * 10n;
    expect(recovered).toBe(100_000n);
    expect(row.orderMinor).toBeGreaterThan(0n);
    expect(row.otherMinor).toBe(10_000n);
    expect(row.earnedMinor).toBeGreaterThan(0n);
    expect(row.lossMinor).toBeGreaterThan(0n);
    expect(await world.balance(seller, 'wallet', 'DUCAT')).toBe(before.held - row.earnedMinor);
    expect(await world.lots(honest)).toEqual(before.honest);
    expect(await world.balance(buyer, 'wallet', 'DUCAT')).toBe(0n);
    expect(-(await world.balance(buyer, 'receivable', 'USD'))).toBe(row.earnedMinor / 10n + row.lossMinor + 1_500n);
    await world.assertSound();
    await world.win(dispute);
    await world.assertSound();
    expect(await world.balance(seller, 'wallet', 'DUCAT')).toBe(before.held);
    expect(await world.balance(buyer, 'receivable', 'USD')).toBe(0n);
  });

  test('is booked once, however often and in whatever order Stripe tells of it', async () => {
    const buyer = await world.citizen();
    const charge = await world.topUp(buyer);
    const dispute = world.dispute(charge.chargeId, charge.totalMinor);
    await Promise.all([world.settle(dispute), world.settle(dispute), world.settle(dispute)]);
    await Promise.all([world.win(dispute), world.settle(dispute), world.win(dispute)]);
    expect(await disputeOf(charge.chargeId)).toMatchObject({ state: 'won' });
    expect(await world.balance(buyer, 'wallet', 'DUCAT')).toBe(107_500n);
    await world.assertSound();
  });

  test('takes the bonus in proportion, and of a part of a charge only that part', async () => {
    const buyer = await world.citizen();
    const charge = await world.topUp(buyer);
    await world.settle(world.dispute(charge.chargeId, charge.totalMinor / 2n));
    const row = await disputeOf(charge.chargeId);
    expect(row).toMatchObject({ priceMinor: 5_000n, feeMinor: 125n, chargeMinor: 50_000n, bonusTakenMinor: 3_750n });
    expect(await world.balance(buyer, 'wallet', 'DUCAT')).toBe(107_500n - 53_750n);
    await world.assertSound();
  });

  test('lets ducats that the house gave away buy no dollars back', async () => {
    const [buyer, seller] = [await world.citizen(), await world.citizen(1)];
    const disputed = await world.topUp(buyer, { kind: 'custom', priceMinor: 1_000n });
    const order = await world.order(buyer, seller, 10_000n);
    await world.complete(order);
    await world.clear(order);
    const to = await database.inTransaction((tx) => openAccount(tx, { owner: buyer, kind: 'wallet', asset: 'DUCAT' }));
    await books(database).post([
      move({ from: systemAccountId('issuance', 'DUCAT'), to, amountMinor: 4_000n, kind: 'mint' }),
    ]);
    await world.settle(world.dispute(disputed.chargeId, disputed.totalMinor));
    const { otherMinor, lossMinor } = await disputeOf(disputed.chargeId);
    expect({ otherMinor, lossMinor }).toEqual({ otherMinor: 0n, lossMinor: 1_000n });
    await expect(world.repay(buyer, 400n)).rejects.toMatchObject({ code: 'debt_no_ducats' });
    expect(await world.balance(buyer, 'wallet', 'DUCAT')).toBe(4_000n);
    await world.assertSound();
  });

  test('of an inquiry takes nothing, until the bank takes the dollars', async () => {
    const buyer = await world.citizen();
    const charge = await world.topUp(buyer);
    const dispute = world.dispute(charge.chargeId, charge.totalMinor);
    await world.settle({ ...dispute, facts: { ...dispute.facts, status: 'warning_needs_response' } });
    expect(await disputeOf(charge.chargeId)).toMatchObject({ state: 'inquiry' });
    expect(await world.balance(buyer, 'wallet', 'DUCAT')).toBe(107_500n);
    await world.settle(dispute);
    expect(await disputeOf(charge.chargeId)).toMatchObject({ state: 'withdrawn' });
    expect(await world.balance(buyer, 'wallet', 'DUCAT')).toBe(0n);
  });
});

describe('what is owed', () => {
  async function owing() {
    const [buyer, first, second] = [await world.citizen(), await world.citizen(1), await world.citizen(1)];
    const charge = await world.topUp(buyer, { kind: 'custom', priceMinor: 10_000n });
    for (const [seller, price] of [
      [first, 30_000n],
      [second, 50_000n],
    ] as const) {
      await world.complete(await world.order(buyer, seller, price));
    }
    const cleared = await world.order(buyer, first, 20_000n);
    await world.complete(cleared);
    await world.clear(cleared);
    const earned = [await world.balance(first, 'wallet', 'DUCAT'), await world.balance(second, 'wallet', 'DUCAT')];
    const dispute = world.dispute(charge.chargeId, charge.totalMinor);
    await world.settle(dispute);
    return { buyer, first, second, dispute, earned, row: await disputeOf(charge.chargeId) };
  }

  test('goes to sellers first, each in proportion, and then to the house', async () => {
    const { buyer, first, second, row, earned } = await owing();
    const taken = [earned[0] ?? 0n, earned[1] ?? 0n];
    const left = [await world.balance(first, 'wallet', 'DUCAT'), await world.balance(second, 'wallet', 'DUCAT')];
    expect((taken[0] ?? 0n) - (left[0] ?? 0n) + (taken[1] ?? 0n) - (left[1] ?? 0n)).toBe(row.earnedMinor);
    const clawback = row.earnedMinor / 10n;
    await world.repayByCard(buyer, clawback / 2n);
    await world.assertSound();
    const half = [await world.balance(first, 'wallet', 'DUCAT'), await world.balance(second, 'wallet', 'DUCAT')];
    expect((half[0] ?? 0n) - (left[0] ?? 0n) + (half[1] ?? 0n) - (left[1] ?? 0n)).toBe((clawback / 2n) * 10n);
    expect(half[0]).toBeGreaterThan(left[0] ?? 0n);
    expect(half[1]).toBeGreaterThan(left[1] ?? 0n);
    await world.repayByCard(buyer, clawback - clawback / 2n);
    expect(await world.balance(first, 'wallet', 'DUCAT')).toBe(earned[0]);
    expect(await world.balance(second, 'wallet', 'DUCAT')).toBe(earned[1]);
    const open = await database.client.debt.findMany({ where: { citizenId: buyer }, orderBy: { cause: 'asc' } });
    expect(open.map(({ cause, amountMinor, repaidMinor }) => [cause, amountMinor - repaidMinor])).toEqual([
      ['clawback', 0n],
      ['dispute', row.lossMinor],
      ['dispute_fee', 1_500n],
    ]);
    await world.assertSound();
  });

  test('and is paid by card beyond what is left becomes ducats, and the wallet is free again', async () => {
    const { buyer, row } = await owing();
    const owed = row.earnedMinor / 10n + row.lossMinor + 1_500n;
    await world.repayByCard(buyer, owed + 700n);
    expect(await world.balance(buyer, 'receivable', 'USD')).toBe(0n);
    expect(await world.balance(buyer, 'wallet', 'DUCAT')).toBe(7_000n);
    const settled = await database.client.trustEvent.count({ where: { citizenId: buyer, kind: 'chargeback_settled' } });
    expect(settled).toBe(1);
    await world.assertSound();
  });

  test('for a dispute that is won comes back as ducats, whether it was paid by card or in ducats', async () => {
    const { buyer, first, second, row, dispute, earned } = await owing();
    const clawback = row.earnedMinor / 10n;
    await world.repayByCard(buyer, clawback + 100n);
    await world.win(dispute);
    expect(await world.balance(first, 'wallet', 'DUCAT')).toBe(earned[0]);
    expect(await world.balance(second, 'wallet', 'DUCAT')).toBe(earned[1]);
    expect(await world.balance(buyer, 'wallet', 'DUCAT')).toBe((clawback + 100n) * 10n);
    expect(await world.balance(buyer, 'receivable', 'USD')).toBe(0n);
    expect(await world.house('loss', 'USD')).toBe(await lossOfOthers());
    await world.assertSound();
  });

  test('blocks everything but repaying, which a frozen wallet allows', async () => {
    const [buyer, seller, other] = [await world.citizen(), await world.citizen(1), await world.citizen(1)];
    const charge = await world.topUp(buyer, { kind: 'custom', priceMinor: 1_000n });
    await world.complete(await world.order(buyer, seller, 10_000n));
    const sold = await world.citizen();
    await world.topUp(sold, { kind: 'custom', priceMinor: 5_000n });
    await world.settle(world.dispute(charge.chargeId, charge.totalMinor));
    await world.complete(await world.order(sold, buyer, 20_000n));
    const frozen = { code: 'trust_frozen' };
    await expect(world.order(buyer, other, 1_000n)).rejects.toMatchObject({ code: 'account_frozen' });
    await expect(world.send(buyer, other, 1_000n)).rejects.toMatchObject(frozen);
    const standing = await trustStanding(database.client, { citizenId: buyer, now: world.clock.now() });
    expect(() => {
      assertMayCashOut(standing);
    }).toThrow(expect.objectContaining(frozen));
    const plan = { citizenId: buyer, tier: 'enterprise', key: randomUUID() } as const;
    const subscribing = database.inTransaction((tx) => beginSubscription(tx, world.deps, plan));
    await expect(subscribing).rejects.toMatchObject(frozen);
    const buying = { citizenId: buyer, priceMinor: 1_000n, standing, now: world.clock.now() };
    await expect(database.inTransaction((tx) => assertRoom(tx, buying))).rejects.toMatchObject(frozen);
    const repaid = await world.repay(buyer, 400n);
    expect(repaid).toBe(400n);
    await expect(world.order(buyer, other, 1_000n)).rejects.toMatchObject({ code: 'account_frozen' });
    await world.assertSound();
  });

  test('is given up by one operator when it is little, and by two different ones when it is much', async () => {
    const { buyer, row } = await owing();
    const [one, two] = [randomUUID(), randomUUID()];
    const propose = { id: randomUUID(), reference: row.id, reason: 'Nobody will ever pay this.', operatorId: one };
    const run = <Result>(work: (tx: Tx) => Promise<Result>) => database.inTransaction(work);
    expect(await run((tx) => proposeWriteOff(tx, world.deps, propose))).toMatchObject({ state: 'proposed' });
    const agree = (operatorId: string) =>
      run((tx) => decideWriteOff(tx, world.deps, { id: propose.id, operatorId, isAgreed: true }));
    await expect(agree(one)).rejects.toMatchObject({ code: 'write_off_same_operator' });
    await expect(agree(buyer)).rejects.toMatchObject({ code: 'write_off_own' });
    await agree(two);
    expect(await world.balance(buyer, 'receivable', 'USD')).toBe(0n);
    await world.assertSound();
    const little = await world.citizen();
    const charge = await world.topUp(little, { kind: 'custom', priceMinor: 1_000n });
    await world.settle(world.dispute(charge.chargeId, charge.totalMinor));
    const { id: reference } = await disputeOf(charge.chargeId);
    const alone = { ...propose, id: randomUUID(), reference };
    expect(await run((tx) => proposeWriteOff(tx, world.deps, alone))).toMatchObject({ state: 'done' });
    expect(await world.balance(little, 'receivable', 'USD')).toBe(0n);
    await world.assertSound();
  });

  test('and was written off is forgotten when the dispute is won after all', async () => {
    const { row, dispute, buyer, first, earned } = await owing();
    const by = { id: randomUUID(), reference: row.id, reason: 'Nobody will ever pay this.', operatorId: randomUUID() };
    const second = randomUUID();
    await database.inTransaction((tx) => proposeWriteOff(tx, world.deps, by));
    await database.inTransaction((tx) =>
      decideWriteOff(tx, world.deps, { id: by.id, operatorId: second, isAgreed: true }),
    );
    await world.win(dispute);
    expect(await world.balance(buyer, 'receivable', 'USD')).toBe(0n);
    expect(await world.balance(first, 'wallet', 'DUCAT')).toBe(earned[0]);
    await world.assertSound();
  });
});

/** What is lost for good: nothing but what operators gave up. */
async function lossOfOthers(): Promise<bigint> {
  const given = await database.client.debt.findMany({ where: { cause: { not: 'clawback' }, cancelledAt: null } });
  return -given.reduce((sum, { writtenOffMinor }) => sum + writtenOffMinor, 0n);
}
