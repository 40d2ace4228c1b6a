import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { provenanceTruth } from '#server/provenance/journal.ts';
import { asSuperuser, testDatabase, type TestDatabase } from '#server/testing/database.ts';
import { journalOf } from '#server/testing/journal-books.ts';
import { books, move } from '#server/testing/ledger.ts';

const [original, copy, empty] = [await testDatabase(), await testDatabase(), await testDatabase()];
const { wallet, post } = books(original);
const [from, to] = [await wallet(100n), await wallet()];
await post([move({ from, to, amountMinor: 40n }), move({ from, to, amountMinor: 70n })]);

const folder = mkdtempSync(join(tmpdir(), 'cascade-journal-'));
const file = join(folder, 'books.ndjson');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const command = fileURLToPath(new URL('journal-command.ts', import.meta.url));
const lastLine = z.looseObject({ ok: z.boolean(), code: z.string().optional(), line: z.number().optional() });

interface Ended {
  exitCode: number;
  answer: z.infer<typeof lastLine>;
  progress: string;
}

function run(url: string, args: string[]): Promise<Ended> {
  const settings = {
    NODE_ENV: 'test' as const,
    CASCADE_MODE: 'sandbox',
    APP_URL: 'http://127.0.0.1:3000',
    DATABASE_URL: url,
    CASCADE_SECRET: 'a secret of at least thirty-two characters',
    STRIPE_SECRET_KEY: 'sk_test_ledger',
    VENICE_ISSUER: 'http://127.0.0.1:4000',
    VENICE_CLIENT_ID: 'cascade',
    VENICE_CLIENT_SECRET: 'secret',
  };
  const ended = new Promise<[number, string, string]>((resolve) => {
    const child = execFile(process.execPath, [command, ...args], { env: settings }, (_, output, progress) => {
      resolve([child.exitCode ?? -1, output.trim().split('\n').at(-1) ?? '', output + progress]);
    });
  });
  return ended.then(([exitCode, line, progress]) => ({ exitCode, answer: lastLine.parse(JSON.parse(line)), progress }));
}

const exporting = (database: TestDatabase, ...args: string[]): Promise<Ended> =>
  run(database.adminUrl, ['export', ...args]);

it('npm run ledger:export and ledger:import carry the books into an empty database', async () => {
  const exported = await exporting(original, file);
  expect(exported, exported.progress).toMatchObject({
    exitCode: 0,
    answer: { ok: true, format: 'journal', counts: { transfer: 3, entry: 4, control: 1 } },
  });
  expect(readFileSync(file, 'utf8')).toBe(await journalOf(original, provenanceTruth));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const imported = await run(copy.adminUrl, ['import', file]);
  expect(imported, imported.progress).toMatchObject({ exitCode: 0, answer: { ok: true, counts: { transfer: 3 } } });
  expect(imported.progress).toContain('checking the books');
  expect(await journalOf(copy, provenanceTruth)).toBe(await journalOf(original, provenanceTruth));
});

it('a file that is there already is not replaced, and nothing half-written stays', async () => {
  const before = readFileSync(file, 'utf8');
  expect(await exporting(original, file)).toMatchObject({ exitCode: 1, answer: { code: 'journal_file_exists' } });
  expect(readFileSync(file, 'utf8')).toBe(before);
  const books = join(folder, 'books.hledger');
  const written = await exporting(original, books, '--format', 'hledger');
  expect(written, written.progress).toMatchObject({ exitCode: 0, answer: { transactions: 2 } });
  expect(readFileSync(books, 'utf8')).toContain('0.40 DUC');
  expect(await exporting(original, join(folder, 'no', 'such', 'folder'))).toMatchObject({
    exitCode: 1,
    answer: { code: 'journal_file_unusable' },
  });
  expect((await readdir(folder)).sort()).toEqual(['books.hledger', 'books.ndjson']);
});

it('a refused import says in its last line why, and the exit code is 1', async () => {
  expect(await run(copy.adminUrl, ['import', file])).toMatchObject({
    exitCode: 1,
    answer: { ok: false, code: 'journal_database_not_empty' },
  });
  const missing = await run(empty.adminUrl, ['import', join(folder, 'missing')]);
  expect(missing).toMatchObject({ exitCode: 1, answer: { code: 'journal_file_unusable' } });
  for (const args of [['import'], ['export', file, '--format', 'xml'], ['export', '--format', 'hledger'], []]) {
    expect(await run(copy.adminUrl, args)).toMatchObject({ exitCode: 1, answer: { code: 'journal_usage' } });
  }
  expect(existsSync(file)).toBe(true);
});

it('a login that may not act as the owner exports but does not import', async () => {
  const url = new URL(original.adminUrl);
  url.username = 'journal_reader';
  url.password = 'reader';
  await withLogin(original, async () => {
    const copied = join(folder, 'copied.ndjson');
    expect(await run(url.href, ['export', copied])).toMatchObject({ exitCode: 0 });
    expect(await run(url.href, ['import', copied])).toMatchObject({
      exitCode: 1,
      answer: { code: 'journal_import_needs_owner' },
    });
  });
});

async function withLogin(database: TestDatabase, work: () => Promise<void>): Promise<void> {
  await asSuperuser(database, `CREATE ROLE journal_reader LOGIN PASSWORD 'reader' IN ROLE cascade_app`);
  try {
    await work();
  } finally {
    await asSuperuser(database, 'DROP ROLE journal_reader');
  }
}
