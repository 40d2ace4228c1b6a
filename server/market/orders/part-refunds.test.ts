import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { findAccount, openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { post } from '#server/ledger/transfers.ts';
import { projectNews } from '#server/provenance/jobs.ts';
import { noteLotFacts } from '#server/provenance/notes.ts';
import { lotsOf } from '#server/provenance/queries.ts';
import { repeated } from '#server/payments/repeated.ts';
import { move, transferId } from '#server/testing/ledger.ts';
import { testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';

let market: TestMarket;

beforeAll(async () => {
  market = await testMarket();
});

interface Sale {
  buyer: TestCitizen;
  seller: TestCitizen;
  operator: TestCitizen;
  orderId: string;
}

const totalMinor = 100_00n;

/** A sale of 100 ducats by a participant, whose fee is 1.5 %. */
async function sale(state: 'accepted' | 'delivered' | 'disputed' | 'completed', payer?: TestCitizen): Promise<Sale> {
  const [buyer, seller, operator] = [
    payer ?? (await market.citizen({ ducatsMinor: totalMinor })),
    await market.citizen(),
    await market.citizen({ role: 'operator' }),
  ];
  const { listingId } = await market.listing(seller, { priceMinor: totalMinor });
  const { orderId } = await market.buy(buyer, { listingId });
  if (state === 'disputed') await market.step({ orderId, visitor: buyer, action: 'dispute' });
  if (state === 'delivered' || state === 'completed')
    await market.step({ orderId, visitor: seller, action: 'deliver' });
  if (state === 'completed') await market.step({ orderId, visitor: buyer, action: 'confirm' });
  return { buyer, seller, operator, orderId };
}

async function money({ buyer, seller, orderId }: Sale) {
  return {
    buyer: await market.balance(buyer.citizenId, 'wallet'),
    seller: await market.balance(seller.citizenId, 'wallet'),
    escrow: await market.balance(orderId, 'escrow'),
  };
}

const back = (of: Sale, amountMinor: bigint, by: { visitor?: TestCitizen; key?: string } = {}) =>
  repeated(() => market.refundPart({ orderId: of.orderId, visitor: of.seller, amountMinor, key: randomUUID(), ...by }));

async function walletLots({ citizenId }: TestCitizen) {
  await projectNews(market.database);
  const account = await findAccount(market.database.client, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' });
  return lotsOf(market.database.client, account ?? 0n, { at: market.clock.now() });
}

const shapeOf = (lots: Awaited<ReturnType<typeof walletLots>>) =>
  Object.fromEntries(
    ['bought', 'granted', 'earned'].map((kind) => [
      kind,
      lots.filter((lot) => lot.kind === kind).reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
    ]),
  );

/** Mints `bought` and `granted` ducats into a wallet. */
async function give(citizen: TestCitizen, amounts: { bought?: bigint; granted?: bigint }): Promise<void> {
  await market.database.inTransaction(async (tx) => {
    const to = await openAccount(tx, { owner: citizen.citizenId, kind: 'wallet', asset: 'DUCAT' });
    const from = systemAccountId('issuance', 'DUCAT');
    const parts = (['bought', 'granted'] as const).flatMap((kind) => {
      const amountMinor = amounts[kind];
      return amountMinor === undefined ? [] : [{ kind, amountMinor, id: transferId() }];
    });
    const source = { type: 'charge', id: citizen.citizenId };
    await noteLotFacts(
      tx,
      parts.map(({ id, kind }) => ({ transferId: id, kind, source, holdUntil: null, expiresAt: null })),
    );
    await post(
      tx,
      parts.map(({ id, amountMinor }) => move({ id, from, to, amountMinor, kind: 'mint' })),
    );
  });
}

describe('while the money is in escrow, a part that goes back', () => {
  it.each(['accepted', 'delivered', 'disputed'] as const)(
    'of an order that is %s shrinks what is left and the fee on it',
    async (state) => {
      const one = await sale(state);
      expect(await back(one, 30_01n)).toEqual({ orderId: one.orderId, amountMinor: 30_01n, feePartMinor: 0n });
      expect(await money(one)).toEqual({ buyer: 30_01n, seller: 0n, escrow: 69_99n });
      if (state === 'accepted') await market.step({ orderId: one.orderId, visitor: one.seller, action: 'deliver' });
      if (state === 'disputed')
        await market.step({ orderId: one.orderId, visitor: one.operator, action: 'resolve_release' });
      else await market.step({ orderId: one.orderId, visitor: one.buyer, action: 'confirm' });
      // 1.5 % of 69.99, rounded down.
      expect(await money(one)).toEqual({ buyer: 30_01n, seller: 69_99n - 1_04n, escrow: 0n });
    },
  );

  it('is given by the seller or an operator, never taken by the buyer, and leaves something', async () => {
    const one = await sale('delivered');
    await expect(back(one, 1n, { visitor: one.buyer })).rejects.toMatchObject({ code: 'order_step_forbidden' });
    await expect(back(one, 1n, { visitor: await market.citizen() })).rejects.toMatchObject({ code: 'order_not_found' });
    await expect(back(one, totalMinor)).rejects.toMatchObject({ code: 'refund_is_whole' });
    await expect(back(one, totalMinor + 1n)).rejects.toMatchObject({ code: 'amount_exceeds_order' });
    await back(one, 1n, { visitor: one.operator });
    expect(await money(one)).toEqual({ buyer: 1n, seller: 0n, escrow: totalMinor - 1n });
  });

  it('with one key is one, sixteen times at once, and with other contents refused', async () => {
    const one = await sale('delivered');
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 16 }, () => back(one, 10_00n, { key })));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect((await money(one)).buyer).toBe(10_00n);
    await expect(back(one, 10_01n, { key })).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });

  it('sixteen at once never give back more than there is', async () => {
    const one = await sale('delivered');
    const answers = await Promise.allSettled(Array.from({ length: 16 }, () => back(one, 15_00n)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(6);
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'amount_exceeds_order' });
    expect(await money(one)).toEqual({ buyer: 90_00n, seller: 0n, escrow: 10_00n });
  });

  it('against a release at once leaves escrow empty and every centesimo somewhere', async () => {
    const before = await market.feesMinor();
    const one = await sale('delivered');
    const confirm = () => market.step({ orderId: one.orderId, visitor: one.buyer, action: 'confirm' });
    const answers = await Promise.allSettled([
      ...Array.from({ length: 8 }, () => back(one, 7_00n)),
      ...Array.from({ length: 8 }, confirm),
    ]);
    const parts = BigInt(answers.slice(0, 8).filter(({ status }) => status === 'fulfilled').length);
    const { buyer, seller, escrow } = await money(one);
    expect({ buyer, escrow }).toEqual({ buyer: parts * 7_00n, escrow: 0n });
    expect(buyer + seller + (await market.feesMinor()) - before).toBe(totalMinor);
    for (const answer of answers.slice(8)) expect(answer.status).toBe('fulfilled');
  });

  it('goes back as it was, in equal shares of what paid', async () => {
    const buyer = await market.citizen();
    await give(buyer, { bought: 60_00n, granted: 40_00n });
    const one = await sale('delivered', buyer);
    await back(one, 50_00n);
    expect(shapeOf(await walletLots(buyer))).toEqual({ bought: 30_00n, granted: 20_00n, earned: 0n });
  });
});

