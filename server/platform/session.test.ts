import { encode } from 'next-auth/jwt';
import { describe, expect, it } from 'vitest';
import { authSecret, readSession, readSessionId, sessionCookieName } from './session.ts';
import type { Principal, SessionStore } from './session.ts';

const plain = { secret: 's'.repeat(32), appUrl: 'http://localhost:3000' };
const secure = { ...plain, appUrl: 'https://cascade.example' };
const sessionId = '01890000-0000-7000-8000-000000000001';

const seal = (options: { secret: string }, token: Record<string, unknown> = { sessionId }, maxAge = 60) =>
  encode({ token, secret: authSecret(options.secret), maxAge });
const withCookie = (cookie: string) => new Headers({ cookie });

const principal: Principal = {
  citizenId: '01890000-0000-7000-8000-000000000002',
  username: 'NLR',
  displayName: 'Niccolò Loredan',
  tier: 'enterprise',
  role: 'citizen',
  sessionId,
};

/** A store with one live session that notes what it was asked for. */
function memoryStore(): SessionStore & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    find: (id) => {
      asked.push(id);
      return Promise.resolve(id === sessionId ? principal : null);
    },
    end: () => Promise.resolve(),
  };
}

describe('reading the session of a request', () => {
  it('finds the principal of a sealed cookie', async () => {
    const headers = withCookie(`theme=dark; next-auth.session-token=${await seal(plain)}; other=1`);
    expect(await readSession(headers, { ...plain, store: memoryStore() })).toEqual(principal);
  });

  it('asks the store each time, so that an ended session is refused although its cookie is authentic', async () => {
    const store = memoryStore();
    const ended = '01890000-0000-7000-8000-00000000dead';
    const headers = withCookie(`next-auth.session-token=${await seal(plain, { sessionId: ended })}`);
    expect(await readSession(headers, { ...plain, store })).toBeNull();
    expect(store.asked).toEqual([ended]);
  });

  it('joins a cookie that was split into chunks, and refuses one with a missing chunk', async () => {
    const token = await seal(plain);
    const [first, second, third] = [token.slice(0, 50), token.slice(50, 90), token.slice(90)];
    const name = 'next-auth.session-token';
    const whole = withCookie(`${name}.2=${third}; ${name}.0=${first}; ${name}.1=${second}`);
    expect(await readSessionId(whole, plain)).toBe(sessionId);
    expect(await readSessionId(withCookie(`${name}.0=${first}; ${name}.2=${third}`), plain)).toBeNull();
  });

  it('takes over https only the cookie that only https can set', async () => {
    const token = await seal(secure);
    expect(sessionCookieName(secure.appUrl)).toBe('__Secure-next-auth.session-token');
    expect(await readSessionId(withCookie(`__Secure-next-auth.session-token=${token}`), secure)).toBe(sessionId);
    expect(await readSessionId(withCookie(`next-auth.session-token=${token}`), secure)).toBeNull();
  });

  it('never asks the store for a cookie that a foreign secret sealed', async () => {
    const store = memoryStore();
    const foreign = await seal({ secret: 'f'.repeat(32) });
    expect(await readSession(withCookie(`next-auth.session-token=${foreign}`), { ...plain, store })).toBeNull();
    expect(store.asked).toEqual([]);
  });

  it.each([
    ['no cookie', ''],
    ['an empty cookie', 'next-auth.session-token='],
    ['noise', 'next-auth.session-token=a.b.c'],
    ['an unsecured token', 'next-auth.session-token=eyJhbGciOiJub25lIn0.eyJzZXNzaW9uSWQiOiIxIn0.'],
    ['a nameless cookie', '=x; ;;'],
  ])('takes %s for nobody', async (_, cookie) => {
    expect(await readSessionId(withCookie(cookie), plain)).toBeNull();
  });

  it('takes a tampered, an outdated and a foreign-shaped token for nobody', async () => {
    const token = await seal(plain);
    const flipped = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
    const outdated = await seal(plain, { sessionId }, -60);
    const shapes = [{ sub: sessionId }, { sessionId: 7 }, { sessionId: `${sessionId}' OR true` }];
    const foreign = await Promise.all(shapes.map((shape) => seal(plain, shape)));
    for (const value of [flipped, outdated, ...foreign]) {
      expect(await readSessionId(withCookie(`next-auth.session-token=${value}`), plain)).toBeNull();
    }
  });

  it("does not accept next-auth's other cookies, sealed by the same secret, as a session", async () => {
    const salt = 'next-auth.state';
    const state = await encode({ token: { sessionId }, secret: authSecret(plain.secret), salt });
    expect(await readSessionId(withCookie(`next-auth.session-token=${state}`), plain)).toBeNull();
  });
});
