import { Client, type QueryResultRow } from 'pg';
import { addresses } from './addresses.ts';

/** Runs one statement in the product's database, as the product itself may. */
export async function inDatabase<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new Client({ connectionString: addresses.database, options: '-c role=cascade_app' });
  await client.connect();
  try {
    const { rows } = await client.query<Row>(text, values);
    return rows;
  } finally {
    await client.end();
  }
}
