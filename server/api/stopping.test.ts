import { fork, type ChildProcess } from 'node:child_process';
import { once as onceEvent } from 'node:events';
import { afterAll, expect, it } from 'vitest';
import { testDatabase } from '#server/testing/database.ts';
import { signedInCitizen } from '#server/testing/sessions.ts';

const secret = 'a secret that only this test knows';
const database = await testDatabase();
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** A web process that gives requests so long to end once it is told to stop. */
async function startFront(
  drainMsMax: number,
): Promise<{ base: string; stop: () => Promise<{ code: unknown; ms: number }> }> {
  const child = fork('server/testing/front-process.ts', [String(drainMsMax)], {
    env: {
      NODE_ENV: 'test',
      CASCADE_MODE: 'sandbox',
      APP_URL: 'http://127.0.0.1',
      DATABASE_URL: database.adminUrl,
      CASCADE_SECRET: secret,
      STRIPE_SECRET_KEY: 'sk_test_front',
      VENICE_ISSUER: 'http://127.0.0.1:9',
      VENICE_CLIENT_ID: 'cascade',
      VENICE_CLIENT_SECRET: 'secret',
      LOG_LEVEL: 'silent',
    },
  });
  children.push(child);
  const [{ port }] = (await onceEvent(child, 'message')) as [{ port: number }];
  return {
    base: `http://127.0.0.1:${String(port)}`,
    stop: async () => {
      const began = performance.now();
      child.kill('SIGTERM');
      const [code] = (await onceEvent(child, 'exit')) as [unknown];
      return { code, ms: performance.now() - began };
    },
  };
}

/** How a stream ends. It is read on, because an end is not heard behind words that nobody takes. */
async function endOf(stream: ReadableStreamDefaultReader<string>): Promise<string> {
  try {
    for (;;) if ((await stream.read()).done) return 'ended';
  } catch {
    return 'broken off';
  }
}

/** A stream that has said its first word. On a machine that is very busy the first attempt may be answered with an error. */
async function listen(base: string, cookie: string): Promise<ReadableStreamDefaultReader<string>> {
  const input = encodeURIComponent(JSON.stringify({ json: {} }));
  for (;;) {
    const { body } = await fetch(`${base}/api/trpc/notifications.stream?input=${input}`, { headers: { cookie } });
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = '';
    for (let isOver = reader === undefined; !isOver;) {
      const next = await reader?.read();
      heard += next?.value ?? '';
      if (reader !== undefined && heard.includes('"unread":0')) return reader;
      isOver = next?.done !== false;
    }
  }
}

it('a process with an open stream ends at once when it is told to, and not only when its time is over', async () => {
  const { base, stop } = await startFront(20_000);
  const { cookie } = await signedInCitizen(database, { username: 'Listener', secret });
  const stream = await listen(base, cookie);
  const end = endOf(stream);
  const { code, ms } = await stop();
  expect(code).toBe(0);
  expect(ms).toBeLessThan(15_000);
  expect(await end).toBe('broken off');
}, 90_000);

it('a process with a request that never ends waits for it as long as it may, and ends all the same', async () => {
  const { base, stop } = await startFront(1_500);
  const response = await fetch(`${base}/a-page-that-never-comes`);
  expect(response.status).toBe(200);
  const { code, ms } = await stop();
  expect(code).toBe(0);
  expect(ms).toBeGreaterThan(1_400);
  expect(ms).toBeLessThan(15_000);
}, 90_000);
