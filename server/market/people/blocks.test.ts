import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { blockedBy } from './blocks.ts';
import { blocksMax } from './people-schema.ts';
import { testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { testPeople } from '#server/testing/people.ts';

let market: TestMarket;
let people: ReturnType<typeof testPeople>;
let world: { seller: TestCitizen; buyer: TestCitizen; listingId: string };

beforeAll(async () => {
  market = await testMarket();
  people = testPeople(market);
});

beforeEach(async () => {
  const [seller, buyer] = [await market.citizen(), await market.citizen({ ducatsMinor: 1_000_00n })];
  world = { seller, buyer, listingId: (await market.listing(seller)).listingId };
});

describe('whoever is blocked', () => {
  it('neither asks nor writes nor buys, until it is taken back; others still do', async () => {
    const { seller, buyer, listingId } = world;
    const { threadId } = await people.ask(buyer, listingId);
    const { orderId } = await market.buy(buyer, { listingId });
    await people.block(seller, buyer);
    const other = await market.listing(seller);
    await expect(people.ask(buyer, other.listingId)).rejects.toMatchObject({ code: 'seller_unavailable' });
    await expect(market.buy(buyer, { listingId })).rejects.toMatchObject({ code: 'seller_unavailable' });
    const attempts = [people.write(buyer, threadId), people.writeToOrder(buyer, orderId)];
    await Promise.all(
      attempts.map((attempt) => expect(attempt).rejects.toMatchObject({ code: 'conversation_closed' })),
    );
    const third = await market.citizen({ ducatsMinor: 100_00n });
    await market.buy(third, { listingId });
    await people.block(seller, buyer, { isOn: false });
    await people.write(buyer, threadId);
    await market.buy(buyer, { listingId });
  });

  it('is not written to by whoever blocked them, who would get no answer', async () => {
    const { seller, buyer, listingId } = world;
    const { threadId } = await people.ask(buyer, listingId);
    await people.block(seller, buyer);
    await expect(people.write(seller, threadId)).rejects.toMatchObject({ code: 'you_block_them' });
  });

  it('gets the first answer again for a purchase that was made before', async () => {
    const { seller, buyer, listingId } = world;
    const key = randomUUID();
    const first = await market.buy(buyer, { listingId, key });
    await people.block(seller, buyer);
    expect(await market.buy(buyer, { listingId, key })).toEqual(first);
  });
});

describe('blocking', () => {
  it('may be done twice and of each kind for itself, and never of oneself or of nobody', async () => {
    const { seller, buyer } = world;
    await Promise.all([people.block(seller, buyer), people.block(seller, buyer)]);
    await people.block(seller, buyer, { kind: 'mute' });
    const { client } = market.database;
    expect(await blockedBy(client, seller.citizenId)).toMatchObject([
      { citizen: { citizenId: buyer.citizenId }, kinds: ['block', 'mute'] },
    ]);
    await people.block(seller, buyer, { isOn: false });
    await people.block(seller, buyer, { isOn: false });
    expect(await blockedBy(client, seller.citizenId)).toMatchObject([{ kinds: ['mute'] }]);
    await expect(people.block(seller, seller)).rejects.toMatchObject({ code: 'own_block' });
    const nobody = { citizenId: randomUUID(), role: 'citizen' } as const;
    await expect(people.block(seller, nobody)).rejects.toMatchObject({ code: 'citizen_not_found' });
  });

  it('ends at a limit, up to which it may still be done twice', async () => {
    const { seller, buyer } = world;
    const blank = { citizenId: seller.citizenId, kind: 'block', createdAt: market.clock.now() };
    const others = Array.from({ length: blocksMax - 1 }, () => ({ ...blank, blockedId: randomUUID() }));
    await market.database.client.citizenBlock.createMany({ data: others });
    await people.block(seller, buyer);
    await people.block(seller, buyer);
    await expect(people.block(seller, await market.citizen())).rejects.toMatchObject({ code: 'blocks_exhausted' });
  });
});