describe('after the sale, a part that goes back', () => {
  it('comes out of the seller’s wallet, with the fee on it out of the fees, in proportion', async () => {
    const one = await sale('completed');
    const fees = await market.feesMinor();
    expect(await money(one)).toEqual({ buyer: 0n, seller: 98_50n, escrow: 0n });
    expect(await back(one, 40_00n)).toMatchObject({ amountMinor: 40_00n, feePartMinor: 60n });
    expect(await money(one)).toEqual({ buyer: 40_00n, seller: 98_50n - 39_40n, escrow: 0n });
    expect(fees - (await market.feesMinor())).toBe(60n);
    expect(await back(one, 60_00n)).toMatchObject({ feePartMinor: 90n });
    expect(await money(one)).toEqual({ buyer: totalMinor, seller: 0n, escrow: 0n });
    await expect(back(one, 1n)).rejects.toMatchObject({ code: 'amount_exceeds_order' });
  });

  it('is the seller’s alone, and not more than they have', async () => {
    const one = await sale('completed');
    await expect(back(one, 1n, { visitor: one.operator })).rejects.toMatchObject({ code: 'order_step_unavailable' });
    await expect(back(one, 1n, { visitor: one.buyer })).rejects.toMatchObject({ code: 'order_step_forbidden' });
    const { listingId } = await market.listing(await market.citizen(), { priceMinor: 90_00n });
    await market.buy(one.seller, { listingId });
    await expect(back(one, 50_00n)).rejects.toMatchObject({ code: 'insufficient_funds' });
    expect(await money(one)).toEqual({ buyer: 0n, seller: 8_50n, escrow: 0n });
  });

  it('sixteen at once never give back more than was paid', async () => {
    const one = await sale('completed');
    await give(one.seller, { bought: 500_00n });
    const answers = await Promise.allSettled(Array.from({ length: 16 }, () => back(one, 15_00n)));
    const done = answers.filter(({ status }) => status === 'fulfilled').length;
    for (const answer of answers)
      if (answer.status === 'rejected')
        expect(['amount_exceeds_order', 'condition_failed']).toContain((answer.reason as { code: string }).code);
    expect(done).toBe(6);
    expect((await money(one)).buyer).toBe(BigInt(done) * 15_00n);
  });

  it('is again what paid: bought ducats do not come back as earned ones', async () => {
    const buyer = await market.citizen();
    await give(buyer, { bought: 60_00n, granted: 40_00n });
    const one = await sale('completed', buyer);
    await back(one, totalMinor);
    expect(shapeOf(await walletLots(buyer))).toEqual({ bought: 60_00n, granted: 40_00n, earned: 0n });
  });

  it('out of other units stays what these are: granted ducats never come back as bought ones', async () => {
    const buyer = await market.citizen();
    await give(buyer, { bought: totalMinor });
    const one = await sale('completed', buyer);
    // The seller spends what the sale brought; what they are given afterwards is granted.
    const { listingId } = await market.listing(await market.citizen(), { priceMinor: 98_50n });
    await projectNews(market.database);
    await market.buy(one.seller, { listingId });
    await give(one.seller, { granted: totalMinor });
    await back(one, 50_00n);
    // The house returns the fee as it came.
    expect(shapeOf(await walletLots(buyer))).toEqual({ bought: 75n, granted: 49_25n, earned: 0n });
  });

  it('is paid back in full after the house has let the fees go', async () => {
    const one = await sale('completed');
    const feesMinor = await market.feesMinor();
    const [fees, treasury] = [systemAccountId('fees', 'DUCAT'), systemAccountId('treasury', 'DUCAT')];
    await market.database.inTransaction((tx) =>
      post(tx, [move({ from: fees, to: treasury, amountMinor: feesMinor, kind: 'fee_release' })]),
    );
    await back(one, totalMinor);
    expect(await money(one)).toEqual({ buyer: totalMinor, seller: 0n, escrow: 0n });
    expect(await market.feesMinor()).toBe(0n);
  });

  it('leaves the books in order', async () => {
    expect(await checkLedger(market.database.client)).toMatchObject({ ok: true });
  });
});
