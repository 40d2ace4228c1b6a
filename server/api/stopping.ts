import type { Server, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export interface Serving {
  server: Server;
  /** Answers that go on for as long as somebody listens. */
  streams: ReadonlySet<ServerResponse>;
  /** How long requests that are under way may take to end. */
  drainMsMax: number;
  /** Closes what the process holds. */
  close: () => Promise<void>;
}

const closeMsMax = 5_000;

/**
 * Ends a process that serves, within `drainMsMax` and five seconds more: streams at once, since browsers come back to
 * whoever answers next, other requests when they are done or their time is over, and then what the process holds.
 */
export async function stopServing({ server, streams, drainMsMax, close }: Serving): Promise<void> {
  for (const stream of streams) stream.destroy();
  const closed = new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
  await Promise.race([closed, pause(drainMsMax)]);
  server.closeAllConnections();
  // A client waits for the statement that is under way, which can be a long reading; PostgreSQL ends it by itself.
  await Promise.race([close(), pause(closeMsMax)]);
}
