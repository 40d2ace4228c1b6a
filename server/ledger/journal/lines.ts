import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { JournalRow } from '#server/ledger/journal/rows.ts';
import type { JournalTable } from '#server/ledger/journal/tables.ts';

/** What the first line says; a file with another version is refused. */
export const journalFormat = 'cascade-ledger-journal';
export const journalVersion = 1;

/** How many rows of each section a file has. */
export type JournalCounts = Record<string, number>;

/**
 * The two checks that run along with a file. Every line ends with the CRC-32 of all lines up to and including
 * itself, so a changed, lost or added byte is found in the very line where it happened; the last line has the SHA-256
 * of all bytes before it. Neither is a signature: whoever writes a whole new file can compute both, and then it is the
 * books themselves that have to be in order.
 */
export class RunningChecks {
  private readonly hash: Hash = createHash('sha256');
  private running = 0;

  /** The check of the next line, from its text without it. */
  next(body: string): string {
    this.running = crc32(body, this.running);
    return this.running.toString(16).padStart(8, '0');
  }

  /** Takes in a line as it stands in the file, its end included. */
  take(line: string): void {
    this.hash.update(line, 'utf8');
  }

  sha256(): string {
    return this.hash.copy().digest('hex');
  }
}

/** A line without its check: keys in a fixed order, no spaces, nulls written out. */
export function bodyOf({ name, columns }: JournalTable, row: JournalRow): string {
  const pairs = [...columns.keys()].map((column) => [column, row[column] ?? null] as const);
  return JSON.stringify({ type: name, ...Object.fromEntries(pairs) });
}

/** A line as it stands in the file. */
export function lineOf(body: string, check: string): string {
  return `${body.slice(0, -1)},"crc32":"${check}"}\n`;
}

const lineForm = /^(\{.*),"crc32":"([0-9a-f]{8})"\}$/s;

/** The two parts of a line without its end, or null when it is not of that form. */
export function partsOf(text: string): { body: string; check: string } | null {
  const [, start, check] = lineForm.exec(text) ?? [];
  return start === undefined || check === undefined ? null : { body: `${start}}`, check };
}

/** The last line without its check: how many rows each section has, and the SHA-256 of all bytes before this line. */
export function trailerBody(counts: JournalCounts, sha256: string): string {
  return JSON.stringify({ type: 'trailer', counts, sha256 });
}
