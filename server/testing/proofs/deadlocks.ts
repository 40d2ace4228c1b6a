import type { Client } from 'pg';
import { withClient } from '../cluster.ts';

const waitMsMax = 20_000;

/**
 * How many deadlocks PostgreSQL itself counted in a database since it was made. A server process adds what it counted
 * when it ends, so the clients must be closed first; this waits until their processes are gone.
 */
export function deadlocksOf(adminUrl: string): Promise<bigint> {
  return withClient(adminUrl, async (client) => {
    const deadline = Date.now() + waitMsMax;
    while ((await otherSessions(client)) > 0) {
      if (Date.now() > deadline) throw new Error('there are still sessions, so the deadlocks are not all counted');
    }
    const { rows } = await client.query<{ deadlocks: string }>(
      'SELECT deadlocks::text FROM pg_stat_database WHERE datname = current_database()',
    );
    return BigInt(rows[0]?.deadlocks ?? -1);
  });
}

async function otherSessions(client: Client): Promise<number> {
  const { rows } = await client.query<{ sessions: number }>(
    `SELECT count(*)::integer AS sessions FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
  );
  return rows[0]?.sessions ?? 0;
}
