import { createServer, type Server } from 'node:http';
import nextServer from 'next';
import { knownMigrations } from '../prisma/migrate.ts';
import { assertMode } from './api/boot.ts';
import { limits } from './api/context.ts';
import { answer, serveWith, type Front } from './api/front-server.ts';
import { stopServing } from './api/stopping.ts';
import { appointFirstOperators } from './citizens/operators.ts';
import { combiner } from './ledger/combiner.ts';
import { systemClock } from './platform/clock.ts';
import { database } from './platform/db.ts';
import { announceAddress, env, forgetWatcher, SettingsError } from './platform/env.ts';
import { systemIds } from './platform/ids.ts';
import { log } from './platform/log.ts';

const drainMsMax = 10_000;
/** Connections to the database that are there before anybody comes: as many as searches take at once. */
const connectionsKept = 8;
/** Connections that may wait to be taken in; the system has a limit of its own. Node's 511 are fewer than a crowd at the door. */
const waitingMax = 8_192;

/**
 * The web process: answers API paths itself and hands pages to Next.
 * Flags: `--dev` serves pages with hot reload.
 */
async function main(): Promise<void> {
  const settings = env();
  announceAddress(settings.APP_URL);
  forgetWatcher();
  await assertMode(database(), settings);
  await database().keepOpen(connectionsKept);
  await database().inTransaction((tx) =>
    appointFirstOperators(tx, { usernames: settings.OPERATOR_USERNAMES, clock: systemClock, ids: systemIds }),
  );
  const isDevelopment = process.argv.includes('--dev');
  const next = nextServer({ dev: isDevelopment, dir: process.cwd(), hostname: settings.HOST, port: settings.PORT });
  await next.prepare();
  const pages = next.getRequestHandler();
  let isDraining = false;
  const front: Front = {
    settings: {
      appUrl: settings.APP_URL,
      formOrigins: [new URL(settings.VENICE_ISSUER).origin],
      isDevelopment,
      trustedProxyHops: settings.TRUSTED_PROXY_HOPS,
    },
    pages,
    latestMigration: knownMigrations().at(-1)?.name ?? '',
    isDraining: () => isDraining,
    streams: new Set(),
  };
  const server = createServer();
  serveWith(server, (exchange) => void answer(front, exchange));
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;
  if (isDevelopment) server.on('upgrade', (...upgrade) => void next.getUpgradeHandler()(...upgrade));
  const stop = () => {
    if (isDraining) return;
    isDraining = true;
    // Hot reload holds a socket open for as long as a page is; nobody waits for it.
    const serving = { server, streams: front.streams, drainMsMax: isDevelopment ? 0 : drainMsMax, close: closeAll };
    void stopServing(serving).then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await listen(server, settings);
  log().info({ address: settings.APP_URL, mode: settings.CASCADE_MODE }, 'CASCADE answers');
}

function listen(server: Server, settings: { HOST: string; PORT: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: settings.PORT, host: settings.HOST, backlog: waitingMax }, resolve);
  });
}

async function closeAll(): Promise<void> {
  await combiner().close();
  await Promise.allSettled([database().close(), limits().close()]);
}

await main().catch((error: unknown) => {
  const isForPeople = error instanceof SettingsError || (error instanceof Error && error.name === 'BootRefused');
  process.stderr.write(`${isForPeople ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  process.exit(1);
});
