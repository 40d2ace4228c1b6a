import type { Client } from 'pg';
import { sqlState } from '#server/ledger/journal/connections.ts';
import type { ReadRow } from '#server/ledger/journal/reader.ts';
import { refuseLine } from '#server/ledger/journal/refusals.ts';
import { rowsOfJson } from '#server/ledger/journal/rows.ts';
import type { JournalTable } from '#server/ledger/journal/tables.ts';
import { invariant } from '#server/platform/invariant.ts';

const rowsPerStatement = 1_000;
const monthsMax = 240;

/** Writes the rows of a journal, a thousand at a time. A row that PostgreSQL refuses is named by its line. */
export class Loader {
  private readonly client: Client;
  private readonly report: (section: string, rows: number) => void;
  private waiting: ReadRow[] = [];
  private lastMonth = '';
  private section = '';
  private written = 0;

  constructor(client: Client, report: (section: string, rows: number) => void) {
    this.client = client;
    this.report = report;
  }

  /** Takes a row; true when it is time to `flush`. */
  add(row: ReadRow): boolean {
    this.waiting.push(row);
    return this.waiting.length >= rowsPerStatement;
  }

  /** True when the waiting rows are of another section, so that they must be written first. */
  isOfOtherSection(row: ReadRow): boolean {
    const first = this.waiting[0];
    return first !== undefined && first.section !== row.section;
  }

  async flush(): Promise<void> {
    const rows = this.waiting;
    const section = rows[0]?.section;
    if (section === undefined) return;
    this.waiting = [];
    if (section.name === 'transfer') await this.makeMonths(rows);
    const problem = await this.tryToWrite(section, rows);
    if (problem !== null) throw await this.firstRefused(section, rows, problem);
    this.written = section.name === this.section ? this.written + rows.length : rows.length;
    this.section = section.name;
    this.report(section.name, this.written);
  }

  /** Null when all rows were written; otherwise none was, and this is why. */
  private async tryToWrite(section: JournalTable, rows: readonly ReadRow[]): Promise<string | null> {
    await this.client.query('SAVEPOINT journal_rows');
    try {
      const json = `[${rows.map(({ body }) => body).join(',')}]`;
      const { rowCount } = await this.client.query(statementFor(section), [json]);
      if (rowCount === rows.length) {
        await this.client.query('RELEASE SAVEPOINT journal_rows');
        return null;
      }
      await this.client.query('ROLLBACK TO SAVEPOINT journal_rows');
      return 'another row has its place';
    } catch (error) {
      // 22 is data that does not fit, 23 a constraint; anything else says nothing about the line.
      if (!/^2[23]/.test(sqlState(error) ?? '') || !(error instanceof Error)) throw error;
      await this.client.query('ROLLBACK TO SAVEPOINT journal_rows');
      return error.message;
    }
  }

  private async firstRefused(section: JournalTable, rows: readonly ReadRow[], reason: string): Promise<Error> {
    for (const row of rows) {
      const problem = await this.tryToWrite(section, [row]);
      if (problem !== null) return refuseLine(row.line, 'journal_row_refused', `the database refuses it: ${problem}.`);
    }
    return refuseLine(rows[0]?.line ?? 0, 'journal_row_refused', `it or one of the next is refused: ${reason}.`);
  }

  /** Transfers come in the order of their ids, which is the order of their months. */
  private async makeMonths(rows: readonly ReadRow[]): Promise<void> {
    for (const { row, line } of rows) {
      const month = monthOf(row['id']);
      if (month === this.lastMonth) continue;
      const { rows: missing } = await this.client.query<{ month: string }>(missingMonths, [month]);
      if (missing.length > monthsMax) {
        throw refuseLine(line, 'journal_too_many_months', `there would be ${String(missing.length)} new months.`);
      }
      for (const { month: first } of missing) await this.client.query('SELECT ledger.create_partition($1)', [first]);
      this.lastMonth = month;
    }
  }
}

/** Months without a gap: posting takes every id between the first and the last one for one that has a place. */
const missingMonths = `
  SELECT to_char(m.month, 'YYYY-MM-DD') AS month
  FROM (SELECT least($1::date, min(p.month)) AS first, greatest($1::date, max(p.month)) AS last
        FROM ledger.transfer_partition p) r
  CROSS JOIN LATERAL generate_series(r.first::timestamp, r.last::timestamp, interval '1 month') AS m (month)
  WHERE NOT EXISTS (SELECT FROM ledger.transfer_partition p WHERE p.month = m.month::date)
  ORDER BY m.month`;

/** The first day of the month in which an id was made. */
function monthOf(id: unknown): string {
  invariant(typeof id === 'string', 'the id of a transfer is a text');
  const made = new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
  return `${made.toISOString().slice(0, -17)}-01`;
}

function statementFor(section: JournalTable): string {
  const columns = [...section.columns.keys()];
  const list = columns.join(', ');
  const read = rowsOfJson(section);
  if (section.name === 'control') return `UPDATE ledger.control SET (${list}) = (${read}) WHERE only_row`;
  const insert = `INSERT INTO ${section.schema}.${section.name} AS t (${list}) OVERRIDING SYSTEM VALUE ${read}`;
  if (section.name !== 'account') return insert;
  // The accounts of the house are there already: they take what the file says, and nobody takes their place.
  const changes = columns.map((column) => `${column} = excluded.${column}`).join(', ');
  return `${insert} ON CONFLICT (id) DO UPDATE SET ${changes}
    WHERE t.owner = 'house' AND (t.owner, t.kind, t.asset) = (excluded.owner, excluded.kind, excluded.asset)`;
}
