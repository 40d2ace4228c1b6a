import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestVenice } from '#server/sandbox/venice/testing.ts';
import { movableClock } from '#server/testing/clock.ts';
import { readCitizenAnswer, readListAnswer, veniceProfileSchema } from './venice-answer.ts';
import { createVeniceClient } from './venice-client.ts';

describe('asking Venice for a citizen', async () => {
  const clock = movableClock(new Date());
  const venice = await startTestVenice({ clock });
  const outages: string[] = [];
  const client = createVeniceClient({
    apiUrl: `${venice.url}/api`,
    totalTimeoutMs: 400,
    clock,
    onOutage: (reason) => outages.push(reason),
  });
  afterAll(() => venice.close());
  beforeEach(async () => {
    outages.length = 0;
    clock.advance(60_000); // whatever the test before brought about, Venice may be asked again
    await venice.control({ reset: true });
  });

  it('takes over name, class and nature, and nothing private', async () => {
    expect(await client.citizen('SpiceMerchant7')).toEqual({
      status: 'found',
      profile: { username: 'SpiceMerchant7', displayName: 'Marin Contarini', socialClass: 'Cittadini', isAi: true },
    });
  });

  it.each(['legacy', 'odd'] as const)('reads the same citizen from %s spelling', async (casing) => {
    const today = await client.citizen('TipografoAldo');
    await venice.control({ casing });
    expect(await client.citizen('TipografoAldo')).toEqual(today);
  });

  it('takes a 404 for "not found", and citizen: null in the five minutes after it as well', async () => {
    expect(await client.citizen('Nobody')).toEqual({ status: 'not_found' });
    const raw = await fetch(`${venice.url}/api/citizens/Nobody`);
    expect([raw.status, await raw.json()]).toEqual([200, { success: true, citizen: null }]);
    expect(await client.citizen('Nobody')).toEqual({ status: 'not_found' });
    clock.advance(5 * 60_000 + 1);
    expect((await fetch(`${venice.url}/api/citizens/Nobody`)).status).toBe(404);
  });

  it('is exact about upper and lower case', async () => {
    expect(await client.citizen('nlr')).toEqual({ status: 'not_found' });
  });

  it.each(['fallback', 'sample', 'error', 'throttled', 'unauthorized', 'hang'] as const)(
    'takes the state %s for an outage',
    async (api) => {
      await venice.control({ api });
      expect(await client.citizen('NLR')).toMatchObject({ status: 'outage' });
      expect(outages).toHaveLength(1);
    },
  );

  it('takes a machine that is not there for an outage', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const nobody = createVeniceClient({ apiUrl: `http://127.0.0.1:${String(port)}/api` });
    expect(await nobody.citizen('NLR')).toMatchObject({ status: 'outage' });
  });

  it('sends no invalid username', async () => {
    await expect(client.citizen('../relationships')).rejects.toThrow();
  });
});

describe('asking Venice for everyone', async () => {
  const clock = movableClock(new Date());
  const venice = await startTestVenice({ clock });
  const client = createVeniceClient({ apiUrl: `${venice.url}/api`, clock, totalTimeoutMs: 2_000 });
  afterAll(() => venice.close());
  beforeEach(async () => {
    clock.advance(60_000);
    await venice.control({ reset: true });
  });

  it.each(['today', 'legacy', 'odd'] as const)('reads the list in %s spelling, bare or not', async (casing) => {
    await venice.control({ casing });
    const answer = await client.everyone();
    const profiles = answer.status === 'found' ? answer.profiles : new Map();
    expect(profiles.size).toBeGreaterThan(40);
    expect(profiles.get('SpiceMerchant7')).toEqual({
      username: 'SpiceMerchant7',
      displayName: 'Marin Contarini',
      socialClass: 'Cittadini',
      isAi: true,
    });
  });

  it.each(
    (['fallback', 'sample', 'error'] as const).flatMap((api) =>
      (['today', 'legacy', 'odd'] as const).map((casing) => [api, casing] as const),
    ),
  )('takes the sample citizens for an outage, marked or not: %s, %s', async (api, casing) => {
    await venice.control({ api, casing });
    expect(await client.everyone()).toMatchObject({ status: 'outage' });
  });
});

describe('reading an answer', () => {
  const read = (body: unknown, httpStatus = 200) => readCitizenAnswer({ httpStatus, body, username: 'NLR' });

  it('ignores case and underscores in keys and knows both words for the username', () => {
    const citizen = { CITIZEN_NAME: 'NLR', First_Name: 'Niccolò', lastname: 'Loredan', SocialClass: 'Nobili', IsAI: 1 };
    expect(read({ Success: true, Citizen: citizen })).toEqual({
      status: 'found',
      profile: { username: 'NLR', displayName: 'Niccolò Loredan', socialClass: 'Nobili', isAi: true },
    });
  });

  it('takes absent fields for empty ones', () => {
    expect(read({ success: true, citizen: { username: 'NLR' } })).toEqual({
      status: 'found',
      profile: { username: 'NLR', displayName: 'NLR', socialClass: null, isAi: false },
    });
  });

  it.each([
    ['a record about someone else', { success: true, citizen: { username: 'marco_polo' } }],
    ['another spelling of the name', { success: true, citizen: { username: 'nlr' } }],
    ['data with the mark of the fallback', { success: true, _fallback: true, citizen: { username: 'NLR' } }],
    ['a success without a citizen', { success: true }],
    ['a failure with status 200', { success: false, citizen: null }],
    ['a list', [{ username: 'NLR' }]],
    ['a citizen without a name', { success: true, citizen: { socialClass: 'Nobili' } }],
    ['text', undefined],
  ])('takes %s for an outage', (_, body) => {
    expect(read(body)).toMatchObject({ status: 'outage' });
  });

  it('believes a 404 only in the form that Venice gives it', () => {
    expect(read({ success: false, error: 'Citizen not found' }, 404)).toEqual({ status: 'not_found' });
    expect(read(undefined, 404)).toMatchObject({ status: 'outage' });
  });

  it('takes the three sample citizens for an outage, and believes a citizen who only shares a name with one', () => {
    const ask = (citizen: { username: string; socialClass: string }) =>
      readCitizenAnswer({ httpStatus: 200, body: { success: true, citizen }, username: citizen.username }).status;
    expect(ask({ username: 'doge_venice', socialClass: 'Noble' })).toBe('outage');
    expect(ask({ username: 'doge_venice', socialClass: 'Nobili' })).toBe('found');
  });

  it('leaves out of a list whom it cannot read, and believes a list that is empty', () => {
    const list = (body: unknown) => readListAnswer({ httpStatus: 200, body });
    const citizens = [{ username: 'NLR' }, { username: "x' OR 1" }, null, 'NLR', { firstName: 'Nobody' }];
    const answer = list({ success: true, citizens });
    expect(answer.status === 'found' ? [...answer.profiles.keys()] : answer).toEqual(['NLR']);
    expect(list([])).toEqual({ status: 'found', profiles: new Map() });
    expect(list({ success: true })).toMatchObject({ status: 'outage' });
    expect(list({ success: false, citizens })).toMatchObject({ status: 'outage' });
    expect(list([{ firstName: 'Nobody' }])).toMatchObject({ status: 'outage' });
  });

  it('reads names of four-byte characters in the length that the books hold, so that a cache takes them too', () => {
    const answer = read({ success: true, citizen: { username: 'NLR', firstName: '😀'.repeat(500) } });
    expect(answer.status === 'found' && veniceProfileSchema.safeParse(answer.profile).success).toBe(true);
  });
});
