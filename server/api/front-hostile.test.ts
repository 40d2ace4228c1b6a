import { once as happening } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openAccount } from '#server/ledger/accounts.ts';
import { frontSecret, testFront } from '#server/testing/front.ts';
import { signedInCitizen } from '#server/testing/sessions.ts';

const front = await testFront();
const cookie = await signedIn();

/** The cookie of a citizen with a wallet. */
async function signedIn(): Promise<string> {
  const { citizenId, cookie: sessionCookie } = await signedInCitizen(front.direct, {
    username: 'Marin',
    secret: frontSecret,
  });
  await front.direct.inTransaction((tx) => openAccount(tx, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' }));
  return sessionCookie;
}

/** Sends a request line that a well-behaved client would not, and returns the status of the answer. */
async function statusOf(requestLine: string): Promise<number> {
  const socket = connect(front.port, '127.0.0.1');
  socket.write(`${requestLine} HTTP/1.1\r\nHost: cascade\r\nConnection: close\r\n\r\n`);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  await happening(socket, 'close');
  return Number.parseInt(text.split(' ', 2)[1] ?? '', 10);
}

function ask(procedure: string, input: object): Promise<Response> {
  const query = encodeURIComponent(JSON.stringify(input));
  return fetch(`${front.base}/api/trpc/${procedure}?input=${query}`, { headers: { cookie } });
}

describe('a hostile client', () => {
  it('that goes away in the middle of its upload does not end the process', async () => {
    const socket = connect(front.port, '127.0.0.1');
    await happening(socket, 'connect');
    const head = 'POST /api/trpc/orders.place HTTP/1.1\r\nHost: cascade\r\nContent-Type: application/json\r\n';
    await new Promise((resolve) => socket.write(`${head}Content-Length: 100\r\n\r\n{"js`, resolve));
    // Another whole request through the same event loop: the first one has arrived by then.
    expect((await fetch(`${front.base}/livez`)).status).toBe(200);
    socket.resetAndDestroy();
    await happening(socket, 'close');
    for (let round = 0; round < 5; round += 1) expect((await fetch(`${front.base}/livez`)).status).toBe(200);
    expect(front.rejections).toEqual([]);
  });

  it.each(['GET http://[/x', 'OPTIONS *', 'TRACE /api/trpc/session.current', 'TRACE /wallet', 'PURGE /api/trpc/x'])(
    'that asks with "%s" gets 4xx',
    async (line) => {
      const status = await statusOf(line);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    },
  );

  it.each(['GET //', 'GET ///', 'GET //[', 'GET //elsewhere.example/x'])(
    'that asks with "%s" asks for a path, not for another host',
    async (line) => {
      expect(await statusOf(line)).toBe(200);
      expect(front.pagesSeen.at(-1)?.['x-cascade-path']).toBe(line.slice('GET '.length));
    },
  );

  it.each([
    ['a moment before PostgreSQL’s years', { from: '-000100-09-13T00:00:00.000Z' }, { from: ['Date'] }],
    ['a moment in the year 0', { to: '0000-09-13T00:00:00.000Z' }, { to: ['Date'] }],
    ['a moment after all years', { to: '+275760-09-13T00:00:00.000Z' }, { to: ['Date'] }],
    ['a cursor beyond the last version', { cursor: '9223372036854775808' }, { cursor: ['bigint'] }],
  ])('that asks for a statement with %s gets 400', async (_what, json, values) => {
    expect((await ask('wallet.statement', { json, meta: { values } })).status).toBe(400);
  });

  it('that asks for statement files without end is slowed down', async () => {
    const statuses: number[] = [];
    for (let call = 0; call < 61; call += 1) {
      const answer = await fetch(`${front.base}/api/wallet/statement.csv`, { headers: { cookie } });
      await answer.text();
      statuses.push(answer.status);
    }
    expect(statuses[0]).toBe(200);
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('PostgreSQL gone while a session is read', () => {
  it('is 503 at every door, never 500, and recovers by itself', async () => {
    expect((await ask('session.current', {})).status).toBe(200);
    await front.proxy.cut();
    const refused = await ask('wallet.summary', {});
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain('database_unavailable');
    expect((await fetch(`${front.base}/api/wallet/statement.csv`, { headers: { cookie } })).status).toBe(503);
    await front.proxy.mend();
    expect((await ask('wallet.summary', {})).status).toBe(200);
  });
});
