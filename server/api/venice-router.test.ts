import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { signIn } from '#server/citizens/flows.ts';
import { createVeniceClient } from '#server/citizens/venice-client.ts';
import { createVeniceDirectory, veniceCache } from '#server/citizens/venice-directory.ts';
import { systemIds } from '#server/platform/ids.ts';
import { once } from '#server/platform/once.ts';
import { createLimits } from '#server/platform/rate-limit.ts';
import { startTestVenice } from '#server/sandbox/venice/testing.ts';
import { testMarket } from '#server/testing/market.ts';
import { createCaller } from './root.ts';

const minuteMs = 60_000;

describe("a citizen's standing in Venice", async () => {
  const { database, clock } = await testMarket();
  const sandbox = await startTestVenice({ clock });
  const apiUrl = `${sandbox.url}/api`;
  const venice = once('venice', () =>
    createVeniceDirectory({
      client: createVeniceClient({ apiUrl, clock, random: () => 0 }),
      cache: veniceCache({ apiUrl, redis: null, clock }),
      clock,
    }),
  );
  const deps = { inTransaction: database.inTransaction.bind(database), venice, clock, ids: systemIds };
  afterAll(() => sandbox.close());
  beforeEach(async () => {
    clock.advance(10 * minuteMs);
    await sandbox.control({ reset: true });
  });

  /** Signs in and answers how the citizen asks from then on. */
  const enterAs = async (username: string, operatorUsernames: string[]) => {
    const input = { username, previousSessionId: null };
    const { citizen, sessionId } = await signIn({ ...deps, operatorUsernames }, input);
    return createCaller({
      database,
      clock,
      ids: systemIds,
      principal: { ...citizen, citizenId: citizen.id, sessionId },
      requestId: 'test',
      caller: citizen.id,
      limits: createLimits({ clock }),
      stripe: {} as never,
      appUrl: 'http://127.0.0.1',
      secret: 'a secret of at least thirty-two characters',
    });
  };
  const enter = async (username: string) => {
    const caller = await enterAs(username, []);
    return () => caller.venice.standing();
  };

  it('is what Venice says, a rise included as soon as somebody looks', async () => {
    const standing = await enter('ElenaVeneziana');
    const asOf = clock.now();
    expect(await standing()).toMatchObject({ socialClass: 'Popolani', tier: 'participant', asOf, isStale: false });
    await sandbox.control({ citizen: { username: 'ElenaVeneziana', socialClass: 'Cittadini' } });
    clock.advance(5 * minuteMs);
    expect(await standing()).toMatchObject({ tier: 'creator', asOf: clock.now(), isStale: false });
    expect(await database.client.outboxEvent.count({ where: { type: 'citizen.tier_changed' } })).toBe(1);
  });

  it.each(['fallback', 'error', 'unauthorized'] as const)(
    'is what Venice said last while it is away (%s), marked as stale with its time, however long that is ago',
    async (api) => {
      const standing = await enter('rialto_banker');
      const asOf = clock.now();
      await sandbox.control({ api });
      expect(await standing()).toMatchObject({ asOf, isStale: false });
      clock.advance(5 * minuteMs);
      expect(await standing()).toMatchObject({ tier: 'creator', asOf, isStale: true });
      clock.advance(3 * 24 * 60 * minuteMs);
      expect(await standing()).toMatchObject({ tier: 'creator', socialClass: 'Cittadini', asOf, isStale: true });
    },
  );

  it('tells operators, and nobody else, whether Venice is asked', async () => {
    const asCitizen = await enterAs('NLR', []);
    await expect(asCitizen.venice.circuit()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const asOperator = await enterAs('DogeAuditor', ['DogeAuditor']);
    expect(await asOperator.venice.circuit()).toMatchObject({ state: 'closed', openedAt: null });
    await sandbox.control({ api: 'error' });
    await venice.citizen('NLR');
    await venice.citizen('NLR');
    const openedAt = clock.now();
    expect(await asOperator.venice.circuit()).toEqual({ name: 'venice-citizen', state: 'open', failures: 5, openedAt });
    clock.advance(minuteMs);
    expect(await asOperator.venice.circuit()).toMatchObject({ state: 'half_open' });
  });
});
