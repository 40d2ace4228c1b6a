import { beforeAll, describe, expect, it } from 'vitest';
import { findAccount, openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { post } from '#server/ledger/transfers.ts';
import type { Principal } from '#server/platform/session.ts';
import { projectNews } from '#server/provenance/jobs.ts';
import { noteLotFacts } from '#server/provenance/notes.ts';
import { testContext } from '#server/testing/context.ts';
import { move, transferId } from '#server/testing/ledger.ts';
import { testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { testPrincipal } from '#server/testing/principal.ts';
import { createCaller } from './root.ts';

let market: TestMarket;
let [buyer, seller] = [{} as TestCitizen, {} as TestCitizen];
const charge = transferId();
let orderId = '';

const callerOf = (citizenId: string, facts: Partial<Principal> = {}) =>
  createCaller(testContext(market, testPrincipal({ citizenId, ...facts })));
const desk = () => callerOf(transferId(), { role: 'operator' }).operator.provenance;

/** A held top-up of 100 ducats, 40 of which the buyer pays the seller. */
beforeAll(async () => {
  market = await testMarket();
  const { database, clock } = market;
  [buyer, seller] = [await market.citizen(), await market.citizen()];
  const holdUntil = new Date(clock.now().getTime() + 30 * 86_400_000);
  await database.inTransaction(async (tx) => {
    const to = await openAccount(tx, { owner: buyer.citizenId, kind: 'wallet', asset: 'DUCAT' });
    const [from, id] = [systemAccountId('issuance', 'DUCAT'), transferId()];
    const source = { type: 'charge', id: charge };
    await noteLotFacts(tx, [{ transferId: id, kind: 'bought', source, holdUntil, expiresAt: null }]);
    await post(tx, [move({ id, from, to, amountMinor: 100_00n, kind: 'mint' })]);
  });
  const { listingId } = await market.listing(seller, { priceMinor: 40_00n });
  ({ orderId } = await market.buy(buyer, { listingId }));
  await market.step({ orderId, action: 'deliver', visitor: seller });
  await market.step({ orderId, action: 'confirm', visitor: buyer });
});

describe('a citizen', () => {
  it('is told where the projection has not caught up yet, and what clears when once it has', async () => {
    expect(await callerOf(buyer.citizenId).provenance.amounts()).toMatchObject({ isUpToDate: false, heldMinor: 0n });
    await projectNews(market.database);
    const amounts = await callerOf(buyer.citizenId).provenance.amounts();
    expect(amounts).toMatchObject({ isUpToDate: true, heldMinor: 60_00n });
    expect(amounts.clearings).toMatchObject([{ kind: 'bought', amountMinor: 60_00n }]);
  });

  it('sees the order that paid, and nothing of the payment that stood behind it', async () => {
    const { origins } = await callerOf(seller.citizenId).provenance.origins({ limit: 25 });
    expect(origins).toMatchObject([{ kind: 'earned', source: { type: 'order', id: orderId }, isHeld: true }]);
    const answer = JSON.stringify(origins, (_name, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(answer).not.toContain(charge);
  });

  it('without a wallet holds nothing', async () => {
    const stranger = callerOf((await market.citizen()).citizenId).provenance;
    expect(await stranger.origins({ limit: 25 })).toEqual({ origins: [], nextCursor: null });
    expect(await stranger.amounts()).toMatchObject({ heldMinor: 0n, clearings: [], isUpToDate: true });
  });
});

describe('the finance desk', () => {
  it('is for operators of finance only', async () => {
    const asked = [
      callerOf(buyer.citizenId).operator.provenance,
      callerOf(transferId(), { role: 'operator', operatorRole: 'support' }).operator.provenance,
    ];
    for (const provenance of asked) {
      await expect(provenance.state()).rejects.toThrow();
      await expect(provenance.serial({ serial: '1' })).rejects.toThrow();
      await expect(provenance.source({ id: charge })).rejects.toThrow();
      await expect(provenance.account({ account: '2' })).rejects.toThrow();
    }
  });

  it('follows a payment into the hands of whoever earned with it', async () => {
    const { source, shares } = await desk().source({ id: charge });
    expect(source).toEqual({ type: 'charge', id: charge });
    const buyerWallet = await findAccount(market.database.client, {
      owner: buyer.citizenId,
      kind: 'wallet',
      asset: 'DUCAT',
    });
    expect(shares.find(({ accountId }) => accountId === buyerWallet)).toMatchObject({
      isDirect: true,
      heldMinor: 60_00n,
    });
    expect(shares.find(({ kind }) => kind === 'earned')).toMatchObject({
      isDirect: false,
      source: { type: 'order', id: orderId },
      account: { owner: seller.citizenId },
    });
  });

  it('follows a unit from its mint through escrow to the seller', async () => {
    const { lots } = await desk().account({ account: await usernameOf(seller) });
    const steps = await desk().serial({ serial: String(lots[0]?.serialFrom) });
    expect(steps.map(({ transferKind, kind }) => `${transferKind} ${kind}`)).toEqual([
      'mint bought',
      'purchase bought',
      'sale_payout earned',
    ]);
    expect(steps.at(-1)?.to).toMatchObject({ username: await usernameOf(seller) });
  });

  it('is told what does not exist', async () => {
    await expect(desk().serial({ serial: '9'.repeat(19) })).rejects.toMatchObject({
      cause: { code: 'serial_not_found' },
    });
    await expect(desk().source({ id: transferId() })).rejects.toMatchObject({ cause: { code: 'source_not_found' } });
    for (const account of ['999999', 'nobody-at-all', '101'])
      await expect(desk().account({ account })).rejects.toMatchObject({ cause: { code: 'account_not_found' } });
  });

  it('sees how far the projection is', async () => {
    const { lag, check, defects } = await desk().state();
    expect([lag.entries, check, defects]).toEqual([0n, null, []]);
  });
});

async function usernameOf({ citizenId }: TestCitizen): Promise<string> {
  const row = await market.database.client.citizen.findUniqueOrThrow({ where: { id: citizenId } });
  return row.username;
}
