import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withOwner, withSnapshot } from '#server/ledger/journal/connections.ts';
import { headerBody } from '#server/ledger/journal/export.ts';
import { importJournal } from '#server/ledger/journal/import.ts';
import { lineOf, partsOf, RunningChecks, trailerBody } from '#server/ledger/journal/lines.ts';
import { JournalReader } from '#server/ledger/journal/reader.ts';
import { linesOf } from '#server/ledger/journal/text-lines.ts';
import { DomainError } from '#server/platform/errors.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { bytesOf, fillBooks, journalOf, rowsOfJournal } from '#server/testing/journal-books.ts';

/** Put the number of a failed run here to see it again. */
const seed = Date.now() % 1_000_000;

const [original, empty] = [await testDatabase(), await testDatabase()];
await fillBooks(original, { seed, sequences: 1 });
const journal = await journalOf(original);
const lines = journal.trimEnd().split('\n');
const before = await journalOf(empty);
const header = await withSnapshot(empty.adminUrl, (client) => headerBody(client, 'sandbox'));

/** What an import says; it must have kept nothing. */
async function refusalOf(file: string | Uint8Array, mode = 'sandbox'): Promise<DomainError> {
  const refusal = await withOwner(empty.adminUrl, (client) => importJournal(client, bytesOf(file), { mode })).then(
    () => null,
    (error: unknown) => error,
  );
  expect(await journalOf(empty), 'the database is as it was').toBe(before);
  if (refusal instanceof DomainError) return refusal;
  throw new Error('the file was not refused', { cause: refusal });
}

