import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer } from '#server/api/front-server.ts';
import { env } from '#server/platform/env.ts';
import { once } from '#server/platform/once.ts';
import { createLimits } from '#server/platform/rate-limit.ts';
import { createSharedAnswers } from '#server/platform/shared-answers.ts';
import { knownMigrations } from '../../../prisma/migrate.ts';

/**
 * The web process without its pages, for benchmarks of its doors. Tells its port to its parent. With `fresh`, every search
 * is made anew, also one that another visitor has just asked for.
 */
const hourMs = 3_600_000;
let hours = 0;
// Every call is counted as in the product, but falls into an hour of its own, so that none is ever refused.
const clock = { now: () => new Date(Date.now() + (hours += 1) * hourMs) };
once('limits', () => createLimits({ clock }));
if (process.argv.includes('fresh')) {
  const answers = createSharedAnswers({ clock, keepMs: 0, entriesMax: 0 });
  once('market.shared-searches', () => ({ get: () => answers, set: () => undefined }));
}

const front = {
  settings: { appUrl: env().APP_URL, formOrigins: [], isDevelopment: false, trustedProxyHops: 0 },
  pages: () => Promise.reject(new Error('no page is asked for')),
  latestMigration: knownMigrations().at(-1)?.name ?? '',
  isDraining: () => false,
  streams: new Set<ServerResponse>(),
};
const server = createServer((request, response) => {
  void answer(front, { request, response });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.once('disconnect', () => process.exit());
