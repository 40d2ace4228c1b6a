import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { endSessionOfToken, sessionStore } from '#server/citizens/sessions.ts';
import { createVeniceClient } from '#server/citizens/venice-client.ts';
import { systemClock } from '#server/platform/clock.ts';
import { systemIds } from '#server/platform/ids.ts';
import { readSession, readSessionToken } from '#server/platform/session.ts';
import { sandboxClient } from '#server/sandbox/venice/server.ts';
import { pickCitizen, startTestVenice } from '#server/sandbox/venice/testing.ts';
import { startAuthServer } from '#server/testing/auth-server.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { authOptions } from './auth-options.ts';

type Deps = Parameters<typeof authOptions>[0];

describe('the whole sign-in through next-auth', async () => {
  const database = await testDatabase();
  const venice = await startTestVenice();
  const sessions = sessionStore(database, systemClock);
  const reported: string[] = [];
  const server = await startAuthServer(async (headers) =>
    authOptions({ ...deps, previousToken: await readSessionToken(headers, deps.settings) }),
  );
  const appUrl = server.url;
  vi.stubEnv('NEXTAUTH_URL', appUrl);
  const deps: Deps = {
    settings: {
      appUrl,
      secret: 'a secret for tests, long enough to be one',
      issuer: venice.url,
      clientId: sandboxClient.id,
      clientSecret: sandboxClient.secret,
    },
    signIn: {
      inTransaction: (work) => database.inTransaction(work),
      venice: createVeniceClient({ apiUrl: `${venice.url}/api` }),
      clock: systemClock,
      ids: systemIds,
      secret: 'a secret that only this test knows',
    },
    sessions,
    endSession: (token) => endSessionOfToken(database.client, { token, now: systemClock.now() }),
    client: { device: '', place: '' },
    previousToken: null,
    report: (code) => reported.push(code),
  };
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.close();
    await venice.close();
  });
  beforeEach(async () => {
    reported.length = 0;
    await venice.control({ reset: true });
  });

  const principalOf = (headers: Headers) => readSession(headers, { ...deps.settings, store: sessions });

  /** A browser as far as next-auth can tell: it keeps cookies and follows nothing by itself. */
  class Browser {
    readonly cookies = new Map<string, string>();

    headers(): Headers {
      return new Headers({ cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') });
    }

    async send(method: 'GET' | 'POST', path: string, fields: Record<string, string> = {}) {
      const body = method === 'POST' ? new URLSearchParams(fields) : null;
      const answer = await fetch(`${appUrl}${path}`, { method, headers: this.headers(), body, redirect: 'manual' });
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '') this.cookies.delete(name);
        else this.cookies.set(name, value);
      }
      return { text: await answer.text(), location: answer.headers.get('location'), headers: answer.headers };
    }

    async post(path: string, fields: Record<string, string> = {}) {
      const { csrfToken } = JSON.parse((await this.send('GET', '/api/auth/csrf')).text) as { csrfToken: string };
      return await this.send('POST', path, { ...fields, csrfToken });
    }

    /** As far as the issuer's answer, which the caller may change before it is handed in. */
    async toCallback(username: string, callbackUrl = '/wallet'): Promise<URL> {
      const { location } = await this.post('/api/auth/signin/venice', { callbackUrl });
      return await pickCitizen(venice, new URL(location ?? '').searchParams, username);
    }

    finish(callback: URL) {
      return this.send('GET', `${callback.pathname}${callback.search}`);
    }

    async signIn(username: string) {
      return await this.finish(await this.toCallback(username));
    }

    principal() {
      return principalOf(this.headers());
    }
  }

  it('signs a citizen in, brings them back, and the cookie proves who they are', async () => {
    const browser = new Browser();
    const answer = await browser.signIn('NLR');
    expect(answer.location).toBe(`${appUrl}/wallet`);
    expect(await browser.principal()).toMatchObject({ username: 'NLR', tier: 'enterprise' });
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('cascade-session='));
    expect(cookie).toMatch(/; Path=\/; .*HttpOnly; SameSite=Lax$/);
  });

  it('signing out ends the session itself: a copy of the cookie is refused on the very next read', async () => {
    const browser = new Browser();
    await browser.signIn('NLR');
    const stolen = browser.headers();
    await browser.post('/api/auth/signout');
    expect(browser.cookies.has('cascade-session')).toBe(false);
    expect(await principalOf(stolen)).toBeNull();
  });

  it('signing in anew ends the session before it', async () => {
    const browser = new Browser();
    await browser.signIn('NLR');
    const before = browser.headers();
    await browser.signIn('bigbosefx');
    expect(await principalOf(before)).toBeNull();
    expect(await browser.principal()).toMatchObject({ username: 'bigbosefx' });
  });

  it.each(['state', 'code', 'iss'])('refuses an answer whose %s was changed, and opens no session', async (name) => {
    const browser = new Browser();
    const callback = await browser.toCallback('NLR');
    callback.searchParams.set(name, 'http://changed.example');
    const answer = await browser.finish(callback);
    expect(answer.location).toBe(`${appUrl}/api/auth/error?error=OAuthCallback`);
    expect(await browser.principal()).toBeNull();
  });

  it('refuses an answer in a browser that did not ask, and an answer brought twice', async () => {
    const [victim, attacker] = [new Browser(), new Browser()];
    const callback = await attacker.toCallback('bigbosefx');
    await victim.finish(callback);
    expect(await victim.principal()).toBeNull();
    await attacker.finish(callback);
    const again = await attacker.finish(callback);
    expect(again.location).toBe(`${appUrl}/api/auth/error?error=OAuthCallback`);
  });

  it.each([
    ['Nobody', 'citizen_not_found'],
    ['RepublicTreasury', 'system_citizen'],
  ])('brings %s back to the sign-in page with the code %s', async (username, code) => {
    const browser = new Browser();
    expect((await browser.signIn(username)).location).toBe(`${appUrl}/sign-in?error=${code}`);
    expect(await browser.principal()).toBeNull();
    expect(reported).toEqual([code]);
  });

  it('refuses a newcomer while Venice is away', async () => {
    await venice.control({ api: 'fallback' });
    expect((await new Browser().signIn('GoldBeater')).location).toBe(`${appUrl}/sign-in?error=venice_unavailable`);
  });

  it('shows nothing of the inside when something breaks', async () => {
    const browser = new Browser();
    const callback = await browser.toCallback('NLR');
    await asSuperuser(database, 'ALTER TABLE session RENAME TO session_away');
    const answer = await browser.finish(callback);
    await asSuperuser(database, 'ALTER TABLE session_away RENAME TO session');
    expect(answer.location).toBe(`${appUrl}/sign-in?error=internal`);
  });

  it('drops the cookie of a session that is over, and tells a page nothing but the end of the session', async () => {
    const browser = new Browser();
    await browser.signIn('NLR');
    const shown: unknown = JSON.parse((await browser.send('GET', '/api/auth/session')).text);
    expect(shown).toEqual({ expires: expect.any(String) as string });
    const principal = await browser.principal();
    await sessions.end(principal?.sessionId ?? '');
    expect((await browser.send('GET', '/api/auth/session')).text).toBe('{}');
    expect(browser.cookies.has('cascade-session')).toBe(false);
  });

  it('starts nothing without its own token against forged requests', async () => {
    const browser = new Browser();
    const answer = await browser.send('POST', '/api/auth/signin/venice', { callbackUrl: '/' });
    expect(answer.location).toBe(`${appUrl}/api/auth/signin?csrf=true`);
  });

  it('never leads to a foreign address afterwards', async () => {
    const browser = new Browser();
    const callback = await browser.toCallback('NLR', 'https://evil.example/wallet');
    expect(new URL((await browser.finish(callback)).location ?? '').origin).toBe(appUrl);
  });

  it('asks for Secure cookies exactly when the product is reached over https', () => {
    const secure = { ...deps, settings: { ...deps.settings, appUrl: 'https://cascade.example' } };
    expect(authOptions(secure).useSecureCookies).toBe(true);
    expect(authOptions(deps).useSecureCookies).toBe(false);
  });
});