/** Reads the file as an import does, without a database behind it. */
async function readingOf(file: Uint8Array): Promise<DomainError | null> {
  try {
    const reader = new JournalReader(header);
    for await (const texts of linesOf(bytesOf(file))) for (const text of texts) reader.take(text);
    reader.end();
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

type Row = Record<string, unknown>;

/** The file as somebody writes it who knows how: with all checks, counts and the hash made anew. */
function forged(change: (rows: Row[]) => Row[], trailer: { sha256?: string; counts?: object } = {}): string {
  const rows = rowsOfJournal(journal).map(({ crc32: _, ...row }) => row);
  const [first = {}, ...changed] = [...rows.slice(0, 1), ...change(rows.slice(1, -1))];
  const counts = Object.fromEntries(Object.keys(countsOf(rows.at(-1))).map((name) => [name, 0]));
  for (const { type } of changed) counts[String(type)] = (counts[String(type)] ?? 0) + 1;
  const checks = new RunningChecks();
  const write = (body: string): string => {
    const line = lineOf(body, checks.next(body));
    checks.take(line);
    return line;
  };
  const text = [first, ...changed].map((row) => write(JSON.stringify(row))).join('');
  return text + write(trailerBody({ ...counts, ...trailer.counts }, trailer.sha256 ?? checks.sha256()));
}

function countsOf(trailer: Row | undefined): object {
  const counts = trailer?.['counts'];
  return typeof counts === 'object' && counts !== null ? counts : {};
}

/** Changes the first row that fits. */
function changing(fits: (row: Row) => boolean, change: Row): (rows: Row[]) => Row[] {
  return (rows) => {
    const index = rows.findIndex(fits);
    return rows.map((row, at) => (at === index ? { ...row, ...change } : row));
  };
}

const lineNumber = (fits: (row: Row) => boolean): number => rowsOfJournal(journal).findIndex(fits) + 1;
const isType = (type: string) => (row: Row) => row['type'] === type;
const uuid = '01000000-0000-7000-8000-000000000000';
const isRich = (row: Row): boolean => row['type'] === 'account' && row['owner'] !== 'house' && row['balance'] !== '0';
const isLoss = (row: Row): boolean => row['type'] === 'account' && row['id'] === '115';
const isMove = (row: Row): boolean => row['type'] === 'transfer' && row['action'] === 1 && row['outcome'] === 0;
const isAlone = (row: Row): boolean => isMove(row) && row['group_id'] === null;

describe(`a file that is not what was written (seed ${String(seed)})`, () => {
  it('any one byte changed is refused in the line where it stands', async () => {
    const bytes = Buffer.from(journal);
    const lineAt = (position: number): number => bytes.subarray(0, position).toString('latin1').split('\n').length;
    const change = fc.record({ position: fc.nat({ max: bytes.length - 1 }), by: fc.integer({ min: 1, max: 255 }) });
    const property = fc.asyncProperty(change, async ({ position, by }) => {
      const changed = Buffer.from(bytes);
      changed.writeUInt8((changed.readUInt8(position) + by) % 256, position);
      const refusal = await readingOf(changed);
      expect(refusal?.details['line'], refusal?.message).toBe(lineAt(position));
    });
    await fc.assert(property, { numRuns: 400, seed });
    expect(await readingOf(bytes)).toBeNull();
  });

  it('a lost, doubled or exchanged line is refused where it is missed, and nothing is kept', async () => {
    const at = Math.floor(lines.length / 2);
    const [one = '', two = ''] = lines.slice(at, at + 2);
    const cases = [
      [...lines.slice(0, at), ...lines.slice(at + 1)],
      [...lines.slice(0, at + 1), one, ...lines.slice(at + 1)],
      [...lines.slice(0, at), two, one, ...lines.slice(at + 2)],
    ];
    const found: unknown[] = [];
    for (const changed of cases) {
      const { code, details } = await refusalOf(`${changed.join('\n')}\n`);
      found.push([code, details['line']]);
    }
    expect(found).toEqual([
      ['journal_line_changed', at + 1],
      ['journal_line_changed', at + 2],
      ['journal_line_changed', at + 1],
    ]);
  });

  it('a file cut off anywhere is refused as truncated', async () => {
    expect(await refusalOf('')).toMatchObject({ code: 'journal_truncated' });
    const inLine = await refusalOf(journal.slice(0, -20));
    expect(inLine).toMatchObject({ code: 'journal_truncated', details: { line: lines.length } });
    const afterLine = await refusalOf(`${lines.slice(0, 40).join('\n')}\n`);
    expect(afterLine).toMatchObject({ code: 'journal_truncated', details: { line: 40 } });
  });

  it('nothing may follow the last line, and no line is endless or not UTF-8', async () => {
    const after = await refusalOf(`${journal}{}\n`);
    expect(after).toMatchObject({ code: 'journal_after_trailer', details: { line: lines.length + 1 } });
    const endless = await refusalOf(`${lines.slice(0, 3).join('\n')}\n${' '.repeat(1_100_000)}`);
    expect(endless).toMatchObject({ code: 'journal_line_too_long', details: { line: 4 } });
    const bytes = Buffer.from(journal);
    bytes.writeUInt8(0xff, bytes.indexOf('🦁'));
    expect((await refusalOf(bytes)).code).toBe('journal_not_text');
  });
});

describe(`a file that somebody wrote anew (seed ${String(seed)})`, () => {
  const cases: [string, (rows: Row[]) => Row[], string, ((row: Row) => boolean) | null][] = [
    ['an id twice', (rows) => rows.flatMap((row) => (isMove(row) ? [row, row] : [row])), 'journal_duplicate_id', null],
    ['rows out of order', (rows) => rows.toReversed(), 'journal_out_of_order', null],
    ['a key too many', changing(isMove, { more: 1 }), 'journal_line_malformed', isMove],
    [
      'keys in another order',
      (rows) => rows.map((row) => (isMove(row) ? reversed(row) : row)),
      'journal_line_malformed',
      isMove,
    ],
    ['a number as text', changing(isMove, { kind: '13' }), 'journal_line_malformed', isMove],
    ['an amount with a sign', changing(isMove, { amount: '+1' }), 'journal_line_malformed', isMove],
    ['a 30th of February', changing(isMove, { effective_date: '2026-02-30' }), 'journal_line_malformed', isMove],
    ['a 25th hour', changing(isMove, { booked_at: '2026-01-01T24:00:00.000000Z' }), 'journal_line_malformed', isMove],
    ['a table of ours', changing(isMove, { type: 'open_pending' }), 'journal_line_malformed', isMove],
    [
      'no UUIDv7',
      changing(isType('transfer'), { id: '01000000-0000-4000-8000-000000000000' }),
      'journal_rule_broken',
      isType('transfer'),
    ],
    ['an amount out of range', changing(isMove, { amount: '1000000000000001' }), 'journal_rule_broken', isMove],
    ['an unknown kind', changing(isMove, { kind: 99 }), 'journal_rule_broken', isMove],
    ['an unknown refusal', changing(isMove, { outcome: 99 }), 'journal_rule_broken', isMove],
    ['a size of no group', changing(isAlone, { group_size: 2 }), 'journal_rule_broken', isAlone],
    ['a move about another', changing(isMove, { related_id: uuid }), 'journal_rule_broken', isMove],
    ['a frozen house', changing(isType('account'), { frozen: true }), 'journal_rule_broken', isType('account')],
    ['a closed account with money', changing(isRich, { closed: true }), 'journal_rule_broken', isRich],
    ['a floor above the ceiling', changing(isRich, { floor: '5', ceiling: '4' }), 'journal_rule_broken', isRich],
    ['another amount of an entry', changing(isType('entry'), { amount: '8' }), 'journal_chain_broken', isType('entry')],
    ['an entry left out', without(isType('entry')), 'journal_chain_broken', null],
    ['all entries left out', (rows) => rows.filter((row) => row['type'] !== 'entry'), 'journal_books_wrong', null],
    ['the amount of a transfer', changing(isMove, { amount: '8' }), 'journal_books_wrong', null],
    ['the debit of a transfer', changing(isMove, { debit_account_id: '2' }), 'journal_books_wrong', null],
    ['the balance of an account', changing(isType('account'), { balance: '77' }), 'journal_books_wrong', null],
    ['a stranger as the house', changing(isType('account'), { owner: 'me' }), 'journal_row_refused', isType('account')],
    [
      'a number too large',
      changing(isMove, { debit_account_id: '9999999999999999999' }),
      'journal_row_refused',
      isMove,
    ],
    ['an account of the house left out', without(isType('account')), 'journal_books_wrong', null],
    ['an unused account of the house left out', without(isLoss), 'journal_not_reproduced', null],
    ['an end of a pending left out', without((row) => row['action'] === 4), 'journal_books_wrong', null],
    [
      'centuries of ids',
      changing(isType('transfer'), { id: '00000000-0000-7000-8000-000000000000' }),
      'journal_too_many_months',
      isType('transfer'),
    ],
  ];

  it.each(cases)('%s is refused, and nothing is kept', async (...[, change, code, fits]) => {
    const file = forged(change);
    expect(file, 'there is a row to change').not.toBe(journal);
    const refusal = await refusalOf(file);
    expect(refusal.code, refusal.message).toBe(code);
    if (fits !== null) expect(refusal.details['line'], refusal.message).toBe(lineNumber(fits));
  });

  it('an unknown version, another mode and other migrations are refused in the first line', async () => {
    const withHeader = (change: Row): string => {
      const body = partsOf(lines[0] ?? '')?.body ?? '{}';
      const first = JSON.stringify({ ...(JSON.parse(body) as Row), ...change });
      return lineOf(first, new RunningChecks().next(first));
    };
    const refusals = [
      await refusalOf(withHeader({ version: 2 })),
      await refusalOf(withHeader({ format: 'something else' })),
      await refusalOf(withHeader({ migrations: [] })),
      await refusalOf(withHeader({ migrations: ['29990101000000_ledger_of_tomorrow'] })),
      await refusalOf(withHeader({ transfer_kind: [] })),
      await refusalOf(journal, 'live'),
    ];
    expect(refusals.map(({ code, details }) => [code, details['line']])).toEqual([
      ['journal_version_unknown', 1],
      ['journal_version_unknown', 1],
      ['journal_schema_mismatch', 1],
      ['journal_schema_mismatch', 1],
      ['journal_schema_mismatch', 1],
      ['journal_mode_mismatch', 1],
    ]);
  });

  it('a trailer with other counts or another hash is refused, and nothing is kept', async () => {
    const same = (rows: Row[]): Row[] => rows;
    const line = lines.length;
    const hash = await refusalOf(forged(same, { sha256: '0'.repeat(64) }));
    expect(hash).toMatchObject({ code: 'journal_hash_mismatch', details: { line } });
    const counts = await refusalOf(forged(same, { counts: { transfer: 1 } }));
    expect(counts).toMatchObject({ code: 'journal_counts_mismatch', details: { line } });
    const more = await refusalOf(forged(same, { counts: { gifts: 0 } }));
    expect(more).toMatchObject({ code: 'journal_line_malformed', details: { line } });
  });

  it('entries that are not zero together are refused, whatever else agrees', async () => {
    const last = rowsOfJournal(journal).filter(isType('entry')).at(-1);
    const isLast = (row: Row): boolean =>
      row['type'] === 'entry' && row['version'] === last?.['version'] && row['account_id'] === last?.['account_id'];
    const plusOne = (value: unknown): string => (BigInt(String(value)) + 1n).toString();
    const change = { amount: plusOne(last?.['amount']), balance: plusOne(last?.['balance']) };
    expect(await refusalOf(forged(changing(isLast, change)))).toMatchObject({ code: 'journal_not_zero_sum' });
  });

  it('the same books written by the same rules are taken', () => {
    expect(forged((rows) => rows)).toBe(journal);
  });
});

it('a database in which something was opened or posted takes no journal', async () => {
  const used = await testDatabase();
  const attempt = (): Promise<unknown> =>
    withOwner(used.adminUrl, (client) => importJournal(client, bytesOf(journal), { mode: 'sandbox' }));
  await asSuperuser(used, `SELECT ledger.open_account('somebody', 6::smallint, 1::smallint)`);
  await expect(attempt()).rejects.toMatchObject({ code: 'journal_database_not_empty' });
  await expect(
    withOwner(original.adminUrl, (client) => importJournal(client, bytesOf(journal), { mode: 'sandbox' })),
  ).rejects.toMatchObject({ code: 'journal_database_not_empty' });
  expect(await journalOf(original)).toBe(journal);
});

function reversed(row: Row): Row {
  return Object.fromEntries(Object.entries(row).toReversed());
}

function without(fits: (row: Row) => boolean): (rows: Row[]) => Row[] {
  return (rows) => {
    const index = rows.findIndex(fits);
    return rows.filter((_, at) => at !== index);
  };
}
