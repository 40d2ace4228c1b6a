import { z } from 'zod';
import { EntryChain } from '#server/ledger/journal/entry-chain.ts';
import { headerProblem } from '#server/ledger/journal/header.ts';
import { bodyOf, partsOf, RunningChecks, trailerBody, type JournalCounts } from '#server/ledger/journal/lines.ts';
import { refuseLine } from '#server/ledger/journal/refusals.ts';
import { rowRules } from '#server/ledger/journal/row-rules.ts';
import type { JournalRow } from '#server/ledger/journal/rows.ts';
import { sections, type JournalTable } from '#server/ledger/journal/tables.ts';
import { compareRows, rowSchema } from '#server/ledger/journal/values.ts';

/** One row of a journal, and the line it stands in. */
export interface ReadRow {
  section: JournalTable;
  /** The line as JSON, without its check. */
  body: string;
  row: JournalRow;
  line: number;
}

const trailerSchema = z.strictObject({
  type: z.literal('trailer'),
  counts: z.record(z.string(), z.int().min(0)),
  sha256: z.string(),
});

/**
 * Reads a journal line by line and refuses the first line that is not exactly what an export would have written:
 * its checks, its form, its place, its order, and for entries the chain. It remembers one row, not the file.
 */
export class JournalReader {
  private readonly expectedHeader: string;
  private readonly brokenRule: (section: string, row: JournalRow) => string | null;
  private readonly checks = new RunningChecks();
  private readonly chain = new EntryChain();
  private readonly sections: readonly JournalTable[];
  private readonly schemas: ReadonlyMap<string, ReturnType<typeof rowSchema>>;
  private readonly counts: JournalCounts;
  private line = 0;
  private section = 0;
  private previous: JournalRow | null = null;
  private sha256: string | null = null;

  /** `expectedHeader`: what the first line of the importing database's own journal would be; `ownSections`: of what. */
  constructor(expectedHeader: string, ownSections = sections) {
    this.sections = ownSections;
    this.schemas = new Map(ownSections.map((section) => [section.name, rowSchema(section)]));
    this.counts = Object.fromEntries(ownSections.map(({ name }) => [name, 0]));
    this.expectedHeader = expectedHeader;
    this.brokenRule = rowRules(expectedHeader);
  }

  /** The row of the next line; null for the first and the last one. */
  take(text: string): ReadRow | null {
    this.line += 1;
    if (this.sha256 !== null) this.refuse('journal_after_trailer', 'nothing may follow the last line of a journal.');
    const body = this.checkedBody(text);
    if (this.line === 1) {
      const problem = headerProblem(body, this.expectedHeader);
      if (problem !== null) this.refuse(problem.code, problem.message);
      this.checks.take(`${text}\n`);
      return null;
    }
    const value = this.parsed(body);
    const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
    if (type === 'trailer') {
      this.takeTrailer(body, value);
      return null;
    }
    this.checks.take(`${text}\n`);
    return this.takeRow(type, body, value);
  }

  /** The counts and the hash of the file, once all of it was read. */
  end(): { counts: JournalCounts; sha256: string } {
    if (this.sha256 === null) {
      throw refuseLine(this.line, 'journal_truncated', 'the file ends here, without the last line of a journal.');
    }
    return { counts: this.counts, sha256: this.sha256 };
  }

  private checkedBody(text: string): string {
    const parts = partsOf(text);
    if (parts === null) this.refuse('journal_line_malformed', 'it is no line of a journal.');
    if (parts.check !== this.checks.next(parts.body)) {
      this.refuse('journal_line_changed', 'it, or what stood before it, was changed after it was written.');
    }
    return parts.body;
  }

  private parsed(body: string): unknown {
    try {
      return JSON.parse(body);
    } catch {
      this.refuse('journal_line_malformed', 'it is not JSON.');
    }
  }

  private takeRow(type: unknown, body: string, value: unknown): ReadRow {
    const place = this.sections.findIndex(({ name }) => name === type);
    const section = this.sections[place];
    if (section === undefined) this.refuse('journal_line_malformed', 'a journal has no lines of this type.');
    const result = this.schemas.get(section.name)?.safeParse(value);
    if (result?.success !== true) this.refuse('journal_line_malformed', problemOf(result?.error));
    if (bodyOf(section, result.data) !== body) this.refuse('journal_line_malformed', 'not as an export writes it.');
    this.checkOrder(place, section, result.data);
    const rule = this.brokenRule(section.name, result.data);
    if (rule !== null) this.refuse('journal_rule_broken', rule);
    const broken = section.name === 'entry' ? this.chain.take(result.data) : null;
    if (broken !== null) this.refuse('journal_chain_broken', broken);
    this.counts[section.name] = (this.counts[section.name] ?? 0) + 1;
    return { section, body, row: result.data, line: this.line };
  }

  private checkOrder(place: number, section: JournalTable, row: JournalRow): void {
    if (place < this.section) this.refuse('journal_out_of_order', `rows of ${section.name} stand further above.`);
    if (place === this.section && this.previous !== null) {
      const order = compareRows(section, this.previous, row);
      if (order === 0) this.refuse('journal_duplicate_id', `the same ${section.name} as in the line before.`);
      if (order > 0) this.refuse('journal_out_of_order', 'its place is further above.');
    }
    this.section = place;
    this.previous = row;
  }

  private takeTrailer(body: string, value: unknown): void {
    const trailer = trailerSchema.safeParse(value);
    if (!trailer.success) this.refuse('journal_line_malformed', problemOf(trailer.error));
    const { counts, sha256 } = trailer.data;
    const differing = this.sections.find(({ name }) => counts[name] !== this.counts[name])?.name;
    if (differing !== undefined) {
      const found = `${String(this.counts[differing])} of ${differing}`;
      this.refuse('journal_counts_mismatch', `${found} were read, ${String(counts[differing])} were written.`);
    }
    if (sha256 !== this.checks.sha256()) this.refuse('journal_hash_mismatch', 'the lines before have another hash.');
    if (body !== trailerBody(this.counts, sha256)) this.refuse('journal_line_malformed', 'not as an export writes it.');
    if (!this.chain.isZeroSum()) this.refuse('journal_not_zero_sum', 'all entries together are not zero.');
    this.sha256 = sha256;
  }

  private refuse(code: Parameters<typeof refuseLine>[1], message: string): never {
    throw refuseLine(this.line, code, message);
  }
}

function problemOf(error: z.ZodError | undefined): string {
  const issue = error?.issues[0];
  return issue === undefined ? 'it is malformed.' : `${issue.path.join('.')}: ${issue.message}.`;
}
