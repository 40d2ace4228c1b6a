import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { Client } from 'pg';
import { getConstructionPlans } from 'pg-boss';

/**
 * Brings a database to the current schema.
 *
 * Applies prisma/migrations in order, each in one transaction, under an advisory lock, and records
 * them in Prisma's own `_prisma_migrations` table, so that `prisma migrate deploy` agrees where it
 * can run. It needs a login that may create roles or to which `cascade_owner` has been granted.
 */
export interface MigrateOptions {
  /** Connection of the migrating login, not of the application. */
  url: string;
  /** What the database is stamped with; a database stamped otherwise is refused. */
  mode: 'sandbox' | 'live';
  report?: (line: string) => void;
}

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/** Thrown when the database cannot become what the migrations say; nothing of the failing step is kept. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

const lockKey = 7_261_963_001;
const directory = new URL('./migrations/', import.meta.url);

/** Returns the names of the migrations applied now, in order. Throws `MigrationError`. */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const client = new Client({ connectionString: options.url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [lockKey]);
    await prepareRoles(client);
    await client.query('SET ROLE cascade_owner');
    await prepareSchemas(client);
    const applied = await applyPending(client, options.report ?? (() => undefined));
    await stamp(client, options.mode);
    await installJobQueue(client);
    return applied;
  } finally {
    await client.end();
  }
}

/** The migrations that this checkout knows, oldest first. */
export function knownMigrations(): Migration[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(new URL(`${name}/migration.sql`, directory), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

async function prepareRoles(client: Client): Promise<void> {
  await client.query(`
    DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cascade_owner') THEN
        CREATE ROLE cascade_owner NOLOGIN;
      END IF;
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cascade_app') THEN
        CREATE ROLE cascade_app NOLOGIN;
      END IF;
      IF NOT pg_has_role(current_user, 'cascade_owner', 'MEMBER') THEN
        EXECUTE format('GRANT cascade_owner TO %I', current_user);
      END IF;
      EXECUTE format('GRANT CREATE, CONNECT ON DATABASE %I TO cascade_owner', current_database());
    END $$;
    GRANT USAGE, CREATE ON SCHEMA public TO cascade_owner;
    GRANT USAGE ON SCHEMA public TO cascade_app`);
}

async function prepareSchemas(client: Client): Promise<void> {
  await client.query(`
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO cascade_app;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO cascade_app;
    CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id                  varchar(36) PRIMARY KEY,
      checksum            varchar(64) NOT NULL,
      finished_at         timestamptz,
      migration_name      varchar(255) NOT NULL,
      logs                text,
      rolled_back_at      timestamptz,
      started_at          timestamptz NOT NULL DEFAULT now(),
      applied_steps_count integer NOT NULL DEFAULT 0
    );
    REVOKE INSERT, UPDATE, DELETE ON _prisma_migrations FROM cascade_app`);
}

async function applyPending(client: Client, report: (line: string) => void): Promise<string[]> {
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  const recorded = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  const known = knownMigrations();
  const foreign = [...recorded.keys()].find((name) => known.every((migration) => migration.name !== name));
  if (foreign !== undefined)
    throw new MigrationError(`the database has a migration this version does not know: ${foreign}`);
  const applied: string[] = [];
  for (const migration of known) {
    const checksum = recorded.get(migration.name);
    if (checksum === migration.checksum) continue;
    if (checksum !== undefined)
      throw new MigrationError(`migration ${migration.name} was changed after it was applied`);
    await apply(client, migration);
    report(`applied ${migration.name}`);
    applied.push(migration.name);
  }
  return applied;
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
       VALUES ($1, $2, clock_timestamp(), $3, 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new MigrationError(`migration ${migration.name} failed: ${describe(error)}`, { cause: error });
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function stamp(client: Client, mode: 'sandbox' | 'live'): Promise<void> {
  await client.query('INSERT INTO database_stamp (id, mode) VALUES (1, $1) ON CONFLICT DO NOTHING', [mode]);
  const { rows } = await client.query<{ mode: string }>('SELECT mode FROM database_stamp WHERE id = 1');
  if (rows[0]?.mode !== mode) {
    throw new MigrationError(
      `this database is stamped "${rows[0]?.mode ?? 'nothing'}", so it cannot be used as ${mode}`,
    );
  }
}

/** pg-boss keeps its tables in a schema of its own; the application may use them but not change them. */
async function installJobQueue(client: Client): Promise<void> {
  const { rows } = await client.query<{ exists: boolean }>(
    `SELECT to_regclass('pgboss.version') IS NOT NULL AS exists`,
  );
  if (rows[0]?.exists !== true) await client.query(getConstructionPlans('pgboss', { createSchema: true }));
  await client.query(`
    GRANT USAGE ON SCHEMA pgboss TO cascade_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgboss TO cascade_app;
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA pgboss TO cascade_app;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgboss TO cascade_app`);
}

async function main(): Promise<void> {
  const { env } = await import('#server/platform/env.ts');
  const settings = env();
  const started = performance.now();
  const applied = await migrate({
    url: settings.DATABASE_MIGRATION_URL ?? settings.DATABASE_URL,
    mode: settings.CASCADE_MODE,
    report: (line) => process.stdout.write(`${line}\n`),
  });
  const milliseconds = Math.ceil(performance.now() - started);
  process.stdout.write(`${String(applied.length)} migrations applied in ${String(milliseconds)} ms\n`);
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    process.stderr.write(`${describe(error)}\n`);
    process.exitCode = 1;
  });
}
