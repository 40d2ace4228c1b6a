import { join } from 'node:path';
import { Halt } from './halt.mjs';
import { pinnedNode, requireInstalled, root } from './paths.mjs';
import { run, tail } from './run.mjs';

const databaseName = 'cascade';
const applicationRole = 'cascade_app';

/**
 * Makes the product's database and the login of the application in an embedded PostgreSQL.
 * Returns `{ DATABASE_URL, DATABASE_MIGRATION_URL }`.
 */
export async function prepareDatabase(postgres, applicationPassword) {
  await withConnection(postgres.superuserUrl('postgres'), async (client) => {
    const password = client.escapeLiteral(applicationPassword);
    const { rows: roles } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [applicationRole]);
    const verb = roles.length === 0 ? 'CREATE' : 'ALTER';
    await client.query(`${verb} ROLE ${applicationRole} LOGIN PASSWORD ${password}`);
    const { rows: databases } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [databaseName]);
    if (databases.length === 0) await client.query(`CREATE DATABASE ${databaseName}`);
  });
  return {
    DATABASE_URL: `postgresql://${applicationRole}:${applicationPassword}@127.0.0.1:${String(postgres.port)}/${databaseName}`,
    DATABASE_MIGRATION_URL: postgres.superuserUrl(databaseName),
  };
}

/**
 * Refuses a database from outside that does not answer, or that holds tables but was never CASCADE's: migrating
 * it would write into somebody else's data.
 */
export async function requireOwnDatabase(url) {
  const found = await withConnection(url, async (client) => {
    const { rows } = await client.query(`
      SELECT current_database() AS name, to_regclass('public.database_stamp') IS NOT NULL AS ours,
             EXISTS (SELECT FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')) AS used`);
    return rows[0];
  }).catch((error) => {
    throw new Halt(
      `The database of DATABASE_URL does not answer: ${error.message || error.code}. Start it, or unset DATABASE_URL to use the embedded one.`,
    );
  });
  if (found.used && !found.ours) {
    throw new Halt(
      `The database "${found.name}" of DATABASE_URL holds tables of something else. Give CASCADE an empty database.`,
    );
  }
}

/** Brings the database to the current schema. */
export async function migrateDatabase(env, logs) {
  try {
    await runProductScript('prisma/migrate.ts', [], { env, logFile: join(logs, 'migrate.log') });
  } catch (error) {
    if (!/was changed after it was applied|does not know/.test(error.message)) throw error;
    throw new Halt(
      `${error.message}. The data is of another version: go back to it, or start over with: npm run up -- --fresh`,
    );
  }
}

/** Fills an empty database with the demo market. A database that holds something is left alone. */
export async function seedDatabase(env, logs, note) {
  await runProductScript('prisma/seed.ts', ['--when-empty'], {
    env,
    logFile: join(logs, 'seed.log'),
    onLine: (line) => note(line.slice(0, 50)),
  });
}

async function runProductScript(script, args, options) {
  const { code, output } = await run(pinnedNode, [join(root, script), ...args], { cwd: root, ...options });
  if (code !== 0) throw new Halt(`${script} refused: ${tail(output, 12)}`);
}

async function withConnection(url, work) {
  const { Client } = requireInstalled('pg');
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
