import { describe, expect, it } from 'vitest';
import { createCaller } from '#server/api/root.ts';
import { systemIds } from '#server/platform/ids.ts';
import { movableClock } from '#server/testing/clock.ts';
import { testContext } from '#server/testing/context.ts';
import { giveEmail, testCitizen } from '#server/testing/contact.ts';
import { testDatabase } from '#server/testing/database.ts';
import { testPrincipal } from '#server/testing/principal.ts';
import { composeMail } from './mail-texts.ts';
import { notificationNews } from './notification-stream.ts';
import { notify } from './notifications.ts';
import { appointOperator, dismissOperator } from './operators.ts';
import { notificationKinds, type NotificationKind } from './schema.ts';
import { enter, rememberCitizen, setSubscribedTier } from './service.ts';

const database = await testDatabase();
const clock = movableClock(new Date('2026-11-21T10:00:00Z'));
const world = { database, clock };
const tools = { clock, ids: systemIds };
let count = 0;
const newcomer = () => testCitizen(world, `citizen${String((count += 1))}`);
const as = (citizenId: string) => createCaller(testContext(world, testPrincipal({ citizenId })));
const tell = (citizenId: string, kind: NotificationKind = 'tier_changed') =>
  database.inTransaction((tx) => notify(tx, tools, { citizenId, kind, details: { from: 'observer', to: 'creator' } }));
const kindsOf = async (citizenId: string) =>
  (await as(citizenId).notifications.list({})).items.map(({ kind, details }) => ({ kind, ...details }));
const letters = (citizenId: string, template: string) =>
  database.client.outgoingMail.count({ where: { citizenId, template } });

describe('a notification', () => {
  it('is kept with what it tells of, or not at all', async () => {
    const citizenId = await newcomer();
    const undone = database.inTransaction(async (tx) => {
      await notify(tx, tools, { citizenId, kind: 'tier_changed', details: {} });
      throw new Error('taken back');
    });
    await expect(undone).rejects.toThrow('taken back');
    expect(await kindsOf(citizenId)).toEqual([]);
  });

  it('goes by e-mail where there is a verified address, in the language of its citizen', async () => {
    const [silent, reached] = [await newcomer(), await newcomer()];
    await giveEmail(world, { citizenId: reached, address: 'reached@example.test', locale: 'it' });
    await tell(silent);
    await tell(reached);
    expect(await letters(silent, 'tier_changed')).toBe(0);
    const mail = await database.client.outgoingMail.findFirst({
      where: { citizenId: reached, template: 'tier_changed' },
    });
    expect(mail).toMatchObject({ locale: 'it', details: { from: 'observer', to: 'creator' } });
  });

  it('is not mailed when its topic is turned off, but what concerns safety cannot be', async () => {
    const citizenId = await newcomer();
    await giveEmail(world, { citizenId, address: 'off@example.test' });
    await as(citizenId).notifications.setTopic({ topic: 'standing', byEmail: false, locale: 'en' });
    const fixed = as(citizenId).notifications.setTopic({ topic: 'security', byEmail: false, locale: 'en' });
    await expect(fixed).rejects.toMatchObject({ cause: { code: 'topic_fixed' } });
    // Not even by a row that should not be there.
    await database.client.notificationSetting.create({ data: { citizenId, topic: 'security', byEmail: false } });
    await tell(citizenId);
    await tell(citizenId, 'factor_removed');
    expect(await letters(citizenId, 'tier_changed')).toBe(0);
    expect(await letters(citizenId, 'factor_removed')).toBe(1);
    expect(await as(citizenId).notifications.topics()).toEqual([
      { topic: 'security', byEmail: true, isFixed: true },
      { topic: 'standing', byEmail: false, isFixed: false },
      { topic: 'money', byEmail: true, isFixed: false },
      { topic: 'orders', byEmail: true, isFixed: false },
      { topic: 'market', byEmail: true, isFixed: false },
      { topic: 'people', byEmail: true, isFixed: false },
    ]);
  });

  it('is read one by one or all at once, and only by its own citizen', async () => {
    const [owner, other] = [await newcomer(), await newcomer()];
    for (let told = 0; told < 3; told += 1) await tell(owner);
    const [latest] = (await as(owner).notifications.list({})).items;
    const notificationId = latest?.id ?? '';
    const foreign = as(other).notifications.markRead({ notificationId });
    await expect(foreign).rejects.toMatchObject({ cause: { code: 'notification_not_found' } });
    await as(owner).notifications.markRead({ notificationId });
    await as(owner).notifications.markRead({ notificationId });
    await as(other).notifications.markAllRead();
    expect(await as(owner).notifications.unread()).toBe(2);
    await as(owner).notifications.markAllRead();
    expect(await as(owner).notifications.unread()).toBe(0);
    expect(await as(other).notifications.list({})).toEqual({ items: [], nextCursor: null });
  });

  it('is listed once on pages of any size, the latest first', async () => {
    const citizenId = await newcomer();
    for (let told = 0; told < 7; told += 1) await tell(citizenId);
    const whole = (await as(citizenId).notifications.list({ limit: 100 })).items.map(({ id }) => id);
    const paged: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await as(citizenId).notifications.list({ cursor, limit: 3 });
      paged.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(paged).toEqual(whole);
    expect(whole).toEqual([...whole].sort().reverse());
  });

  it.each(notificationKinds)('%s has a letter in both languages without a hole in it', (kind) => {
    const [english, italian] = (['en', 'it'] as const).map((locale) =>
      composeMail(kind, { locale, details: {}, appUrl: 'https://cascade.test', secret: '' }),
    );
    for (const mail of [english, italian])
      expect(`${mail?.subject}${mail?.text}`).not.toMatch(/\b(undefined|null|NaN)\b/);
    expect(english?.text).not.toBe(italian?.text);
    expect(english?.subject.length).toBeLessThanOrEqual(200);
  });
});

