import type { Database } from '#server/platform/db.ts';
import type { SealedPlace, Sealing } from '#server/platform/sealing.ts';

/**
 * Where the domain keeps sealed values for long: table, its primary key, and the sealed column. What waits in
 * `email_verification` and `outgoing_mail` is gone after a day.
 */
const places = [
  { table: 'totp_factor', key: 'citizen_id', column: 'secret_sealed' },
  { table: 'contact_email', key: 'citizen_id', column: 'address_sealed' },
] as const;

const batchSize = 500;
const brokenNamedMax = 20;

type Place = (typeof places)[number];

/**
 * Seals anew, under the newest key, whatever is sealed under an older one, while the product runs. Afterwards the older
 * key may leave the settings, two days after the new one came. A value that changed meanwhile is left alone: whoever
 * changed it sealed it. One that does not open stops none of the others; at the end they are named in what is thrown.
 * Answers how many values were sealed anew.
 */
export async function resealFields(deps: { database: Database; sealing: Sealing }): Promise<number> {
  const broken: string[] = [];
  let resealed = 0;
  for (const place of places) resealed += await resealPlace({ ...deps, broken }, place);
  if (broken.length > 0)
    throw new Error(`sealed values that do not open: ${broken.slice(0, brokenNamedMax).join(', ')}`);
  return resealed;
}

interface Resealing {
  database: Database;
  sealing: Sealing;
  broken: string[];
}

async function resealPlace(deps: Resealing, place: Place): Promise<number> {
  let resealed = 0;
  for (let after = ''; ;) {
    const rows = await staleRows(deps, { place, after });
    for (const row of rows) resealed += await resealRow(deps, { place, ...row });
    const last = rows.at(-1);
    if (last === undefined || rows.length < batchSize) return resealed;
    after = last.id;
  }
}

interface StaleRow {
  id: string;
  sealed: string;
}

/** In the order of their keys, so that a value that cannot be opened stops nobody behind it. */
function staleRows(
  { database, sealing }: { database: Database; sealing: Sealing },
  { place, after }: { place: Place; after: string },
): Promise<StaleRow[]> {
  // The names are those above, never of anybody's input.
  const { table, key, column } = place;
  const query = `SELECT ${key}::text AS id, ${column} AS sealed FROM ${table}
    WHERE NOT starts_with(${column}, $1) AND ${key}::text > $2 ORDER BY ${key}::text LIMIT ${String(batchSize)}`;
  return database.client.$queryRawUnsafe<StaleRow[]>(query, `${sealing.newestKeyId}.`, after);
}

async function resealRow(
  { database, sealing, broken }: Resealing,
  { place, id, sealed }: { place: Place } & StaleRow,
): Promise<number> {
  const { table, key, column } = place;
  const where: SealedPlace = { table, column, row: id };
  const value = openOrNull(sealing, sealed, where);
  if (value === null) {
    broken.push(`${table} ${id}`);
    return 0;
  }
  const anew = sealing.seal(value, where);
  const update = `UPDATE ${table} SET ${column} = $1 WHERE ${key} = $2::uuid AND ${column} = $3`;
  return database.client.$executeRawUnsafe(update, anew, id, sealed);
}

function openOrNull(sealing: Sealing, sealed: string, place: SealedPlace): Uint8Array | null {
  try {
    return sealing.open(sealed, place);
  } catch (error) {
    if (error instanceof Error && error.name === 'SealBroken') return null;
    throw error;
  }
}
