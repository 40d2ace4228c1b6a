import { beforeEach, describe, expect, it } from 'vitest';
import { limitClasses } from '#server/platform/rate-limit-classes.ts';
import { once } from '#server/platform/once.ts';
import { createLimits } from '#server/platform/rate-limit.ts';
import { movableClock } from '#server/testing/clock.ts';
import { testFront } from '#server/testing/front.ts';

// No window ends while a test counts.
once('limits', () => createLimits({ clock: movableClock(new Date('2026-05-01T10:00:20Z')) }));
const front = await testFront();
const reads = limitClasses.read.calls.address.local;
const signIns = limitClasses.sign_in.calls.address.local;

/** Every test comes from an address of its own, behind one trusted proxy. */
let tests = 0;
let forwarded: Record<string, string>;
beforeEach(() => {
  tests += 1;
  front.trustedProxyHops = 1;
  forwarded = { 'x-forwarded-for': `203.0.113.${String(tests)}` };
});

interface Told {
  limit: number;
  remaining: number;
  resetSeconds: number;
  retryAfter: string | null;
}

function told({ headers }: Response): Told {
  const figure = (name: string) => Number(headers.get(name) ?? Number.NaN);
  return {
    limit: figure('ratelimit-limit'),
    remaining: figure('ratelimit-remaining'),
    resetSeconds: figure('ratelimit-reset'),
    retryAfter: headers.get('retry-after'),
  };
}

function batch(size: number): Promise<Response> {
  const names = Array.from({ length: size }, () => 'session.current').join(',');
  return fetch(`${front.base}/api/trpc/${names}?batch=1&input={}`, { headers: forwarded });
}

function step(action: string, headers: Record<string, string> = {}, method = 'POST'): Promise<Response> {
  return fetch(`${front.base}/api/auth/${action}`, {
    method,
    headers: { origin: front.base, ...forwarded, ...headers },
    redirect: 'manual',
  });
}

async function uses(up: number, one: () => Promise<Response>): Promise<number[]> {
  const statuses: number[] = [];
  for (let call = 0; call < up; call += 1) statuses.push((await one()).status);
  return statuses;
}

describe('a tRPC call', () => {
  it('tells what is left of the limit and until when', async () => {
    const first = told(await batch(1));
    expect(first).toMatchObject({ limit: reads, remaining: reads - 1, retryAfter: null });
    expect(first.resetSeconds).toBe(40);
  });

  it('counts for itself in a batch: ten take ten, and the answer tells the least that was left', async () => {
    const before = told(await batch(1)).remaining;
    expect(told(await batch(10)).remaining).toBe(before - 10);
    expect(told(await batch(1)).remaining).toBe(before - 11);
  });

  it('over the limit is 429, says in headers and details alike when to come back, and can be one of a batch', async () => {
    for (let left = reads - 5; left > 0; left -= 10) await batch(Math.min(10, left));
    const mixed = await batch(10);
    expect(mixed.status).toBe(207);
    const outcomes = (await mixed.json()) as { error?: { json: { data: { refusal: unknown } } } }[];
    expect(outcomes.filter(({ error }) => error === undefined)).toHaveLength(5);
    const refused = await batch(1);
    expect(refused.status).toBe(429);
    const [outcome] = (await refused.json()) as { error: { json: { data: { refusal: unknown } } } }[];
    const { resetSeconds, retryAfter, ...rest } = told(refused);
    expect(rest).toEqual({ limit: reads, remaining: 0 });
    expect(retryAfter).toBe(String(resetSeconds));
    expect(outcome?.error.json.data.refusal).toMatchObject({
      code: 'rate_limited',
      details: { limit: 'read', calls: reads, retryAfterSeconds: resetSeconds },
    });
    expect(told(mixed)).toMatchObject({ remaining: 0, retryAfter: expect.any(String) as string });
  });
});

describe('a statement', () => {
  it('over the limit is a problem document that says when to come back', async () => {
    const { address } = limitClasses.statement.calls;
    const ask = () => fetch(`${front.base}/api/wallet/statement.csv`, { headers: forwarded });
    expect(new Set(await uses(address.local, ask))).toEqual(new Set([401]));
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    const { resetSeconds, retryAfter, ...rest } = told(refused);
    expect({ ...rest, retryAfter }).toEqual({
      limit: address.local,
      remaining: 0,
      retryAfter: String(resetSeconds),
    });
  });
});

describe('a sign-in', () => {
  it('is counted by address before next-auth sees it, whichever of its steps it is', async () => {
    const reached = front.pagesSeen.length;
    const steps = [
      () => step('signin/venice'),
      () => step('callback/venice'),
      () => step('callback/venice', {}, 'GET'),
    ];
    for (let call = 0; call < signIns; call += 1) {
      const answer = await steps[call % steps.length]?.();
      expect(answer?.status).toBe(200);
      expect(answer === undefined ? null : told(answer).remaining).toBe(signIns - call - 1);
    }
    for (const one of steps) {
      const refused = await one();
      expect(refused.status).toBe(429);
      expect(refused.headers.get('content-type')).toBe('application/problem+json');
      expect(await refused.json()).toMatchObject({ code: 'rate_limited', details: { limit: 'sign_in' } });
      expect(told(refused)).toMatchObject({ limit: signIns, remaining: 0, retryAfter: expect.any(String) as string });
    }
    expect(front.pagesSeen.length).toBe(reached + signIns);
  });

  it('over the limit leads a browser back to the sign-in page, with 429 all the same', async () => {
    await uses(signIns, () => step('signin/venice'));
    const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html,*/*;q=0.8' };
    const refused = await step('signin/venice', form);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('refresh')).toBe('0; url=/sign-in?error=rate_limited');
    expect(await refused.text()).toContain('href="/sign-in?error=rate_limited"');
    expect(told(refused).retryAfter).toBe(refused.headers.get('ratelimit-reset'));
  });

  it('over the limit keeps nobody from signing out or from reading', async () => {
    await uses(signIns + 1, () => step('signin/venice'));
    expect((await step('signout')).status).toBe(200);
    expect((await step('session', {}, 'GET')).status).toBe(200);
    expect((await batch(1)).status).toBe(200);
  });
});

describe('the address that counts', () => {
  it('is the peer’s where no proxy is trusted, whatever the client writes', async () => {
    front.trustedProxyHops = 0;
    let wishes = 0;
    const pretend = () => {
      wishes += 1;
      const wish = `198.51.100.${String(wishes)}`;
      return step('signin/venice', { 'x-forwarded-for': wish, 'x-cascade-address': wish, forwarded: `for=${wish}` });
    };
    expect((await uses(signIns + 1, pretend)).at(-1)).toBe(429);
  });

  it('is what the trusted proxy wrote, whatever the client wrote before it', async () => {
    let wishes = 0;
    const pretend = () => {
      wishes += 1;
      return step('signin/venice', { 'x-forwarded-for': `198.51.100.${String(wishes)}, 192.0.2.77` });
    };
    expect((await uses(signIns + 1, pretend)).at(-1)).toBe(429);
    const other = await step('signin/venice', { 'x-forwarded-for': '192.0.2.77, 192.0.2.78' });
    expect(other.status).toBe(200);
  });

  it('is one for a whole IPv6 network', async () => {
    let hosts = 0;
    const move = () => {
      hosts += 1;
      return step('signin/venice', { 'x-forwarded-for': `2001:db8:5:6::${hosts.toString(16)}` });
    };
    expect((await uses(signIns + 1, move)).at(-1)).toBe(429);
    expect((await step('signin/venice', { 'x-forwarded-for': '2001:db8:5:7::1' })).status).toBe(200);
  });
});
