import { beforeAll, describe, expect, it } from 'vitest';
import { orderForParty } from '#server/market/orders/order-queries.ts';
import { agreeToSettlement } from '#server/market/orders/settlements.ts';
import { systemIds } from '#server/platform/ids.ts';
import { testMarket, testSecret, type TestCitizen, type TestMarket } from '#server/testing/market.ts';

let market: TestMarket;

beforeAll(async () => {
  market = await testMarket();
});

async function disputed() {
  const [buyer, seller, operator] = [
    await market.citizen({ ducatsMinor: 100_00n }),
    await market.citizen(),
    await market.citizen({ role: 'operator' }),
  ];
  const { listingId } = await market.listing(seller, { priceMinor: 100_00n });
  const { orderId } = await market.buy(buyer, { listingId });
  await market.step({ orderId, visitor: buyer, action: 'dispute' });
  const money = async () => ({
    buyer: await market.balance(buyer.citizenId, 'wallet'),
    seller: await market.balance(seller.citizenId, 'wallet'),
    escrow: await market.balance(orderId, 'escrow'),
  });
  return { buyer, seller, operator, orderId, money };
}

type Case = Awaited<ReturnType<typeof disputed>>;

const propose = ({ orderId }: Case, visitor: TestCitizen, backMinor: bigint) =>
  market.step({ orderId, visitor, action: 'propose', backMinor });

const agree = ({ orderId }: Case, visitor: TestCitizen, sequence: number) =>
  market.database.inTransaction((tx) =>
    agreeToSettlement(tx, { orderId, visitor, sequence, clock: market.clock, ids: systemIds, secret: testSecret }),
  );

const proposal = async ({ orderId, buyer }: Case) =>
  (await orderForParty(market.database.client, { orderId, visitor: buyer })).proposal;

describe('a settlement by agreement', () => {
  it('gives the buyer what was agreed, and the seller the rest less the fee on it', async () => {
    const one = await disputed();
    await propose(one, one.seller, 40_00n);
    expect(await proposal(one)).toMatchObject({ by: 'seller', backMinor: 40_00n });
    expect(await agree(one, one.buyer, 4)).toEqual({ orderId: one.orderId, state: 'settled' });
    expect(await one.money()).toEqual({ buyer: 40_00n, seller: 59_10n, escrow: 0n });
    expect(await agree(one, one.buyer, 4)).toEqual({ orderId: one.orderId, state: 'settled' });
  });

  it('is of the proposal that was read, which is never one’s own', async () => {
    const one = await disputed();
    await expect(agree(one, one.buyer, 3)).rejects.toMatchObject({ code: 'proposal_changed' });
    await propose(one, one.seller, 40_00n);
    await expect(agree(one, one.seller, 4)).rejects.toMatchObject({ code: 'proposal_changed' });
    await propose(one, one.seller, 10_00n);
    await expect(agree(one, one.buyer, 4)).rejects.toMatchObject({ code: 'proposal_changed' });
    await propose(one, one.buyer, 60_00n);
    await expect(agree(one, one.buyer, 6)).rejects.toMatchObject({ code: 'proposal_changed' });
    expect((await one.money()).escrow).toBe(100_00n);
  });

  it('repeated is one proposal; more than is left is none', async () => {
    const one = await disputed();
    await propose(one, one.buyer, 60_00n);
    await propose(one, one.buyer, 60_00n);
    expect(await proposal(one)).toMatchObject({ sequence: 4 });
    await expect(propose(one, one.buyer, 100_01n)).rejects.toMatchObject({ code: 'amount_exceeds_order' });
    await market.refundPart({ orderId: one.orderId, visitor: one.seller, amountMinor: 50_00n });
    // What was proposed of a hundred is more than the fifty that are left.
    await expect(agree(one, one.seller, 4)).rejects.toMatchObject({ code: 'amount_exceeds_order' });
    await propose(one, one.buyer, 50_00n);
    await agree(one, one.seller, 6);
    expect(await one.money()).toEqual({ buyer: 100_00n, seller: 0n, escrow: 0n });
  });

  it('against a new proposal and an operator’s split at once has one winner, and the escrow is empty', async () => {
    const one = await disputed();
    await propose(one, one.buyer, 30_00n);
    const split = () =>
      market.step({ orderId: one.orderId, visitor: one.operator, action: 'resolve_split', backMinor: 90_00n });
    const attempts = Array.from({ length: 8 }, () => [agree(one, one.seller, 4), split()]).flat();
    const answers = await Promise.allSettled(attempts);
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'order_step_unavailable' });
    const { buyer, escrow } = await one.money();
    expect(escrow).toBe(0n);
    const isAgreed = buyer === 30_00n;
    expect(isAgreed || buyer === 90_00n).toBe(true);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
  });

  it('is the two sides’ own: an operator splits, and proposes nothing', async () => {
    const one = await disputed();
    await expect(propose(one, one.operator, 1n)).rejects.toMatchObject({ code: 'order_step_forbidden' });
    await market.step({ orderId: one.orderId, visitor: one.operator, action: 'resolve_split', backMinor: 0n });
    expect(await one.money()).toEqual({ buyer: 0n, seller: 98_50n, escrow: 0n });
  });
});
