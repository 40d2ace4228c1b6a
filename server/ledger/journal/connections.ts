import { Client } from 'pg';
import { refuse } from '#server/platform/errors.ts';

/** No limit on a statement: an export or a check of large books takes its time. Waiting for a lock does not. */
const settings = '-c timezone=UTC -c statement_timeout=0 -c lock_timeout=5s -c jit=off';

/** Runs reads that all see one moment, as the application's role. */
export function withSnapshot<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  return withConnection(url, async (client) => {
    await client.query('SET ROLE cascade_app');
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  });
}

/**
 * Runs work in one transaction as the owner of the tables: all of it is kept, or none when it throws.
 * Refuses when the login may not act as the owner: with `notOwner`, or `journal_import_needs_owner` without it.
 */
export function withOwner<T>(
  url: string,
  work: (client: Client) => Promise<T>,
  notOwner: () => Error = importNeedsOwner,
): Promise<T> {
  return withConnection(url, async (client) => {
    await client.query('SET ROLE cascade_owner').catch((error: unknown) => {
      throw sqlState(error) === '42501' ? notOwner() : error;
    });
    await client.query('BEGIN');
    // Where the work throws, the connection ends without a COMMIT, and nothing is kept.
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  });
}

/** The five letters by which PostgreSQL says what went wrong; null for any other error. */
export function sqlState(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : null;
}

async function withConnection<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000, options: settings });
  // A connection that is lost between two statements says so only here, and ends the process when nobody listens. The
  // next statement fails then, so the work fails too.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function importNeedsOwner(): Error {
  return refuse(
    'forbidden',
    'journal_import_needs_owner',
    'The login of DATABASE_URL may not act as cascade_owner, so it cannot import. Use the login that migrates.',
  );
}
