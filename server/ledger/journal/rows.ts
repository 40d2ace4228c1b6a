import type { Client } from 'pg';
import type { Column, JournalTable } from '#server/ledger/journal/tables.ts';

/** One row as the file has it. */
export type JournalRow = Readonly<Record<string, string | number | boolean | null>>;

const rowsPerPage = 2_000;

/** All rows of a table in the order of its key, a page at a time. Needs an open transaction: it uses a cursor. */
export function rowsOf(client: Client, { schema, columns, key, readFrom }: JournalTable): AsyncGenerator<JournalRow[]> {
  const selected = [...columns].map(([column, { type }]) => `${asWritten(column, type)} AS ${column}`);
  const order = key.map((column) => (columns.get(column)?.type === 'text' ? `t.${column} COLLATE "C"` : `t.${column}`));
  const orderBy = order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`;
  return pagesOf<JournalRow>(client, `SELECT ${selected.join(', ')} FROM ${schema}.${readFrom} t${orderBy}`);
}

/** The rows of any query, a page at a time, so that memory is bounded whatever there is. */
export async function* pagesOf<Row extends object>(client: Client, sql: string): AsyncGenerator<Row[]> {
  await client.query(`DECLARE journal_page NO SCROLL CURSOR FOR ${sql}`);
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH FORWARD ${rowsPerPage} FROM journal_page`);
    if (rows.length === 0) break;
    yield rows;
  }
  await client.query('CLOSE journal_page');
}

/** A query for the rows of a JSON array of lines, which is its only parameter. */
export function rowsOfJson({ columns }: JournalTable): string {
  const selected = [...columns].map(([column, { type }]) => (type === 'jsonb' ? `r.${column}::jsonb` : `r.${column}`));
  const defined = [...columns].map(([column, { type }]) => `${column} ${typeInJson[type] ?? type}`);
  return `SELECT ${selected.join(', ')} FROM json_to_recordset($1::json) AS r (${defined.join(', ')})`;
}

/** A line holds documents as text, so that they stay letter by letter what the database wrote. */
const typeInJson: Partial<Record<Column['type'], string>> = { time: 'timestamptz', jsonb: 'text' };

function asWritten(column: string, type: Column['type']): string {
  switch (type) {
    case 'time':
      return `to_char(t.${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
    case 'date':
      return `to_char(t.${column}, 'YYYY-MM-DD')`;
    case 'bigint':
    case 'uuid':
    case 'jsonb':
      return `t.${column}::text`;
    case 'smallint':
    case 'integer':
    case 'boolean':
    case 'text':
      return `t.${column}`;
  }
}
