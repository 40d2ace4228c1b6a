import { pino } from 'pino';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemIds } from '#server/platform/ids.ts';
import { once } from '#server/platform/once.ts';
import { latestEvents } from '#server/platform/outbox.ts';
import { startTestVenice } from '#server/sandbox/venice/testing.ts';
import { movableClock } from '#server/testing/clock.ts';
import { testDatabase } from '#server/testing/database.ts';
import { signIn } from './flows.ts';
import { refreshCitizens, type RefreshWalk } from './jobs.ts';
import { appointFirstOperators } from './operators.ts';
import { citizenByUsername } from './queries.ts';
import { sessionStore } from './sessions.ts';
import { rememberCitizen, setSubscribedTier } from './service.ts';
import { createVeniceClient } from './venice-client.ts';

const dayMs = 24 * 3_600_000;
const logged: string[] = [];
once('log', () => pino({}, { write: (line: string) => logged.push(line) }));

describe('refreshing citizens from Venice', async () => {
  const database = await testDatabase();
  const clock = movableClock(new Date('2026-11-21T10:00:00Z'));
  const venice = await startTestVenice({ clock });
  const client = createVeniceClient({ apiUrl: `${venice.url}/api`, clock, random: () => 0 });
  const deps = {
    database,
    inTransaction: database.inTransaction.bind(database),
    venice: client,
    clock,
    ids: systemIds,
    secret: 'a secret that only this test knows',
  };
  const enter = (username: string) =>
    signIn(deps, { username, previousToken: null, method: 'venice', client: { device: '', place: '' } });
  const refresh = (walk: RefreshWalk = { after: null }) => refreshCitizens(deps, walk);
  const changeClass = (username: string, socialClass: string) => venice.control({ citizen: { username, socialClass } });
  const standingOf = async (username: string) => {
    const citizen = await citizenByUsername(database.client, username);
    return [citizen?.socialClass, citizen?.tier];
  };
  const changes = async () => {
    const events = await latestEvents(database.client, { type: 'citizen.tier_changed', limit: 100 });
    return events.map(({ subject, payload }) => ({ subject, payload }));
  };
  const traffic = async () =>
    ((await (await fetch(`${venice.url}/sandbox/traffic`)).json()) as { calls: number }).calls;

  afterAll(() => venice.close());
  beforeEach(async () => {
    clock.advance(dayMs);
    await venice.control({ reset: true });
    await database.client.session.deleteMany({});
    await database.client.notification.deleteMany({});
    await database.client.citizen.deleteMany({});
    await database.client.outboxEvent.deleteMany({});
    logged.length = 0;
  });

  it('takes over a rise a day later, in sessions that are open, with one call for all, and announces it', async () => {
    const { citizen } = await enter('SilkRoadRunner');
    for (const username of ['NLR', 'bigbosefx', 'MuranoGlass']) await enter(username);
    await changeClass('SilkRoadRunner', 'Nobili');
    clock.advance(dayMs);
    expect(await refresh()).toMatchObject({ refreshed: 0 }); // a day to the millisecond is not yet over a day
    await venice.control({ api: 'unauthorized' });
    const { token } = await enter('SilkRoadRunner'); // Venice is away, so this sign-in raises nobody
    await venice.control({ api: 'normal' });
    clock.advance(1);
    const before = await traffic();
    expect(await refresh()).toEqual({ refreshed: 4, changed: 1, unknown: 0, missed: 0, stoppedBy: null });
    expect((await traffic()) - before).toBe(1);
    expect(await sessionStore(database, clock).find(token)).toMatchObject({ tier: 'enterprise' });
    const payload = { from: 'participant', to: 'enterprise', isRise: true };
    expect(await changes()).toEqual([{ subject: citizen.id, payload }]);
    expect(await refresh()).toMatchObject({ refreshed: 0 });
    expect(await changes()).toHaveLength(1);
  });

  it('asks alone for whoever is not on the list, and keeps whom Venice does not know any longer', async () => {
    await enter('NLR');
    await plant('GoneFromVenice', 'Cittadini');
    clock.advance(dayMs + 1);
    expect(await refresh()).toEqual({ refreshed: 1, changed: 0, unknown: 1, missed: 0, stoppedBy: null });
    expect(await standingOf('GoneFromVenice')).toEqual(['Cittadini', 'creator']);
  });

  it('asks for nobody whose account is closed, and lets a subscription stand when the class falls', async () => {
    const [open, closed] = [await enter('bigbosefx'), await enter('MuranoGlass')];
    await database.client.citizen.update({ where: { id: closed.citizen.id }, data: { closedAt: clock.now() } });
    const subscription = { citizenId: open.citizen.id, subscribedTier: 'creator', clock, ids: systemIds } as const;
    await database.inTransaction((tx) => setSubscribedTier(tx, subscription));
    await changeClass('bigbosefx', 'Facchini');
    clock.advance(dayMs + 1);
    expect(await refresh()).toMatchObject({ refreshed: 1, changed: 0 });
    expect(await standingOf('bigbosefx')).toEqual(['Facchini', 'creator']);
  });

  it('leaves role and sessions as they are', async () => {
    await database.inTransaction((tx) =>
      appointFirstOperators(tx, { usernames: ['DogeAuditor'], clock, ids: systemIds }),
    );
    const { sessionId } = await enter('DogeAuditor');
    clock.advance(dayMs + 1);
    await refresh();
    expect((await citizenByUsername(database.client, 'DogeAuditor'))?.role).toBe('operator');
    expect(await database.client.session.count({ where: { id: sessionId, endedAt: null } })).toBe(1);
  });

  it.each(['fallback', 'sample', 'error', 'throttled', 'unauthorized'] as const)(
    'an outage (%s) changes nobody and ends the run quietly after a few calls',
    async (api) => {
      const usernames = ['NLR', 'bigbosefx', 'MuranoGlass', 'ElenaVeneziana', 'ScholarPriest', 'TipografoAldo'];
      for (const username of usernames) await enter(username);
      const before = await Promise.all(usernames.map(standingOf));
      for (const username of usernames) await changeClass(username, 'Nobili');
      await venice.control({ api, retryAfterSeconds: 0 });
      clock.advance(dayMs + 1);
      const calls = await traffic();
      const report = await refresh();
      expect(report).toMatchObject({ refreshed: 0, changed: 0 });
      expect(report.stoppedBy).not.toBeNull();
      expect((await traffic()) - calls).toBeLessThanOrEqual(8);
      expect(await Promise.all(usernames.map(standingOf))).toEqual(before);
      expect(await changes()).toEqual([]);
      await venice.control({ api: 'normal' });
      clock.advance(5 * 60_000);
      expect(await refresh()).toMatchObject({ refreshed: 6 });
    },
  );

  it('goes on where the last run ended, so that those without an answer keep nobody from their turn', async () => {
    const gone = Array.from({ length: 30 }, (_, index) => `Gone${String(index).padStart(2, '0')}`);
    for (const username of gone) {
      await plant(username, 'Popolani');
      clock.advance(1);
    }
    await plant('NLR', 'Popolani');
    clock.advance(dayMs + 1);
    const few = createVeniceClient({ apiUrl: `${venice.url}/api`, clock, callsPerMinuteMax: 21 });
    const walk: RefreshWalk = { after: null };
    const first = await refreshCitizens({ ...deps, venice: few }, walk);
    expect(first).toMatchObject({ unknown: 20, refreshed: 0, stoppedBy: 'our own limit of calls a minute is reached' });
    clock.advance(5 * 60_000);
    expect(await refreshCitizens({ ...deps, venice: few }, walk)).toMatchObject({ refreshed: 1, stoppedBy: null });
    expect(walk.after).toBeNull();
    expect(await standingOf('NLR')).toEqual(['Nobili', 'enterprise']);
  });

  it('walks more citizens than fit into one batch, each once', async () => {
    for (let index = 0; index < 230; index += 1) await plant(`c${String(index)}`, 'Popolani');
    clock.advance(dayMs + 1);
    const many = createVeniceClient({ apiUrl: `${venice.url}/api`, clock, callsPerMinuteMax: 1_000 });
    const before = await traffic();
    expect(await refreshCitizens({ ...deps, venice: many }, { after: null })).toMatchObject({ unknown: 230 });
    expect((await traffic()) - before).toBe(231);
  });

  it('takes over a known class that is lower, and says so; an unknown word or none lowers nobody', async () => {
    const { citizen } = await enter('bigbosefx');
    for (const word of ['Patricians', '\u200B']) {
      await changeClass('bigbosefx', word);
      await enter('bigbosefx');
      expect(await standingOf('bigbosefx')).toEqual(['Cittadini', 'creator']);
    }
    await changeClass('bigbosefx', 'Facchino');
    await enter('bigbosefx');
    expect(await standingOf('bigbosefx')).toEqual(['Facchino', 'observer']);
    const payload = { from: 'creator', to: 'observer', isRise: false };
    expect(await changes()).toEqual([{ subject: citizen.id, payload }]);
  });

  it('never overwrites what was learned later', async () => {
    await enter('MaskMaker');
    const asOf = new Date(clock.now().getTime() - 1);
    const profile = { username: 'MaskMaker', displayName: 'Old', socialClass: 'Nobili', isAi: true };
    await database.inTransaction((tx) => rememberCitizen(tx, { profile, asOf, clock, ids: systemIds }));
    expect(await standingOf('MaskMaker')).toEqual(['Popolani', 'participant']);
  });

  it('announces a rise once, however many sign-ins see it at the same time', async () => {
    await enter('MaskMaker');
    await changeClass('MaskMaker', 'Cittadini');
    clock.advance(1_000);
    let signIns: Promise<unknown> = Promise.resolve();
    await database.inTransaction(async (tx) => {
      await tx.$executeRaw`SELECT FROM citizen WHERE username = 'MaskMaker' FOR UPDATE`;
      signIns = Promise.all([enter('MaskMaker'), enter('MaskMaker'), enter('MaskMaker')]);
      await vi.waitFor(async () => expect(await waitingInLine()).toBe(2), 5_000);
    });
    await signIns;
    expect(await changes()).toHaveLength(1);
  });

  it('writes nothing private into the log', async () => {
    await enter('NLR');
    clock.advance(dayMs + 1);
    await refresh();
    const raw: unknown = await (await fetch(`${venice.url}/api/citizens/NLR`)).json();
    const { wallet, ducats } = (raw as { citizen: { wallet: string; ducats: number } }).citizen;
    expect(logged).toHaveLength(1);
    expect(logged.join()).not.toContain(wallet);
    expect(logged.join()).not.toContain(String(ducats));
  });

  /** Of those who want one row, the first waits for the transaction that has it, and the others for that first one. */
  async function waitingInLine(): Promise<number> {
    const rows = await database.client.$queryRaw<{ waiting: number }[]>`
      SELECT count(*)::integer AS waiting FROM pg_locks
       WHERE NOT granted AND locktype = 'tuple' AND relation = 'citizen'::regclass`;
    return rows[0]?.waiting ?? 0;
  }

  async function plant(username: string, socialClass: string): Promise<void> {
    const profile = { username, displayName: username, socialClass, isAi: false };
    await database.inTransaction((tx) => rememberCitizen(tx, { profile, clock, ids: systemIds }));
  }
});
