import { spawn, type ChildProcess } from 'node:child_process';
import { once as onceEvent } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { testBridge } from '#server/testing/payments.ts';
import { tcpProxy } from '#server/testing/tcp-proxy.ts';

const bridge = await testBridge();
const proxy = await tcpProxy({ host: '127.0.0.1', port: Number(new URL(bridge.database.adminUrl).port) });
const worker = startWorker();
afterAll(async () => {
  worker.process.kill('SIGKILL');
  await proxy.close();
});

/** The real worker process, whose way to PostgreSQL this test can cut. */
function startWorker(): { process: ChildProcess; says: (text: string) => Promise<void> } {
  const databaseUrl = new URL(bridge.database.adminUrl);
  databaseUrl.port = String(proxy.port);
  const child = spawn(process.execPath, ['server/worker.ts'], {
    env: {
      NODE_ENV: 'test',
      CASCADE_MODE: 'sandbox',
      APP_URL: 'http://127.0.0.1:3000',
      DATABASE_URL: databaseUrl.href,
      CASCADE_SECRET: bridge.deps.secret,
      STRIPE_SECRET_KEY: 'sk_test_bridge',
      STRIPE_API_URL: bridge.sandbox.url,
      VENICE_ISSUER: 'http://127.0.0.1:9',
      VENICE_CLIENT_ID: 'cascade',
      VENICE_CLIENT_SECRET: 'secret',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  return { process: child, says: (text) => expect.poll(() => said.join('\n'), { timeout: 20_000 }).toContain(text) };
}

function stateOf(type: string): Promise<string | undefined> {
  return bridge.database.client.inboxEvent
    .findFirst({ where: { type }, select: { state: true } })
    .then((event) => event?.state);
}

test('the worker outlives an outage of PostgreSQL, loses no event, and stops cleanly when asked', async () => {
  await worker.says('the worker runs');
  await proxy.cut();
  await worker.says('the inbox cannot be read right now');
  const { citizenId, sessionId } = await bridge.start();
  bridge.pay(sessionId);
  await bridge.delivered('checkout.session.completed', sessionId);
  expect(await stateOf('checkout.session.completed')).toBe('received');
  expect(await bridge.balance(citizenId, 'wallet', 'DUCAT')).toBe(0n);

  await proxy.mend();
  await expect.poll(() => stateOf('checkout.session.completed'), { timeout: 20_000 }).toBe('handled');
  expect(await bridge.balance(citizenId, 'wallet', 'DUCAT')).toBe(10_000n);
  await bridge.assertBooksInOrder();

  worker.process.kill('SIGTERM');
  const [code] = (await onceEvent(worker.process, 'exit')) as [number | null];
  expect(code).toBe(0);
}, 60_000);
