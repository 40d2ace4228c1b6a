import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formerUsernameHash } from '#server/citizens/closing.ts';
import { closeAccountInput } from '#server/citizens/schema.ts';
import { citizenById } from '#server/citizens/queries.ts';
import { isUsername } from '#server/citizens/rules.ts';
import { rememberCitizen, signIn } from '#server/citizens/service.ts';
import { sessionStore } from '#server/citizens/sessions.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { systemIds } from '#server/platform/ids.ts';
import type { Principal } from '#server/platform/session.ts';
import { testContext } from '#server/testing/context.ts';
import { giveEmail } from '#server/testing/contact.ts';
import { testMarket, testSecret } from '#server/testing/market.ts';
import { tablesHolding } from '#server/testing/personal-rows.ts';
import { testPrincipal } from '#server/testing/principal.ts';
import { accountData } from './account-data.ts';
import { personalDataSources } from './account.ts';
import { createCaller } from './root.ts';

const market = await testMarket();
const { database, clock } = market;
const client = database.client;
const tools = { clock, ids: systemIds };
const sessions = sessionStore(database, clock);

/** Everything personal that the tables can hold, in words that nothing else uses. */
const person = {
  username: 'Zuane_Distinctive',
  displayName: 'Zuane Unmistakable',
  socialClass: 'Popolani',
  address: 'zuane.reachable@example.test',
  device: 'Lynx on Amiga',
  place: '198.51.100.x',
  passkey: 'The key of Zuane',
  credential: 'The program of Zuane',
};

function come(username = person.username) {
  const { displayName, socialClass, device, place } = person;
  return database.inTransaction((tx) =>
    signIn(tx, {
      username,
      profile: { username, displayName, socialClass, isAi: true },
      asOf: clock.now(),
      method: 'venice',
      client: { device, place },
      previousToken: null,
      usernameHash: formerUsernameHash(testSecret, username),
      ...tools,
    }),
  );
}

/** Someone with everything that can be had. */
async function richPerson() {
  const { citizen, token } = await come();
  const citizenId = citizen.id;
  await giveEmail(market, { citizenId, address: person.address });
  const [at, hash] = [clock.now(), new Uint8Array(32)];
  await client.totpFactor.create({ data: { citizenId, secretSealed: 'sealed-totp', createdAt: at, confirmedAt: at } });
  await client.recoveryCode.create({ data: { id: systemIds.uuid(), citizenId, codeHash: hash, createdAt: at } });
  const facts = { credentialId: 'credential-of-zuane', publicKey: hash, counter: 0n, transports: [], isSynced: false };
  await client.passkey.create({
    data: { id: systemIds.uuid(), citizenId, name: person.passkey, createdAt: at, ...facts },
  });
  const kept = { rights: 'read', lastFour: 'Zzzz', secretHash: randomBytes(32) };
  const times = { createdAt: at, expiresAt: new Date(at.getTime() + 1_000) };
  await client.apiCredential.create({
    data: { id: systemIds.uuid(), citizenId, name: person.credential, ...kept, ...times },
  });
  await client.apiUsage.upsert({
    where: { citizenId_month: { citizenId, month: new Date('2026-11-01') } },
    create: { citizenId, month: new Date('2026-11-01'), calls: 7 },
    update: {},
  });
  await client.trustEvent.create({
    data: {
      id: systemIds.uuid(),
      citizenId,
      kind: 'chargeback',
      reference: `dispute ${systemIds.uuid()}`,
      occurredAt: at,
    },
  });
  const seller = { citizenId, role: 'citizen' } as const;
  const { listingId } = await market.listing(seller, { title: 'A lamp of the Giudecca' });
  return { citizenId, token, listingId, seller };
}

const as = (citizenId: string, facts: Partial<Principal> = {}) =>
  createCaller(
    testContext(market, testPrincipal({ citizenId, username: person.username, provedAt: clock.now(), ...facts })),
  );

const refusalOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'allowed',
    (error: unknown) => {
      const cause: unknown = (error as { cause?: unknown }).cause;
      return isDomainError(cause) ? { code: cause.code, ...cause.details } : String(error);
    },
  );

async function download(citizenId: string, facts: Partial<Principal> = {}): Promise<Response> {
  const principal = testPrincipal({ citizenId, provedAt: clock.now(), ...facts });
  const request = new Request('http://127.0.0.1/api/account/data');
  return accountData(request, testContext(market, principal), personalDataSources);
}

type Document = Record<string, Record<string, unknown>[]>;
const documentOf = async (response: Response) => JSON.parse(await response.text()) as Document;

describe('the download of everything', () => {
  it('holds what every domain keeps about the citizen, the address in clear, and no secret', async () => {
    const { citizenId, listingId, seller } = await richPerson();
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const { orderId } = await market.buy(buyer, { listingId });
    const visitor = { citizenId, role: 'citizen' } as const;
    await market.step({ orderId, visitor: seller, action: 'deliver' });
    await market.step({ orderId, visitor: buyer, action: 'confirm' });
    await as(citizenId).notifications.setTopic({ topic: 'standing', byEmail: false, locale: 'en' });
    const response = await download(citizenId);
    expect(response.headers.get('content-disposition')).toMatch(/attachment; filename="cascade-my-data-/);
    const text = await response.text();
    const document = JSON.parse(text) as Document;
    expect(document['citizen']).toMatchObject([{ id: citizenId, username: person.username }]);
    expect(document['contact']).toMatchObject([{ address: person.address, locale: 'en' }]);
    expect(document['sessions']).toMatchObject([{ device: person.device, place: person.place }]);
    expect(document['apiCredentials']).toMatchObject([{ name: person.credential, rights: 'read' }]);
    expect(document['apiUsage']).toMatchObject([{ month: '2026-11-01T00:00:00.000Z', calls: 7 }]);
    expect(document['factors']?.map(({ kind }) => kind).sort()).toEqual(['passkey', 'recovery_code', 'totp']);
    expect(document['notifications']?.map(({ kind }) => kind).sort()).toEqual([
      'email_changed',
      'order_moved',
      'order_placed',
    ]);
    expect(document['letters']).toHaveLength(4);
    expect(document['trust']?.map(({ kind }) => kind)).toEqual(['chargeback', 'sale']);
    expect(document['actions']?.map(({ action }) => action)).toContain('notifications.setTopic');
    expect(document['listings']).toMatchObject([{ id: listingId, title: 'A lamp of the Giudecca' }]);
    expect(document['ordersSold']).toMatchObject([{ id: orderId, viewer: 'seller', events: [{}, {}, {}, {}] }]);
    expect(document['statement']).toMatchObject([{ kind: 'sale_payout', amountMinor: '3349' }]);
    expect(text).not.toMatch(/sealed|token|codeHash|secretHash|publicKey|former/i);
    expect((await documentOf(await download(visitor.citizenId)))['citizen']).toHaveLength(1);
    const record = await client.auditEvent.findFirst({ where: { actorId: citizenId, action: 'account.data' } });
    expect(record?.outcome).toBe('done');
  });

  it('holds every row of lists that are long: sessions, letters, and what trust is earned by', async () => {
    const { citizenId } = await market.citizen();
    const rows = Array.from({ length: 601 }, (_, index) => ({ id: systemIds.uuid(), citizenId, number: index }));
    const at = clock.now();
    const event = { kind: 'sale', occurredAt: at };
    await client.trustEvent.createMany({
      data: rows.map(({ number, ...row }) => ({ ...row, ...event, reference: `order ${String(number)}` })),
    });
    const expiresAt = new Date(at.getTime() + 1);
    const times = { createdAt: at, lastSeenAt: at, provedAt: at, expiresAt, endedAt: at };
    await client.session.createMany({
      data: rows.map(({ id, number }) => {
        const tokenHash = new Uint8Array(32);
        new DataView(tokenHash.buffer).setUint32(0, number + 1);
        return { id, citizenId, tokenHash, method: 'venice', device: '', place: '', ...times };
      }),
    });
    const letter = { locale: 'en', template: 'tier_changed', details: {}, state: 'sent', attempts: 1 };
    await client.outgoingMail.createMany({
      data: rows.map(({ id }) => ({ id, citizenId, ...letter, createdAt: at, endedAt: at, nextAttemptAt: at })),
    });
    const document = await documentOf(await download(citizenId));
    for (const name of ['trust', 'sessions', 'letters']) {
      const given = new Set(document[name]?.map(({ id }) => id));
      expect(rows.filter(({ id }) => !given.has(id)).length, name).toBe(0);
    }
  });

  it('holds nothing of anybody else', async () => {
    const other = await market.citizen();
    await come();
    const document = await documentOf(await download(other.citizenId));
    expect(JSON.stringify(document)).not.toMatch(/Zuane|zuane/);
  });

  it.each([
    ['nobody', null, 'sign_in_required'],
    ['a proof that is old', { provedAt: new Date(0) }, 'step_up_required'],
    ['a bearer', { sessionId: null, provedAt: null }, 'step_up_required'],
    ['one who owes the second factor', { hasSecondFactor: true, secondFactorAt: null }, 'second_factor_required'],
  ])('is refused to %s', async (_, facts, code) => {
    const principal = facts === null ? null : testPrincipal(facts);
    const request = new Request('http://127.0.0.1/api/account/data');
    const response = await accountData(request, testContext(market, principal), personalDataSources);
    expect(((await response.json()) as { code: string }).code).toBe(code);
  });

  it('covers every column that names a citizen, or says why not', () => {
    expect(
      uncovered(
        columnsNamingCitizens(),
        personalDataSources.flatMap(({ covers }) => covers),
      ),
    ).toEqual([]);
  });

  it('would miss a new one here', () => {
    expect(
      uncovered(
        ['Letter.citizenId'],
        personalDataSources.flatMap(({ covers }) => covers),
      ),
    ).toEqual(['Letter.citizenId']);
    expect(columnsNamingCitizens()).toContain('MarketOrder.buyerId');
  });
});

/** Columns that name a citizen and are not given out, each with its reason. */
const withheld: Readonly<Record<string, string>> = {
  'ProofChallenge.citizenId': 'a random challenge of five minutes, which proves something only while it is secret',
  'OperatorAppointment.username': 'the role is on the citizen',
  'OperatorAppointment.appointedBy': "another operator's role; the act is in the citizen's actions",
  'TrustSetting.changedBy': 'a setting of the house; the act is in the actions of whoever changed it',
  'TrustGate.changedBy': 'a setting of the house; the act is in the actions of whoever changed it',
  'TrustAssignment.decidedBy': "about somebody else; the act is in the operator's actions",
  'TopUp.reviewedBy': "about somebody else's payment; the act is in the operator's actions",
  'CashOutEvent.actorId':
    "the citizen's own request is with their cash-outs, an operator's act in the operator's actions",
  'Refund.requestedBy': "the citizen's own are told by their origin, an operator's act is in the operator's actions",
  'OrderLine.fundedBy': 'a word, not a name: who of the two bears a discount',
  'FraudWarning.citizenId': 'what a bank suspects: whoever holds a stolen card must not be warned by it',
  'FraudWarning.decidedBy': "about somebody else's payment; the act is in the operator's actions",
  'LedgerBreakerEvent.actor': 'an act for the house, kept in the actions too',
  'LedgerOwnerGuard.owner': 'a row to lock, without any content',
  'LedgerVelocityLimit.owner': 'derived from the trust level, which is on the citizen',
  'LedgerVelocityBucket.owner': 'sums of the statement',
  'LedgerCorrection.proposedBy': 'an act for the house, kept in the actions too',
  'LedgerCorrection.decidedBy': 'an act for the house, kept in the actions too',
  'LedgerSeal.sealedBy': 'an act for the house, kept in the actions too',
  'LedgerSealDetachment.detachedBy': 'an act for the house, kept in the actions too',
  'Dispute.evidenceSubmittedBy': "about somebody else; the act is in the operator's actions",
  'Dispute.acceptedBy': "about somebody else; the act is in the operator's actions",
  'DebtWriteOff.proposedBy': "about somebody else; the act is in the operator's actions",
  'DebtWriteOff.decidedBy': "about somebody else; the act is in the operator's actions",
  'Lot.arrivedBy': 'a transfer, not a person',
  'LotMove.previousBy': 'a transfer, not a person',
  'CitizenBlock.blockedId': "whom somebody blocks is that one's own affair",
  'Report.authorId': 'who reported what is told to nobody but operators',
  'ModerationDecision.authorId': 'the notification says what was decided; who reported it is told to nobody',
  'ModerationDecision.decidedBy': "about somebody else; the act is in the operator's actions",
  'ModerationDecision.undoneBy': "about somebody else; the act is in the operator's actions",
  'FeaturedListing.addedBy': "about somebody else's listing; the act is in the operator's actions",
  'OrderEvent.actor': 'the part somebody plays in an order, not who they are',
  'OfferEvent.actor': 'the part somebody plays in an offer, not who they are',
};

function uncovered(columns: readonly string[], covered: readonly string[]): string[] {
  return columns.filter((column) => !covered.includes(column) && !(column in withheld));
}

/** Read from the schema as it is written: whatever names a person does so under one of these names. */
function columnsNamingCitizens(): string[] {
  const folder = new URL('../../prisma/schema/', import.meta.url);
  return readdirSync(folder).flatMap((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    return [...text.matchAll(/^model\s+(\w+)\s*\{([\s\S]*?)^\}/gm)].flatMap(([, model = '', body = '']) => [
      ...(model === 'Citizen' ? ['Citizen.id'] : []),
      ...[...body.matchAll(/^\s+(\w+)\s+(?:String|Bytes)/gm)]
        .map(([, column = '']) => column)
        .filter((column) =>
          /^(username|actor|owner)$|(citizen|seller|buyer|actor|owner|author|reporter|blocked)Id$|[a-z]By$/.test(
            column,
          ),
        )
        .filter((column) => !(model === 'Citizen' && column === 'username'))
        .map((column) => `${model}.${column}`),
    ]);
  });
}

describe('closing an account', () => {
  const fresh = async () => {
    const { citizenId } = await market.citizen();
    const { username } = await client.citizen.findUniqueOrThrow({ where: { id: citizenId } });
    return { citizenId, username, caller: as(citizenId, { username }) };
  };

  it('is refused while money, orders or payments are left, and changes nothing', async () => {
    const [{ citizenId, username, caller }, seller] = [await fresh(), await market.citizen()];
    const { listingId } = await market.listing(seller);
    const rich = await market.citizen({ ducatsMinor: 50_00n });
    await market.buy(rich, { listingId });
    const own = await market.listing({ citizenId, role: 'citizen' });
    await client.topUp.create({ data: { ...topUpFacts, citizenId, createdAt: clock.now() } });
    const richName = (await client.citizen.findUniqueOrThrow({ where: { id: rich.citizenId } })).username;
    const richCaller = as(rich.citizenId, { username: richName });
    expect(await richCaller.account.obstacles()).toEqual([
      { code: 'orders_open', count: 1 },
      { code: 'balance_left', count: 1 },
    ]);
    expect(await refusalOf(richCaller.account.close({ confirmation: richName }))).toEqual({
      code: 'closing_obstructed',
      obstacles: 'orders_open, balance_left',
    });
    expect(await refusalOf(caller.account.close({ confirmation: username }))).toEqual({
      code: 'closing_obstructed',
      obstacles: 'top_ups_open',
    });
    expect(await citizenById(client, citizenId)).toMatchObject({ username });
    expect(await client.listing.findUnique({ where: { id: own.listingId } })).toMatchObject({ state: 'published' });
  });

  it('is refused to the last admin, to a wrong name, and without a fresh proof', async () => {
    const admin = await market.citizen({ role: 'operator' });
    const { username } = await client.citizen.findUniqueOrThrow({ where: { id: admin.citizenId } });
    const caller = as(admin.citizenId, { username });
    expect(await caller.account.obstacles()).toEqual([{ code: 'last_admin', count: 1 }]);
    expect(await refusalOf(caller.account.close({ confirmation: username }))).toMatchObject({
      obstacles: 'last_admin',
    });
    const { caller: other, citizenId, username: name } = await fresh();
    expect(await refusalOf(other.account.close({ confirmation: 'somebody' }))).toEqual({
      code: 'confirmation_mismatch',
    });
    const stale = as(citizenId, { username: name, provedAt: new Date(0) });
    expect(await refusalOf(stale.account.close({ confirmation: name }))).toMatchObject({ code: 'step_up_required' });
    expect(closeAccountInput.safeParse({ confirmation: 'x'.repeat(65) }).success).toBe(false);
    await client.operatorAppointment.deleteMany({});
  });

  it('leaves nothing personal in any table, ends every session, and takes the listings off the market', async () => {
    const { citizenId, token, listingId } = await richPersonWithoutMoney();
    for (const text of Object.values(person).filter(
      (value) => value !== person.socialClass && value !== person.address,
    ))
      expect(await tablesHolding(database, text), text).not.toEqual([]);
    const context = testContext(market, testPrincipal({ citizenId, username: person.username, provedAt: clock.now() }));
    await createCaller(context).account.close({ confirmation: person.username });
    expect(context.cookies.join()).toMatch(/cascade-session=; .*Max-Age=0/);
    for (const text of [...Object.values(person), 'sealed-totp', 'credential-of-zuane'].filter(
      (value) => value !== 'Popolani',
    ))
      expect(await tablesHolding(database, text), text).toEqual([]);
    expect(await sessions.find(token)).toBeNull();
    expect(await client.listing.findUnique({ where: { id: listingId } })).toMatchObject({ state: 'paused' });
    const row = await client.citizen.findUniqueOrThrow({ where: { id: citizenId } });
    expect(row).toMatchObject({ displayName: 'Closed account', socialClass: null, hasSecondFactor: false });
    expect(row.username).toMatch(/^[A-Za-z0-9_.-]{1,64}$/);
    const namedIn = (await tablesHolding(database, citizenId)).map((name) => name.replace(/_p\d+.*$/, ''));
    const allowed = Object.keys(staysUnderPseudonym);
    expect(namedIn.filter((table) => !allowed.includes(table))).toEqual([]);
    expect(namedIn).toContain('public.listing');
  });

  it('is told to the address, and the letter is all that is left of it', async () => {
    const { citizen } = await come('Teller');
    const citizenId = citizen.id;
    await giveEmail(market, { citizenId, address: 'teller@example.test' });
    await as(citizenId, { username: 'Teller' }).account.close({ confirmation: 'Teller' });
    const letters = await client.outgoingMail.findMany({ where: { citizenId, state: 'waiting' } });
    expect(letters.map(({ template }) => template).sort()).toEqual(['account_closed', 'email_changed', 'verify_email']);
    expect(await client.contactEmail.count({ where: { citizenId } })).toBe(0);
  });

  it('opens the same account again with its trust history when the same citizen of Venice comes back', async () => {
    const { citizenId } = await richPersonWithoutMoney();
    await as(citizenId).account.close({ confirmation: person.username });
    expect(await refusalOf(as(citizenId).account.close({ confirmation: person.username }))).toEqual({
      code: 'account_closed',
    });
    const [back, twice] = await Promise.all([come(), come()]);
    expect([back.citizen.id, twice.citizen.id]).toEqual([citizenId, citizenId]);
    expect(back.citizen).toMatchObject({ username: person.username, displayName: person.displayName });
    expect(await client.trustEvent.count({ where: { citizenId, kind: 'chargeback' } })).toBeGreaterThan(0);
    const row = await client.citizen.findUniqueOrThrow({ where: { id: citizenId } });
    expect(row).toMatchObject({ closedAt: null, formerUsernameHash: null });
  });

  it('gives its pseudonym to nobody', async () => {
    const { citizenId, username, caller } = await fresh();
    await caller.account.close({ confirmation: username });
    const { username: pseudonym } = await client.citizen.findUniqueOrThrow({ where: { id: citizenId } });
    expect(isUsername(pseudonym)).toBe(false);
    const profile = { username: 'Successor', displayName: 'Successor', socialClass: null, isAi: false };
    const other = await database.inTransaction((tx) => rememberCitizen(tx, { profile, ...tools }));
    expect(other.id).not.toBe(citizenId);
  });

  /** The account of before, with a factor and a chargeback and everything, but nothing that stands in the way. */
  async function richPersonWithoutMoney() {
    const known = await client.citizen.findUnique({ where: { username: person.username } });
    if (known !== null) await forgetTestPerson(known.id);
    return richPerson();
  }

  /** What the tests before left: their account goes out of the way under another name. */
  async function forgetTestPerson(id: string) {
    const own = { where: { citizenId: id } };
    await client.outgoingMail.deleteMany(own);
    await client.emailVerification.deleteMany(own);
    await client.contactEmail.deleteMany(own);
    await client.session.deleteMany(own);
    await client.passkey.deleteMany(own);
    await client.apiCredential.deleteMany(own);
    await client.totpFactor.deleteMany(own);
    const data = { username: `former_${id.slice(0, 8)}_${id.slice(-6)}`, displayName: 'Former' };
    await client.citizen.update({ where: { id }, data });
  }
});

/** Where the id of a closed account stays, and why. */
const staysUnderPseudonym: Readonly<Record<string, string>> = {
  'public.citizen': 'the pseudonym itself',
  'public.listing': 'what was ordered from it stays readable for its buyers',
  'public.purchase': 'what the orders of both parties belong to',
  'public.market_order': 'the books of both parties',
  'public.order_event': 'the history of an order belongs to both parties',
  'public.thread': 'conversations belong to both',
  'public.thread_party': 'how far both have read',
  'public.message': 'what was written to somebody stays with them',
  'public.message_attachment': 'and so do its files',
  'public.review': 'reviews belong to both parties of an order',
  'public.seller_rating': 'worked out of those reviews',
  'public.citizen_block': 'whom others blocked stays blocked when they come back',
  'public.report': 'what was reported stays with what was decided',
  'public.moderation_decision': 'what was decided about somebody’s words, with its reason',
  'public.top_up': 'payments, kept by law',
  'public.api_usage': 'how many calls a month saw: nobody begins it anew by closing and coming back',
  'public.trust_event': 'a chargeback must not be escaped',
  'public.trust_assignment': 'a decision about the account, with its reason',
  'public.outbox_event': 'what happened to listings and orders, by ids',
  'public.audit_event': 'who did what, kept as it is',
  'public.outgoing_mail': 'letters that wait; they lose the address when they go',
  'ledger.account': 'the books',
  'ledger.owner_guard': 'the books',
  'ledger.velocity_limit': 'limits of the books',
  'ledger.velocity_bucket': 'limits of the books',
};

const topUpFacts = {
  id: systemIds.uuid(),
  key: systemIds.uuid(),
  inputHash: 'a'.repeat(64),
  choice: 'starter',
  priceMinor: 1_000n,
  feeMinor: 25n,
  totalMinor: 1_025n,
  baseMinor: 10_000n,
  bonusMinor: 0n,
  state: 'started',
};
