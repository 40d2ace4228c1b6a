import { createReadStream, createWriteStream } from 'node:fs';
import { link, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { withOwner, withSnapshot } from '#server/ledger/journal/connections.ts';
import { exportJournal } from '#server/ledger/journal/export.ts';
import { exportHledger } from '#server/ledger/journal/hledger.ts';
import { importJournal } from '#server/ledger/journal/import.ts';
import { progressTo } from '#server/ledger/journal/progress.ts';
import { createDatabase } from '#server/platform/db.ts';
import { env } from '#server/platform/env.ts';
import { isDomainError, refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import { readStamp } from '#server/platform/stamp.ts';
import { provenanceTruth } from '#server/provenance/journal.ts';

/**
 * `npm run ledger:export -- <new file> [--format journal|hledger]` writes all books of one moment into a file that
 * only its owner may read. `npm run ledger:import -- <file>` brings a journal into the empty database of DATABASE_URL,
 * whose login must be one that may act as `cascade_owner`; it keeps all of it or nothing.
 *
 * Progress goes to stderr. The last line of stdout is JSON: the counts, or the code of the refusal and its line.
 */
async function main(): Promise<void> {
  const order = orderOf(process.argv.slice(2));
  const started = performance.now();
  const url = env().DATABASE_URL;
  const mode = await modeOf(url);
  const result = order.action === 'import' ? await read(order, { url, mode }) : await writeNew(order, { url, mode });
  const milliseconds = Math.ceil(performance.now() - started);
  process.stdout.write(`${JSON.stringify({ ok: true, ...order, milliseconds, ...result })}\n`);
}

const formats = ['journal', 'hledger'] as const;
type Format = (typeof formats)[number];

interface ExportOrder {
  action: 'export';
  file: string;
  format: Format;
}

interface ImportOrder {
  action: 'import';
  file: string;
}

interface Source {
  url: string;
  mode: string;
}

function orderOf([action, file, ...options]: readonly string[]): ExportOrder | ImportOrder {
  const isFile = file !== undefined && !file.startsWith('--');
  if (action === 'import' && isFile && options.length === 0) return { action, file };
  const format = options.length === 0 ? 'journal' : formats.find((name) => name === options[1]);
  const areOptions = options.length === 0 || (options.length === 2 && options[0] === '--format');
  if (action === 'export' && isFile && areOptions && format !== undefined) return { action, file, format };
  throw refuse(
    'invalid',
    'journal_usage',
    'Usage: npm run ledger:export -- <new file> [--format journal|hledger], or npm run ledger:import -- <file>',
  );
}

function read({ file }: ImportOrder, { url, mode }: Source): Promise<object> {
  const report = progressTo(process.stderr);
  return withOwner(url, (client) => importJournal(client, bytesOf(file), { mode, further: provenanceTruth, report }));
}

/** Opens the file when its first bytes are asked for, so that whoever asks hears of a file that is not there. */
async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(file)) {
    invariant(chunk instanceof Uint8Array, 'a stream without an encoding gives bytes');
    yield chunk;
  }
}

/** A file that stands under its name is whole: it gets the name when its last line is on the disk. */
async function writeNew(order: ExportOrder, source: Source): Promise<object> {
  const partial = `${order.file}.${String(process.pid)}.partial`;
  try {
    const counts = await write({ ...order, file: partial }, source);
    // Unlike a rename, a link does not replace a file that is there already.
    await link(partial, order.file);
    return counts;
  } finally {
    await rm(partial, { force: true });
  }
}

function write({ file, format }: ExportOrder, { url, mode }: Source): Promise<object> {
  const report = progressTo(process.stderr);
  return withSnapshot(url, async (client) => {
    const lines =
      format === 'hledger'
        ? exportHledger(client, report)
        : exportJournal(client, { mode, further: provenanceTruth, report });
    let counts: object = {};
    const chunks = async function* (): AsyncGenerator<string> {
      counts = yield* lines;
    };
    await pipeline(chunks, createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }));
    return counts;
  });
}

/** Which kind of money the database is for. Refuses one that was never migrated. */
async function modeOf(url: string): Promise<string> {
  const database = createDatabase(url);
  try {
    const mode = await readStamp(database);
    if (mode === null) throw refuse('conflict', 'journal_database_not_migrated', 'The database has no schema yet.');
    return mode;
  } finally {
    await database.close();
  }
}

/** What the disk says about the file, in words that a program can look up. */
function asRefusal(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (!(error instanceof Error) || typeof code !== 'string' || !('syscall' in error)) return error;
  if (code === 'EEXIST') return refuse('conflict', 'journal_file_exists', 'The file is there already.');
  const isOfFile = 'path' in error;
  return isOfFile ? refuse('invalid', 'journal_file_unusable', error.message) : error;
}

await main().catch((thrown: unknown) => {
  const error = asRefusal(thrown);
  // Both on stdout: lines of two streams could change places on their way.
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  const refused = isDomainError(error) ? { code: error.code, ...error.details } : { code: 'journal_failed' };
  process.stdout.write(`${JSON.stringify({ ok: false, ...refused })}\n`);
  process.exitCode = 1;
});
