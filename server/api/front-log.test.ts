import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { createLog } from '#server/platform/log.ts';
import { once } from '#server/platform/once.ts';
import { testFront } from '#server/testing/front.ts';
import { answer } from './front-server.ts';

const logged: string[] = [];
once('log', () => createLog('info', { write: (line) => logged.push(line) }));
const { base: appUrl, streams } = await testFront();

/** The front before pages that break. */
const server = createServer((request, response) => {
  const settings = { appUrl, formOrigins: [], isDevelopment: false, trustedProxyHops: 0 };
  const pages = () => Promise.reject(new Error('the page broke'));
  void answer({ settings, pages, latestMigration: '', isDraining: () => false, streams }, { request, response });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const broken = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
afterAll(() => server.close());

it.each([
  ['/verify-email?token=private-link', '/verify-email'],
  ['/api/auth/callback/venice?code=private-code&state=private-state', '/api/auth/callback/venice'],
])('a failure of %s is logged without what follows the path', async (address, path) => {
  logged.length = 0;
  expect((await fetch(`${broken}${address}`)).status).toBe(500);
  expect(logged).toHaveLength(1);
  expect(JSON.parse(logged.join())).toMatchObject({ path, err: { message: 'the page broke' } });
  expect(logged.join()).not.toContain('private');
});
