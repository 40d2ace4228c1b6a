import { describe, expect, it } from 'vitest';
import { frontSecret, testFront } from '#server/testing/front.ts';
import { procedureTable } from '#server/testing/procedures.ts';
import { signedInCitizen } from '#server/testing/sessions.ts';
import { appRouter } from './root.ts';

const front = await testFront();
const { cookie } = await signedInCitizen(front.direct, { username: 'Marin', secret: frontSecret });

const mutations = procedureTable(appRouter)
  .filter(({ type }) => type === 'mutation')
  .map(({ path }) => path);

interface Forgery {
  title: string;
  method?: 'GET';
  headers: Record<string, string>;
  /** The statuses that say "not from there", and never "not with this input". */
  refusedWith: readonly number[];
}

const json = { 'content-type': 'application/json' };
const forgeries: readonly Forgery[] = [
  { title: 'another origin', headers: { ...json, origin: 'https://evil.example' }, refusedWith: [403] },
  { title: 'the origin "null"', headers: { ...json, origin: 'null' }, refusedWith: [403] },
  { title: 'no origin', headers: json, refusedWith: [403] },
  { title: 'a lookalike origin', headers: { ...json, origin: `${front.base}.evil.example` }, refusedWith: [403] },
  {
    title: 'our origin, but another site by its own word',
    headers: { ...json, origin: front.base, 'sec-fetch-site': 'cross-site' },
    refusedWith: [403],
  },
  {
    title: 'a form',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: front.base },
    refusedWith: [415],
  },
  {
    title: 'a form with files',
    headers: { 'content-type': 'multipart/form-data; boundary=x', origin: front.base },
    refusedWith: [415],
  },
  { title: 'plain text', headers: { 'content-type': 'text/plain', origin: front.base }, refusedWith: [415] },
  {
    title: 'a type of its own',
    headers: { 'content-type': 'application/octet-stream', origin: front.base },
    refusedWith: [415],
  },
  { title: 'a plain link', method: 'GET', headers: { origin: front.base }, refusedWith: [405] },
];

function send(path: string, { method, headers }: Pick<Forgery, 'method' | 'headers'>): Promise<Response> {
  const input = JSON.stringify({ json: {} });
  const url = `${front.base}/api/trpc/${path}`;
  if (method === 'GET') return fetch(`${url}?input=${encodeURIComponent(input)}`, { headers: { ...headers, cookie } });
  return fetch(url, { method: 'POST', body: input, headers: { ...headers, cookie } });
}

describe('a request that another site sends with the cookies of its visitor', () => {
  it.each(forgeries)('is refused at every mutation when it comes with $title', async (forgery) => {
    const passed: string[] = [];
    for (const path of mutations) {
      const { status } = await send(path, forgery);
      if (!forgery.refusedWith.includes(status)) passed.push(`${path} answered ${String(status)}`);
    }
    expect(passed).toEqual([]);
  });

  it('reaches the sign-in of next-auth no further', async () => {
    for (const path of ['/api/auth/signin/venice', '/api/auth/signout', '/api/auth/callback/venice']) {
      const forms = { 'content-type': 'application/x-www-form-urlencoded' };
      const foreign = { ...forms, origin: 'https://evil.example', cookie };
      expect((await fetch(`${front.base}${path}`, { method: 'POST', headers: foreign, body: 'a=b' })).status).toBe(403);
      expect((await fetch(`${front.base}${path}`, { method: 'POST', headers: forms, body: 'a=b' })).status).toBe(403);
    }
  });

  it('is told apart from our own pages, which reach every mutation with the same cookie', async () => {
    const own = { headers: { ...json, origin: front.base, 'sec-fetch-site': 'same-origin' } };
    for (const path of mutations) {
      const answer = (await (await send(path, own)).json()) as { code?: string };
      expect(['foreign_origin', 'origin_required', 'json_only']).not.toContain(answer.code);
      expect(answer).toSatisfy((body: object) => 'result' in body || 'error' in body);
    }
  });
});
