import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer } from '#server/api/front-server.ts';
import { stopServing } from '#server/api/stopping.ts';
import { database } from '#server/platform/db.ts';
import { env } from '#server/platform/env.ts';

/** The web process without its pages, as server/main.ts serves and stops. Tells its port to its parent. */
const front = {
  settings: { appUrl: env().APP_URL, formOrigins: [], isDevelopment: false, trustedProxyHops: 0 },
  pages: (_request: unknown, response: ServerResponse) => {
    // A page that never comes.
    response.writeHead(200).flushHeaders();
    return Promise.resolve();
  },
  latestMigration: '',
  isDraining: () => false,
  streams: new Set<ServerResponse>(),
};
const server = createServer((request, response) => {
  void answer(front, { request, response });
});
const drainMsMax = Number.parseInt(process.argv[2] ?? '', 10);
process.once('SIGTERM', () => {
  const close = () => database().close();
  void stopServing({ server, streams: front.streams, drainMsMax, close }).then(() => process.exit(0));
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
