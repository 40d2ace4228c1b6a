import type { Client } from 'pg';
import { bookChecks } from '#server/ledger/checks.ts';
import { sqlState } from '#server/ledger/journal/connections.ts';
import { exportJournal, headerBody, type ExportOptions, type ExportResult } from '#server/ledger/journal/export.ts';
import { Loader } from '#server/ledger/journal/loader.ts';
import { JournalReader } from '#server/ledger/journal/reader.ts';
import { rebuildDerived } from '#server/ledger/journal/rebuild.ts';
import { refuseJournal } from '#server/ledger/journal/refusals.ts';
import { nothingFurther, sections, tablesLeftOut, type FurtherTruth } from '#server/ledger/journal/tables.ts';
import { linesOf } from '#server/ledger/journal/text-lines.ts';
import { refuse } from '#server/platform/errors.ts';

export interface ImportOptions {
  /** Which kind of money the database is for; a journal of the other kind is refused. */
  mode: string;
  /** What other domains know; the same as of the export. */
  further?: FurtherTruth;
  /** Told after every page how many rows of a section are done, and when the next step begins. */
  report?: (section: string, rows: number) => void;
}

/**
 * Brings a whole journal into an empty database: original ids, times and refusals. The client must be in a
 * transaction of the owner (`withOwner`), which the caller must not keep when this throws.
 *
 * Reads the file once, in bounded memory, and refuses the first line that is not what an export wrote. Then finds
 * again what an export leaves out, runs every hard check of the checker, and exports the result once more in the
 * same transaction: its hash must be that of the file.
 *
 * Refuses with the codes of `refusals.ts`, and `journal_database_not_empty` where something was opened or posted.
 */
export async function importJournal(
  client: Client,
  chunks: AsyncIterable<Uint8Array>,
  { mode, further = nothingFurther, report = () => undefined }: ImportOptions,
): Promise<ExportResult> {
  await requireEmpty(client, further);
  const reader = new JournalReader(await headerBody(client, mode), [...sections, ...further.sections]);
  const loader = new Loader(client, report);
  for await (const lines of linesOf(chunks)) {
    for (const text of lines) {
      const row = reader.take(text);
      if (row === null) continue;
      if (loader.isOfOtherSection(row)) await loader.flush();
      if (loader.add(row)) await loader.flush();
    }
  }
  await loader.flush();
  const read = reader.end();
  report('finding again what the file leaves out', 0);
  await rebuildDerived(client).catch((error: unknown) => {
    throw asWrongBooks(error);
  });
  report('checking the books', 0);
  await requireSoundBooks(client);
  report('comparing with the file', 0);
  await requireReproduced(client, { mode, further }, read.sha256);
  return read;
}

/** Rows that a database can have before anything is opened or posted. */
const notPosted = new Set([
  'control',
  'account',
  'account_group',
  'account_group_kind',
  'transfer_partition',
  'rollup_fold',
  'check_run',
  'check_point',
]);

/** Of these, the ones that the rows of the file replace or that no longer hold. */
const replaced = ['account_group_kind', 'account_group', 'check_run', 'check_point'];

async function requireEmpty(client: Client, further: FurtherTruth): Promise<void> {
  const tables = [...sections.map(({ name }) => name), ...Object.keys(tablesLeftOut)];
  // Posting, opening accounts and the breaker wait until this is over; reading does not.
  await client.query('LOCK TABLE ledger.account, ledger.transfer, ledger.control IN EXCLUSIVE MODE');
  const questions = tables
    .filter((name) => !notPosted.has(name))
    .map((name) => `SELECT '${name}' AS name WHERE EXISTS (SELECT FROM ledger.${name})`);
  questions.push(`SELECT 'account' WHERE EXISTS (SELECT FROM ledger.account WHERE owner <> 'house' OR version > 0)`);
  questions.push(
    `SELECT 'rollup_fold' WHERE EXISTS (SELECT FROM ledger.rollup_fold WHERE balance <> 0 OR reserved <> 0)`,
  );
  for (const name of [...further.sections.map((section) => section.name), ...further.derived])
    questions.push(`SELECT '${name}' WHERE EXISTS (SELECT FROM public.${name})`);
  const { rows } = await client.query<{ name: string }>(questions.join(' UNION ALL '));
  const used = rows[0]?.name;
  if (used !== undefined) {
    throw refuse(
      'conflict',
      'journal_database_not_empty',
      `A journal goes only into an empty database, and there are rows in ${used}.`,
    );
  }
  for (const name of replaced) await client.query(`DELETE FROM ledger.${name}`);
}

async function requireSoundBooks(client: Client): Promise<void> {
  for (const check of bookChecks) {
    if (check.severity !== 'hard') continue;
    const { rows } = await client.query<{ place: string; expected: string; actual: string }>(
      `SELECT r.place, r.expected, r.actual
       FROM (${check.rows.text}) AS r (first_key, second_key, place, expected, actual)
       ORDER BY r.first_key, r.second_key, r.place LIMIT 1`,
      [...check.rows.values],
    );
    const [first] = rows;
    if (first === undefined) continue;
    throw refuseJournal(
      'journal_books_wrong',
      `${check.name}: ${first.place}: expected ${first.expected}, found ${first.actual}.`,
    );
  }
}

async function requireReproduced(client: Client, options: ExportOptions, sha256: string): Promise<void> {
  const lines = exportJournal(client, options);
  let step = await lines.next();
  while (step.done !== true) step = await lines.next();
  if (step.value.sha256 === sha256) return;
  throw refuseJournal(
    'journal_not_reproduced',
    'An export of what was imported would differ from the file, so it holds what a ledger cannot have come to.',
  );
}

/** Rows that contradict each other: two ends of one pending, more reversed than a number holds. */
function asWrongBooks(error: unknown): unknown {
  const isRefused = /^(22|23)/.test(sqlState(error) ?? '');
  return isRefused && error instanceof Error ? refuseJournal('journal_books_wrong', `${error.message}.`) : error;
}