describe('a citizen is told', () => {
  const profile = (username: string, socialClass: string | null) => ({
    profile: { username, displayName: username, socialClass, isAi: false },
    ...tools,
  });
  const remember = (username: string, socialClass: string | null) =>
    database.inTransaction((tx) => rememberCitizen(tx, profile(username, socialClass)));

  it('of a tier that rose or fell, but neither of the first one nor of one that stayed', async () => {
    const { id } = await remember('Climber', 'Popolani');
    await remember('Climber', 'Popolani');
    expect(await kindsOf(id)).toEqual([]);
    await remember('Climber', 'Cittadini');
    expect(await kindsOf(id)).toEqual([{ kind: 'tier_changed', from: 'participant', to: 'creator' }]);
    await database.inTransaction((tx) =>
      setSubscribedTier(tx, { citizenId: id, subscribedTier: 'enterprise', ...tools }),
    );
    await database.inTransaction((tx) => setSubscribedTier(tx, { citizenId: id, subscribedTier: null, ...tools }));
    expect(
      (await as(id).notifications.list({})).items.map(
        ({ details }) => `${String(details['from'])} → ${String(details['to'])}`,
      ),
    ).toEqual(['enterprise → creator', 'creator → enterprise', 'participant → creator']);
  });

  it('of a role that was given or taken, by its name', async () => {
    const { id } = await remember('Clerk', null);
    const admin = await remember('Admin', null);
    const by = { citizenId: admin.id, username: 'Admin' };
    await database.inTransaction(async (tx) => {
      await appointOperator(tx, { username: 'Head', operatorRole: 'admin', by, ...tools });
      await appointOperator(tx, { username: 'Clerk', operatorRole: 'support', by, ...tools });
    });
    await database.inTransaction((tx) => dismissOperator(tx, { username: 'Clerk', by, ...tools }));
    expect(await kindsOf(id)).toEqual([
      { kind: 'role_changed', role: 'citizen' },
      { kind: 'role_changed', role: 'support' },
    ]);
  });

  it('of a sign-in from a device not seen before, but neither of the first one nor of a known device', async () => {
    const citizen = await remember('Traveller', null);
    const come = (device: string) =>
      database.inTransaction((tx) =>
        enter(tx, {
          citizen,
          method: 'venice',
          client: { device, place: '203.0.113.x' },
          previousToken: null,
          isSecondFactor: false,
          ...tools,
        }),
      );
    await come('Firefox on Linux');
    await come('Firefox on Linux');
    expect(await kindsOf(citizen.id)).toEqual([]);
    await come('Safari on iOS');
    await come('Firefox on Linux');
    await come('Safari on iOS');
    expect(await kindsOf(citizen.id)).toEqual([
      { kind: 'signed_in_new_device', device: 'Safari on iOS', place: '203.0.113.x', method: 'venice' },
    ]);
  });
});

