import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestVenice } from '#server/sandbox/venice/testing.ts';
import { movableClock } from '#server/testing/clock.ts';
import { readCitizenAnswer } from './venice-answer.ts';
import { createVeniceClient } from './venice-client.ts';

describe('asking Venice for a citizen', async () => {
  const clock = movableClock(new Date());
  const venice = await startTestVenice({ clock });
  const outages: string[] = [];
  const client = createVeniceClient({
    apiUrl: `${venice.url}/api`,
    totalTimeoutMs: 400,
    onOutage: (reason) => outages.push(reason),
  });
  afterAll(() => venice.close());
  beforeEach(async () => {
    outages.length = 0;
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

  it.each(['fallback', 'error', 'unauthorized', 'hang'] as const)('takes the state %s for an outage', async (api) => {
    await venice.control({ api });
    expect(await client.citizen('NLR')).toMatchObject({ status: 'outage' });
    expect(outages).toHaveLength(1);
  });

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
    ['text', undefined],
  ])('takes %s for an outage', (_, body) => {
    expect(read(body)).toMatchObject({ status: 'outage' });
  });

  it('believes a 404 only in the form that Venice gives it', () => {
    expect(read({ success: false, error: 'Citizen not found' }, 404)).toEqual({ status: 'not_found' });
    expect(read(undefined, 404)).toMatchObject({ status: 'outage' });
  });
});
