import { encode } from 'next-auth/jwt';
import { describe, expect, it } from 'vitest';
import { testPrincipal } from '#server/testing/principal.ts';
import { authSecret, newSessionToken, readSession, readSessionToken, sessionCookieName } from './session.ts';
import type { SessionStore } from './session.ts';

const plain = { secret: 's'.repeat(32), appUrl: 'http://localhost:3000' };
const secure = { ...plain, appUrl: 'https://cascade.example' };
const token = newSessionToken();

const seal = (options: { secret: string }, claims: Record<string, unknown> = { token }, maxAge = 60) =>
  encode({ token: claims, secret: authSecret(options.secret), maxAge });
const withCookie = (cookie: string) => new Headers({ cookie });

const principal = testPrincipal({ username: 'NLR' });

/** A store with one live session that notes what it was asked for. */
function memoryStore(): SessionStore & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    find: (id) => {
      asked.push(id);
      return Promise.resolve(id === token ? principal : null);
    },
    isLive: () => Promise.resolve(true),
    end: () => Promise.resolve(),
  };
}

describe('reading the session of a request', () => {
  it('finds the principal of a sealed cookie', async () => {
    const headers = withCookie(`theme=dark; cascade-session=${await seal(plain)}; other=1`);
    expect(await readSession(headers, { ...plain, store: memoryStore() })).toEqual(principal);
  });

  it('asks the store each time, so that an ended session is refused although its cookie is authentic', async () => {
    const store = memoryStore();
    const ended = newSessionToken();
    const headers = withCookie(`cascade-session=${await seal(plain, { token: ended })}`);
    expect(await readSession(headers, { ...plain, store })).toBeNull();
    expect(store.asked).toEqual([ended]);
  });

  it('takes over https only the cookie that only https can set', async () => {
    const sealed = await seal(secure);
    expect(sessionCookieName(secure.appUrl)).toBe('__Host-cascade-session');
    expect(await readSessionToken(withCookie(`__Host-cascade-session=${sealed}`), secure)).toBe(token);
    expect(await readSessionToken(withCookie(`cascade-session=${sealed}`), secure)).toBeNull();
  });

  it('never asks the store for a cookie that a foreign secret sealed', async () => {
    const store = memoryStore();
    const foreign = await seal({ secret: 'f'.repeat(32) });
    expect(await readSession(withCookie(`cascade-session=${foreign}`), { ...plain, store })).toBeNull();
    expect(store.asked).toEqual([]);
  });

  it.each([
    ['no cookie', ''],
    ['an empty cookie', 'cascade-session='],
    ['noise', 'cascade-session=a.b.c'],
    ['an unsecured token', 'cascade-session=eyJhbGciOiJub25lIn0.eyJzZXNzaW9uSWQiOiIxIn0.'],
    ['a nameless cookie', '=x; ;;'],
  ])('takes %s for nobody', async (_, cookie) => {
    expect(await readSessionToken(withCookie(cookie), plain)).toBeNull();
  });

  it('takes a tampered, an outdated and a foreign-shaped token for nobody', async () => {
    const sealed = await seal(plain);
    const flipped = `${sealed.slice(0, -2)}${sealed.endsWith('AA') ? 'BB' : 'AA'}`;
    const outdated = await seal(plain, { token }, -60);
    const shapes = [{ sub: token }, { token: 7 }, { token: `${token}' OR true` }];
    const foreign = await Promise.all(shapes.map((shape) => seal(plain, shape)));
    for (const value of [flipped, outdated, ...foreign]) {
      expect(await readSessionToken(withCookie(`cascade-session=${value}`), plain)).toBeNull();
    }
  });

  it("does not accept next-auth's other cookies, sealed by the same secret, as a session", async () => {
    const salt = 'next-auth.state';
    const state = await encode({ token: { token }, secret: authSecret(plain.secret), salt });
    expect(await readSessionToken(withCookie(`cascade-session=${state}`), plain)).toBeNull();
  });
});