describe('a stream of notifications', () => {
  const listen = (citizenId: string, lastEventId: string | null = null) => {
    const stop = new AbortController();
    const heard: string[] = [];
    const unread: number[] = [];
    const listening = (async () => {
      const input = { citizenId, lastEventId, clock, signal: stop.signal, everyMs: 10 };
      for await (const news of notificationNews(database.client, input)) {
        unread.push(news.unread);
        if (news.notification !== null) heard.push(news.notification.id);
      }
    })();
    const end = async () => {
      stop.abort();
      await listening;
    };
    return { heard, unread, end };
  };
  const idsOf = async (citizenId: string) =>
    (await as(citizenId).notifications.list({})).items.map(({ id }) => id).reverse();

  const changesOf = (numbers: readonly number[]) => numbers.filter((number, at) => number !== numbers[at - 1]);

  it('tells each new one once and how many are unread, and nothing of what was there before', async () => {
    const citizenId = await newcomer();
    await tell(citizenId);
    const stream = listen(citizenId);
    await expect.poll(() => stream.unread).toEqual([1]);
    await tell(citizenId);
    await tell(await newcomer());
    // One that comes between two readings is counted at once and told with the next look, by the same number.
    await expect.poll(() => changesOf(stream.unread)).toEqual([1, 2]);
    await tell(citizenId);
    await expect.poll(() => stream.heard).toEqual((await idsOf(citizenId)).slice(1));
    await stream.end();
  });

  it('tells too when some were read elsewhere', async () => {
    const citizenId = await newcomer();
    await tell(citizenId);
    const stream = listen(citizenId);
    await expect.poll(() => stream.unread).toEqual([1]);
    await as(citizenId).notifications.markAllRead();
    await expect.poll(() => stream.unread).toEqual([1, 0]);
    await stream.end();
  });

  it('loses none to a writer who began earlier and committed later', async () => {
    const citizenId = await newcomer();
    const stream = listen(citizenId);
    await expect.poll(() => stream.unread).toEqual([0]);
    const [held, written] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const slow = database.inTransaction(async (tx) => {
      await notify(tx, tools, { citizenId, kind: 'trust_changed', details: {} });
      written.resolve(undefined);
      await held.promise;
    });
    await written.promise;
    clock.advance(25_000);
    await tell(citizenId);
    await expect.poll(() => stream.heard).toHaveLength(1);
    held.resolve(undefined);
    await slow;
    await expect.poll(() => stream.heard).toHaveLength(2);
    expect([...stream.heard].sort()).toEqual(await idsOf(citizenId));
    await stream.end();
  });

  it('goes on where a lost connection left off', async () => {
    const citizenId = await newcomer();
    await tell(citizenId);
    const [first] = await idsOf(citizenId);
    await tell(citizenId);
    const stream = listen(citizenId, first ?? null);
    await expect.poll(() => stream.heard).toEqual((await idsOf(citizenId)).slice(1));
    await stream.end();
  });
});
