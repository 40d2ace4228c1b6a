import { Client } from 'pg';
import { addresses } from './addresses.ts';

/** Makes the proofs of sessions on one kind of device older, as if so many minutes had gone by since they were given. */
export async function ageProofs(device: string, minutes: number): Promise<void> {
  const client = new Client({ connectionString: addresses.database, options: '-c role=cascade_app' });
  await client.connect();
  try {
    const age = `${String(minutes)} minutes`;
    const text = `UPDATE session SET proved_at = proved_at - $2::interval, second_factor_at = second_factor_at - $2::interval
                   WHERE device = $1`;
    await client.query(text, [device, age]);
  } finally {
    await client.end();
  }
}
