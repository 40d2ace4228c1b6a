import { inDatabase } from './database.ts';

/** Makes the proofs of sessions on one kind of device older, as if so many minutes had gone by since they were given. */
export async function ageProofs(device: string, minutes: number): Promise<void> {
  const text = `UPDATE session SET proved_at = proved_at - $2::interval, second_factor_at = second_factor_at - $2::interval
                 WHERE device = $1`;
  await inDatabase(text, [device, `${String(minutes)} minutes`]);
}
