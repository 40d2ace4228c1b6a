import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { signIn } from '#server/citizens/flows.ts';
import { createVeniceClient } from '#server/citizens/venice-client.ts';
import { createVeniceDirectory, veniceCache } from '#server/citizens/venice-directory.ts';
import { systemIds } from '#server/platform/ids.ts';
import { once } from '#server/platform/once.ts';
import { startTestVenice } from '#server/sandbox/venice/testing.ts';
import { testContext } from '#server/testing/context.ts';
import { testMarket } from '#server/testing/market.ts';
import { testPrincipal } from '#server/testing/principal.ts';
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
  const deps = {
    inTransaction: database.inTransaction.bind(database),
    venice,
    clock,
    ids: systemIds,
    secret: 'a secret',
  };
  afterAll(() => sandbox.close());
  beforeEach(async () => {
    clock.advance(10 * minuteMs);
    await sandbox.control({ reset: true });
  });

  /** Signs in and answers how the citizen asks from then on. */
  const enter = async (username: string) => {
    const proof = { previousToken: null, method: 'venice', client: { device: '', place: '' } } as const;
    const { citizen } = await signIn(deps, { username, ...proof });
    const caller = createCaller(testContext({ database, clock }, testPrincipal({ citizenId: citizen.id })));
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

  it('tells operators whether Venice is asked', async () => {
    const circuit = () =>
      createCaller(testContext({ database, clock }, testPrincipal({ role: 'operator' }))).venice.circuit();
    expect(await circuit()).toMatchObject({ state: 'closed', openedAt: null });
    await sandbox.control({ api: 'error' });
    await venice.citizen('NLR');
    await venice.citizen('NLR');
    expect(await circuit()).toEqual({ name: 'venice-citizen', state: 'open', failures: 5, openedAt: clock.now() });
    clock.advance(minuteMs);
    expect(await circuit()).toMatchObject({ state: 'half_open' });
  });
});
