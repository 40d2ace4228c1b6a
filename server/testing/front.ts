import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject } from 'vitest';
import { answer, serveWith } from '#server/api/front-server.ts';
import { createDatabase } from '#server/platform/db.ts';
import { parseEnv } from '#server/platform/env.ts';
import { once } from '#server/platform/once.ts';
import { knownMigrations } from '../../prisma/migrate.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { tcpProxy, type TcpProxy } from './tcp-proxy.ts';

export const frontSecret = 'a secret that only this test knows';

export interface TestFront {
  /** Where it answers, without a slash at the end. */
  base: string;
  port: number;
  /** The way to PostgreSQL; it can be cut. */
  proxy: TcpProxy;
  /** The same database by a way that is never cut. */
  direct: TestDatabase;
  /** Headers of every request that reached a page. */
  pagesSeen: Record<string, string | string[] | undefined>[];
  /** How many proxies it believes to stand before it; may be changed between requests. */
  trustedProxyHops: number;
  /** What `answer` rejected with; main.ts does not catch it, so each would end the process. */
  rejections: unknown[];
  /** Answers that go on for as long as somebody listens. */
  streams: Set<ServerResponse>;
}

/** The web process as server/main.ts makes it, but for the pages: they only record what reached them. */
export async function testFront(): Promise<TestFront> {
  const direct = await testDatabase();
  const proxy = await tcpProxy({ host: '127.0.0.1', port: Number.parseInt(new URL(inject('clusterUrl')).port, 10) });
  const url = new URL(direct.adminUrl);
  url.port = String(proxy.port);
  const front: TestFront = {
    base: '',
    port: 0,
    proxy,
    direct,
    pagesSeen: [],
    trustedProxyHops: 0,
    rejections: [],
    streams: new Set(),
  };
  const server = createServer();
  serveWith(server, ({ request, response }) => {
    const { base: appUrl, trustedProxyHops } = front;
    const settings = { appUrl, formOrigins: [], isDevelopment: false, trustedProxyHops };
    const pages = (pageRequest: typeof request, pageResponse: typeof response) => {
      front.pagesSeen.push({ ...pageRequest.headers });
      pageResponse.end('a page');
      return Promise.resolve();
    };
    const latestMigration = knownMigrations().at(-1)?.name ?? '';
    const { streams } = front;
    const answering = answer(
      { settings, pages, latestMigration, isDraining: () => false, streams },
      { request, response },
    );
    answering.catch((error: unknown) => front.rejections.push(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  front.port = (server.address() as AddressInfo).port;
  front.base = `http://127.0.0.1:${String(front.port)}`;
  const storageFolder = mkdtempSync(join(tmpdir(), 'cascade-storage-'));
  once('env', () => parseEnv(settingsFor(front.base, url.href, storageFolder)));
  once('database', () => createDatabase(url.href));
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await proxy.close();
    rmSync(storageFolder, { recursive: true, force: true });
  });
  return front;
}

function settingsFor(appUrl: string, databaseUrl: string, storageFolder: string): Record<string, string> {
  return {
    CASCADE_MODE: 'sandbox',
    APP_URL: appUrl,
    DATABASE_URL: databaseUrl,
    CASCADE_SECRET: frontSecret,
    STRIPE_SECRET_KEY: 'sk_test_front',
    STRIPE_WEBHOOK_SECRET: 'whsec_front',
    STRIPE_API_URL: 'http://127.0.0.1:9',
    VENICE_ISSUER: 'http://127.0.0.1:9',
    VENICE_CLIENT_ID: 'cascade',
    VENICE_CLIENT_SECRET: 'secret',
    STORAGE_FOLDER: storageFolder,
    LOG_LEVEL: 'silent',
  };
}
