import type { Client } from 'pg';
import {
  bodyOf,
  journalFormat,
  journalVersion,
  lineOf,
  RunningChecks,
  trailerBody,
  type JournalCounts,
} from '#server/ledger/journal/lines.ts';
import { rowsOf } from '#server/ledger/journal/rows.ts';
import {
  nothingFurther,
  referenceTables,
  sections,
  type FurtherTruth,
  type JournalTable,
} from '#server/ledger/journal/tables.ts';

export interface ExportOptions {
  /** Which kind of money the database is for; an import into one of the other kind is refused. */
  mode: string;
  /** What other domains know. */
  further?: FurtherTruth;
  /** Told after every page how many rows of a section are done. */
  report?: (section: string, rows: number) => void;
}

export interface ExportResult {
  counts: JournalCounts;
  /** Of all bytes before the last line. */
  sha256: string;
}

/**
 * Writes the whole journal as lines of JSON, some thousand at a time: header, one section per table of `tables.ts` and of what other domains know,
 * trailer. The same books always give the same bytes. The client must be in a transaction that sees one moment
 * (`withSnapshot`). Returns the counts and the hash that the last line has. That a plain file of all entries is the
 * books, and not a copy of them, is the idea of ledger-cli and its family; a line of JSON per row loses nothing of them.
 */
export async function* exportJournal(
  client: Client,
  { mode, further = nothingFurther, report }: ExportOptions,
): AsyncGenerator<string, ExportResult> {
  const checks = new RunningChecks();
  const line = (body: string): string => {
    const text = lineOf(body, checks.next(body));
    checks.take(text);
    return text;
  };
  yield line(await headerBody(client, mode));
  const counts: JournalCounts = {};
  for (const section of [...sections, ...further.sections]) {
    let count = 0;
    for await (const rows of rowsOf(client, section)) {
      yield rows.map((row) => line(bodyOf(section, row))).join('');
      count += rows.length;
      report?.(section.name, count);
    }
    counts[section.name] = count;
  }
  const sha256 = checks.sha256();
  yield line(trailerBody(counts, sha256));
  return { counts, sha256 };
}

/** The first line of this database's journal, without its check. */
export async function headerBody(client: Client, mode: string): Promise<string> {
  const migrations = await client.query<{ name: string }>(
    `SELECT migration_name AS name FROM public._prisma_migrations
     WHERE migration_name LIKE '%\\_ledger%' AND finished_at IS NOT NULL AND rolled_back_at IS NULL
     ORDER BY migration_name COLLATE "C"`,
  );
  const reference: Record<string, unknown> = {};
  for (const table of referenceTables) reference[table.name] = await allRows(client, table);
  return JSON.stringify({
    type: 'header',
    format: journalFormat,
    version: journalVersion,
    mode,
    migrations: migrations.rows.map((row) => row.name),
    ...reference,
  });
}

async function allRows(client: Client, table: JournalTable): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const rows of rowsOf(client, table)) all.push(...rows);
  return all;
}
