import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closeAccount } from '#server/citizens/closing.ts';
import { marketClosing } from '#server/market/account.ts';
import { updateListing } from '#server/market/catalogue/listings.ts';
import { giftForRecipient } from '#server/market/gifts/gift-queries.ts';
import { offerForParty } from '#server/market/offers/offer-queries.ts';
import { reportQueue } from '#server/market/people/moderation-queries.ts';
import { undoDecision } from '#server/market/people/moderation.ts';
import type { SubjectKind } from '#server/market/people/people-schema.ts';
import { followSeller } from '#server/market/search/following.ts';
import { followedSellers, ownStorefront, storefrontOf } from '#server/market/search/storefront-queries.ts';
import { saveStorefront, setBanner } from '#server/market/search/storefronts.ts';
import { suggestions } from '#server/market/search/suggestions.ts';
import { systemIds } from '#server/platform/ids.ts';
import { defaultTerms, testMarket, testSecret, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { testOffers } from '#server/testing/offers.ts';
import { testPeople } from '#server/testing/people.ts';

let market: TestMarket;
let people: ReturnType<typeof testPeople>;
let author: TestCitizen;
let reader: TestCitizen;
let operator: TestCitizen;

beforeAll(async () => {
  market = await testMarket();
  people = testPeople(market);
});

beforeEach(async () => {
  author = await market.citizen({ tier: 'creator', ducatsMinor: 100_00n });
  reader = await market.citizen({ ducatsMinor: 100_00n });
  operator = await market.citizen({ role: 'operator' });
});

const tools = () => ({ clock: market.clock, ids: systemIds });
const about = (subjectKind: SubjectKind, subjectId: string) => ({ subjectKind, subjectId });
const missing = (code: string) => ({ kind: 'not_found', code });
const nameOf = async ({ citizenId: id }: TestCitizen) =>
  (await market.database.client.citizen.findUniqueOrThrow({ where: { id } })).username;

async function queued(subjectKind: SubjectKind, subjectId: string) {
  const { items } = await reportQueue(market.database.client, { limit: 100 });
  return items.find(({ subject }) => subject.subjectKind === subjectKind && subject.subjectId === subjectId);
}

const hide = (subjectKind: SubjectKind, subjectId: string) =>
  people.decide(operator, { ...about(subjectKind, subjectId), action: 'hide' });

const undo = (decisionId: string) =>
  market.database.inTransaction((tx) =>
    undoDecision(tx, { ...tools(), operatorId: operator.citizenId, decisionId, reason: 'It was changed.' }),
  );

async function openStorefront(words: { title: string; about: string }): Promise<string> {
  const { citizenId: sellerId } = author;
  const slug = `shop-${randomUUID().slice(0, 8)}`;
  const { version } = await ownStorefront(market.database.client, sellerId);
  const storefront = { slug, ...words, version };
  await market.database.inTransaction((tx) => saveStorefront(tx, { sellerId, clock: market.clock, storefront }));
  return slug;
}

async function hang(): Promise<string> {
  const { citizenId: ownerId } = author;
  const [id, at] = [randomUUID(), market.clock.now()];
  const row = { id, ownerId, sentHash: 'a'.repeat(64), width: 800, height: 200, createdAt: at, storedAt: at };
  await market.database.client.picture.create({ data: row });
  const banner = { pictureId: id, alt: 'An insult, painted' };
  await market.database.inTransaction((tx) => setBanner(tx, { sellerId: ownerId, clock: market.clock, banner }));
  return id;
}

async function edit(listingId: string, change: { version: number; description: string }): Promise<void> {
  const listing = { ...defaultTerms, listingId, stockSeen: 5, ...change };
  await market.database.inTransaction((tx) => updateListing(tx, { ...tools(), sellerId: author.citizenId, listing }));
}

describe('a storefront', () => {
  it('is reported by its readers, its words hidden from all but its seller, and shown again', async () => {
    const title = `Swindle ${randomUUID().slice(0, 8)}`;
    const slug = await openStorefront({ title, about: 'Pay me outside.' });
    const { client } = market.database;
    await market.database.inTransaction((tx) =>
      followSeller(tx, { followerId: reader.citizenId, slug, clock: market.clock }),
    );
    const shown = async () => {
      const [{ title: own, about: words }, followed, suggested] = await Promise.all([
        storefrontOf(client, slug),
        followedSellers(client, { followerId: reader.citizenId, limit: 5 }),
        suggestions(market, title),
      ]);
      return [own, words, followed.items[0]?.title, suggested.some((one) => 'name' in one && one.name === title)];
    };
    expect(await shown()).toEqual([title, 'Pay me outside.', title, true]);
    await expect(people.report(author, about('storefront', author.citizenId))).rejects.toMatchObject({
      code: 'own_thing',
    });
    await expect(people.report(reader, about('storefront', randomUUID()))).rejects.toMatchObject(
      missing('storefront_not_found'),
    );
    await people.report(reader, about('storefront', author.citizenId));
    expect((await queued('storefront', author.citizenId))?.actions).toEqual(['dismiss', 'warn', 'hide']);
    const { decisionId } = await hide('storefront', author.citizenId);
    expect(await shown()).toEqual(['', '', '', false]);
    expect(await ownStorefront(client, author.citizenId)).toMatchObject({ title, hidden: ['storefront'] });
    expect(await people.told(author)).toContain('content_moderated');
    await expect(people.report(await market.citizen(), about('storefront', author.citizenId))).rejects.toMatchObject(
      missing('storefront_not_found'),
    );
    await undo(decisionId);
    expect(await shown()).toEqual([title, 'Pay me outside.', title, true]);
  });

  it('has a banner that is reported and hidden by itself; without one there is nothing to report', async () => {
    const slug = await openStorefront({ title: '', about: 'Honest work.' });
    await expect(people.report(reader, about('banner', author.citizenId))).rejects.toMatchObject(
      missing('storefront_not_found'),
    );
    const pictureId = await hang();
    await people.report(reader, about('banner', author.citizenId));
    expect((await queued('banner', author.citizenId))?.subject).toMatchObject({ pictureIds: [pictureId] });
    await hide('banner', author.citizenId);
    expect(await storefrontOf(market.database.client, slug)).toMatchObject({
      ...{ bannerPictureId: null, bannerAlt: '', about: 'Honest work.' },
    });
  });

  it('that goes with its account can still be decided about, by the words that were reported', async () => {
    await openStorefront({ title: 'Gone tomorrow', about: 'Pay me outside.' });
    await people.report(reader, about('storefront', author.citizenId));
    const closing = { ...tools(), secret: testSecret, parts: [marketClosing] };
    const account = { citizenId: author.citizenId, confirmation: await nameOf(author) };
    await market.database.inTransaction((tx) => closeAccount(tx, closing, account));
    const waiting = await queued('storefront', author.citizenId);
    expect(waiting?.subject).toMatchObject({ text: '', href: null });
    expect(waiting?.earlier).toMatchObject([{ title: 'Gone tomorrow', text: 'Pay me outside.' }]);
    await people.decide(operator, { ...about('storefront', author.citizenId), action: 'dismiss' });
  });
});

describe('a note', () => {
  it('of an offer is reported by the other side alone, and hidden from it', async () => {
    const { listingId } = await market.listing(author);
    const offers = testOffers(market);
    const { offerId } = await offers.make(reader, { listingId, note: 'Nice shop. Pity if it burned.' });
    const seen = async ({ citizenId }: TestCitizen) =>
      (await offerForParty(market.database.client, { offerId, citizenId, now: market.clock.now() })).events[0];
    const noteId = (await seen(author))?.id ?? '';
    for (const stranger of [await market.citizen(), operator])
      await expect(people.report(stranger, about('offer_note', noteId))).rejects.toMatchObject(
        missing('offer_not_found'),
      );
    await expect(people.report(reader, about('offer_note', noteId))).rejects.toMatchObject({ code: 'own_thing' });
    await people.report(author, about('offer_note', noteId));
    expect((await queued('offer_note', noteId))?.subject).toMatchObject({ text: 'Nice shop. Pity if it burned.' });
    const { decisionId } = await hide('offer_note', noteId);
    expect(await seen(author)).toMatchObject({ note: null, isNoteHidden: true });
    expect(await seen(reader)).toMatchObject({ note: 'Nice shop. Pity if it burned.', isNoteHidden: true });
    await undo(decisionId);
    expect(await seen(author)).toMatchObject({ note: 'Nice shop. Pity if it burned.', isNoteHidden: false });
  });

  it('of a gift is reported by its recipient alone, and hidden from them', async () => {
    const { listingId } = await market.listing(author);
    const recipient = await market.citizen();
    const gift = { username: await nameOf(recipient), note: 'You know why.' };
    const { orderId } = await market.buy(reader, { listingId, gift });
    for (const stranger of [author, operator, await market.citizen()])
      await expect(people.report(stranger, about('gift_note', orderId))).rejects.toMatchObject(
        missing('gift_not_found'),
      );
    await expect(people.report(reader, about('gift_note', orderId))).rejects.toMatchObject({ code: 'own_thing' });
    await people.report(recipient, about('gift_note', orderId));
    await hide('gift_note', orderId);
    const seen = giftForRecipient(market.database.client, { orderId, recipientId: recipient.citizenId });
    expect(await seen).toMatchObject({ note: null, isNoteHidden: true });
    const plain = await market.buy(reader, { listingId, gift: { ...gift, note: null } });
    await expect(people.report(recipient, about('gift_note', plain.orderId))).rejects.toMatchObject(
      missing('gift_not_found'),
    );
  });
});

describe('a report', () => {
  it('keeps what it is about as it was: an edit afterwards is shown beside it, each wording once', async () => {
    const { listingId } = await market.listing(author);
    await people.report(reader, about('listing', listingId));
    expect(await queued('listing', listingId)).toMatchObject({ earlier: [], subject: { version: 1 } });
    await edit(listingId, { version: 1, description: 'Pay me outside.' });
    for (let count = 0; count < 2; count += 1) await people.report(await market.citizen(), about('listing', listingId));
    await edit(listingId, { version: 2, description: 'An honest goblet.' });
    const waiting = await queued('listing', listingId);
    expect(waiting?.subject).toMatchObject({ text: 'An honest goblet.', version: 3 });
    expect(waiting?.earlier.map(({ text, version }) => [text, version])).toEqual([
      [defaultTerms.description, 1],
      ['Pay me outside.', 2],
    ]);
    const kept = await market.database.client.report.findMany({ where: { subjectId: listingId } });
    await expect(
      market.database.client.report.updateMany({ where: { id: kept[0]?.id ?? '' }, data: { asReported: {} } }),
    ).rejects.toThrow(/permission denied/);
  });

  it('from before words were kept says nothing of them', async () => {
    const { listingId } = await market.listing(author);
    const row = {
      id: randomUUID(),
      reporterId: reader.citizenId,
      authorId: author.citizenId,
      createdAt: market.clock.now(),
    };
    const words = { reason: 'scam', text: 'It was another text.' };
    await market.database.client.report.create({ data: { ...row, ...words, ...about('listing', listingId) } });
    await edit(listingId, { version: 1, description: 'Something else.' });
    expect(await queued('listing', listingId)).toMatchObject({ earlier: [], reports: [{}] });
  });
});
