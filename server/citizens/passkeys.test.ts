import { describe, expect, it } from 'vitest';
import { newSessionToken } from '#server/platform/session.ts';
import { testAuthenticator, type Lies } from '#server/testing/authenticator.ts';
import { movableClock } from '#server/testing/clock.ts';
import { testContext } from '#server/testing/context.ts';
import { testDatabase } from '#server/testing/database.ts';
import { codeOf, testBrowser, type TestBrowser } from '#server/testing/factors.ts';
import { sessionStore } from './sessions.ts';

describe('passkeys', async () => {
  const database = await testDatabase();
  const clock = movableClock(new Date('2026-11-21T10:00:10Z'));
  const world = { database, clock };
  const { appUrl: origin } = testContext(world, null);

  async function owner() {
    const browser = await testBrowser(world);
    const authenticator = testAuthenticator({ origin });
    const options = await browser.ask((security) => security.startPasskey());
    const response = authenticator.register(options);
    await browser.ask((security) => security.addPasskey({ response, name: 'Key of the house' }));
    return { browser, authenticator };
  }
  const challenge = (browser: TestBrowser) => browser.ask((security) => security.askForPasskey());

  it('prove a second factor in a session that owes it', async () => {
    const { browser, authenticator } = await owner();
    const next = await testBrowser(world, browser);
    expect(await codeOf(next.ask((security) => security.factors()))).toBe('second_factor_required');
    const options = await challenge(next);
    authenticator.counter += 1;
    const stolen = next.token;
    await next.ask((security) => security.provePasskey({ response: authenticator.assert(options) }));
    expect((await next.ask((security) => security.factors())).passkeys[0]).toMatchObject({
      name: 'Key of the house',
      lastUsedAt: clock.now(),
    });
    expect(await sessionStore(database, clock).find(stolen)).toBeNull();
  });

  it.each<[string, Lies]>([
    ['of another site', { origin: 'https://evil.example' }],
    ['for another host', { rpId: 'evil.example' }],
    ['without the user verified', { isVerified: false }],
    ['with another signature', { signature: Buffer.alloc(70, 1).toString('base64url') }],
  ])('are not accepted %s', async (_, lie) => {
    const { browser, authenticator } = await owner();
    const options = await challenge(browser);
    authenticator.counter += 1;
    const response = authenticator.assert(options, lie);
    expect(await codeOf(browser.ask((security) => security.provePasskey({ response })))).toBe('passkey_failed');
  });

  it.each<[string, Lies]>([
    ['of another site', { origin: 'https://evil.example' }],
    ['for another host', { rpId: 'evil.example' }],
    ['without the user verified', { isVerified: false }],
  ])('are not taken over %s', async (_, lie) => {
    const browser = await testBrowser(world);
    const options = await browser.ask((security) => security.startPasskey());
    const response = testAuthenticator({ origin }).register(options, lie);
    expect(await codeOf(browser.ask((security) => security.addPasskey({ response, name: 'x' })))).toBe(
      'passkey_failed',
    );
    expect((await browser.ask((security) => security.factors())).passkeys).toEqual([]);
  });

  it('answer a challenge once, within five minutes, in the browser that asked', async () => {
    const { browser, authenticator } = await owner();
    const prove = (response: ReturnType<typeof authenticator.assert>) =>
      codeOf(browser.ask((security) => security.provePasskey({ response })));
    const used = await challenge(browser);
    authenticator.counter += 1;
    expect(await prove(authenticator.assert(used))).toBe('done');
    authenticator.counter += 1;
    expect(await prove(authenticator.assert(used))).toBe('passkey_failed');
    const late = await challenge(browser);
    clock.advance(5 * 60_000);
    expect(await prove(authenticator.assert(late))).toBe('passkey_failed');
    const moved = await challenge(browser);
    browser.browserId = newSessionToken();
    expect(await prove(authenticator.assert(moved))).toBe('passkey_failed');
    expect(await prove(authenticator.assert({ challenge: 'bWFkZSB1cA' }))).toBe('passkey_failed');
  });

  it('whose counter goes back, or stays, were copied and are not accepted', async () => {
    const { browser, authenticator } = await owner();
    authenticator.counter = 5;
    const first = authenticator.assert(await challenge(browser));
    expect(await codeOf(browser.ask((security) => security.provePasskey({ response: first })))).toBe('done');
    for (const counter of [5, 4]) {
      authenticator.counter = counter;
      const copy = authenticator.assert(await challenge(browser));
      expect(await codeOf(browser.ask((security) => security.provePasskey({ response: copy })))).toBe('passkey_failed');
    }
  });

  it('of someone else prove nothing, are not found to be renamed or removed, and cannot be taken over', async () => {
    const [own, foreign] = [await owner(), await owner()];
    foreign.authenticator.counter += 1;
    const response = foreign.authenticator.assert(await challenge(own.browser));
    expect(await codeOf(own.browser.ask((security) => security.provePasskey({ response })))).toBe('passkey_failed');
    const [theirs] = (await foreign.browser.ask((security) => security.factors())).passkeys;
    const passkeyId = theirs?.id ?? '';
    const rename = own.browser.ask((security) => security.renamePasskey({ passkeyId, name: 'mine' }));
    expect(await codeOf(rename)).toBe('factor_not_found');
    expect(await codeOf(own.browser.ask((security) => security.removePasskey({ passkeyId })))).toBe('factor_not_found');
    const options = await own.browser.ask((security) => security.startPasskey());
    const taken = foreign.authenticator.register(options);
    expect(await codeOf(own.browser.ask((security) => security.addPasskey({ response: taken, name: 'x' })))).toBe(
      'passkey_failed',
    );
  });

  it('are at most ten for a citizen, and their names are kept tidy', async () => {
    const { browser } = await owner();
    for (let number = 1; number < 10; number += 1) {
      const options = await browser.ask((security) => security.startPasskey());
      const response = testAuthenticator({ origin }).register(options);
      await browser.ask((security) => security.addPasskey({ response, name: `  Key   ${String(number)} ` }));
      clock.advance(60_000);
      await database.client.session.updateMany({ data: { secondFactorAt: clock.now() } });
    }
    const { passkeys } = await browser.ask((security) => security.factors());
    expect(passkeys).toHaveLength(10);
    expect(passkeys[9]?.name).toBe('Key 9');
    expect(await codeOf(browser.ask((security) => security.startPasskey()))).toBe('too_many_passkeys');
  });
});
