import type { Database } from '#server/platform/db.ts';
import type { SealedPlace, Sealing } from '#server/platform/sealing.ts';

/** Where the domain keeps sealed values: table, its primary key, and the sealed column. */
const places = [
  { table: 'totp_factor', key: 'citizen_id', column: 'secret_sealed' },
  { table: 'contact_email', key: 'citizen_id', column: 'address_sealed' },
  { table: 'email_verification', key: 'id', column: 'address_sealed' },
  { table: 'outgoing_mail', key: 'id', column: 'recipient_sealed' },
  { table: 'outgoing_mail', key: 'id', column: 'body_sealed' },
] as const;

const batchSize = 500;

type Place = (typeof places)[number];

/**
 * Seals anew, under the newest key, whatever is sealed under an older one, while the product runs. Afterwards the older
 * key may leave the settings. A value that changed meanwhile is left alone: whoever changed it sealed it. Answers how
 * many values were sealed anew.
 */
export async function resealFields(deps: { database: Database; sealing: Sealing }): Promise<number> {
  let resealed = 0;
  for (const place of places) resealed += await resealPlace(deps, place);
  return resealed;
}

async function resealPlace(deps: { database: Database; sealing: Sealing }, place: Place): Promise<number> {
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
  { database, sealing }: { database: Database; sealing: Sealing },
  { place, id, sealed }: { place: Place } & StaleRow,
): Promise<number> {
  const where: SealedPlace = { table: place.table, column: place.column, row: id };
  const anew = sealing.seal(sealing.open(sealed, where), where);
  const { table, key, column } = place;
  const update = `UPDATE ${table} SET ${column} = $1 WHERE ${key} = $2::uuid AND ${column} = $3`;
  return database.client.$executeRawUnsafe(update, anew, id, sealed);
}
