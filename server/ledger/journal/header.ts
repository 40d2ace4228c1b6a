import { z } from 'zod';
import { journalFormat, journalVersion } from '#server/ledger/journal/lines.ts';
import type { JournalRefusal } from '#server/ledger/journal/refusals.ts';

const known = z.looseObject({
  type: z.literal('header'),
  format: z.literal(journalFormat),
  version: z.literal(journalVersion),
});
const comparable = z.looseObject({ mode: z.string(), migrations: z.array(z.string()) });

interface HeaderProblem {
  code: JournalRefusal;
  message: string;
}

/** Why a journal with this first line cannot be imported into the database with that one; null when it can. */
export function headerProblem(body: string, expected: string): HeaderProblem | null {
  if (body === expected) return null;
  const header = known.safeParse(jsonOf(body));
  if (!header.success) {
    const message = `it is not the first line of a journal of version ${String(journalVersion)}.`;
    return { code: 'journal_version_unknown', message };
  }
  const theirs = comparable.safeParse(header.data);
  const ours = comparable.parse(jsonOf(expected));
  if (!theirs.success) return { code: 'journal_line_malformed', message: 'it names no mode and no migrations.' };
  if (theirs.data.mode !== ours.mode) {
    const message = `the journal is of a ${theirs.data.mode} database, and this one is ${ours.mode}.`;
    return { code: 'journal_mode_mismatch', message };
  }
  return { code: 'journal_schema_mismatch', message: differenceOf(theirs.data.migrations, ours.migrations) };
}

function differenceOf(theirs: readonly string[], ours: readonly string[]): string {
  const unknown = theirs.find((name) => !ours.includes(name));
  if (unknown !== undefined) return `this database lacks the migration ${unknown}.`;
  const newer = ours.find((name) => !theirs.includes(name));
  if (newer !== undefined) return `the journal is older than the migration ${newer}.`;
  return 'the assets, kinds or refusals of the journal are not those of this database.';
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
