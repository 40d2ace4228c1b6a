import { withClient } from './cluster.ts';
import type { TestDatabase } from './database.ts';

/** The tables of a database in which any row holds a text anywhere, as `schema.table`. */
export async function tablesHolding(database: TestDatabase, text: string): Promise<string[]> {
  return withClient(database.adminUrl, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(`
      SELECT format('%I.%I', n.nspname, c.relname) AS name
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND n.nspname IN ('public', 'ledger', 'pgboss') ORDER BY 1`);
    const found: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query(`SELECT 1 FROM ${name} t WHERE position($1 in t::text) > 0 LIMIT 1`, [text]);
      if (rows.length > 0) found.push(name);
    }
    return found;
  });
}
