import { DomainError } from '#server/platform/errors.ts';

/** Why a file is not imported: the one list of the codes. Every one means that nothing was kept. */
export type JournalRefusal =
  /** The bytes of a line are not UTF-8. */
  | 'journal_not_text'
  /** The file ends before its last line does, or before its trailer. */
  | 'journal_truncated'
  /** A line is longer than any line of a journal. */
  | 'journal_line_too_long'
  /** A line is not of the form that an export writes, or holds a value that its column cannot. */
  | 'journal_line_malformed'
  /** A line, or one before it, is not what was written: its running check differs. */
  | 'journal_line_changed'
  /** The file is no journal, or one of a version that is not known here. */
  | 'journal_version_unknown'
  /** It is about the other kind of money: play money never becomes real, nor the other way round. */
  | 'journal_mode_mismatch'
  /** It was written by a database with other ledger migrations, or with other assets, kinds or refusals. */
  | 'journal_schema_mismatch'
  /** A row holds what posting never writes: an amount out of range, an unknown kind, a closed account with money. */
  | 'journal_rule_broken'
  /** A row stands after one that must follow it. */
  | 'journal_out_of_order'
  /** A row has the id of the row before it. */
  | 'journal_duplicate_id'
  /** An entry does not continue the entry before it. */
  | 'journal_chain_broken'
  /** All entries together are not zero. */
  | 'journal_not_zero_sum'
  /** The trailer counts other rows than there are. */
  | 'journal_counts_mismatch'
  /** The trailer has another hash than the lines before it. */
  | 'journal_hash_mismatch'
  /** Something stands after the trailer. */
  | 'journal_after_trailer'
  /** PostgreSQL refuses the row. */
  | 'journal_row_refused'
  /** The transfers spread over more months than a ledger has partitions for. */
  | 'journal_too_many_months'
  /** The rows are whole, but the books they make are wrong; the checker's first finding is named. */
  | 'journal_books_wrong'
  /** An export of what was imported would not give the same bytes. */
  | 'journal_not_reproduced';

/** A refusal that names the line. */
export function refuseLine(line: number, code: JournalRefusal, message: string): DomainError {
  return new DomainError({ kind: 'invalid', code, message: `Line ${String(line)}: ${message}`, details: { line } });
}

/** A refusal of the file as a whole. */
export function refuseJournal(code: JournalRefusal, message: string): DomainError {
  return new DomainError({ kind: 'invalid', code, message });
}
