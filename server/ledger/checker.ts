import { z } from 'zod';
import { bookChecks, type BookCheck } from '#server/ledger/checks.ts';
import { Prisma, type Db } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';

/** One thing that is not as it must be: how often, and the first row where. */
export interface Finding {
  check: string;
  severity: 'hard' | 'soft';
  /** How many rows differ. */
  count: bigint;
  /** The first of them. */
  place: string;
  expected: string;
  actual: string;
}

export interface LedgerFigures {
  accounts: bigint;
  transfers: bigint;
  refusals: bigint;
  entries: bigint;
  openPendings: bigint;
}

export interface LedgerReport {
  /** False as soon as one finding is hard. */
  ok: boolean;
  findings: Finding[];
  figures: LedgerFigures;
  checkedAt: Date;
}

/**
 * Recomputes the books from nothing and compares. One statement reads everything, so all checks see the same
 * moment, whatever is posted meanwhile. It never changes anything.
 */
export async function checkLedger(db: Db): Promise<LedgerReport> {
  const parts = [...bookChecks.map(firstDifference), figuresQuery];
  const rows = await db.$queryRaw<CheckRow[]>(Prisma.join(parts, ' UNION ALL '));
  const figures = rows.find((row) => row.check_name === figuresName);
  invariant(figures !== undefined, 'the checker counts the books');
  const findings = rows.filter((row) => row.check_name !== figuresName).map(findingOf);
  return {
    ok: findings.every((finding) => finding.severity === 'soft'),
    findings: findings.sort((left, right) => rankOf(left) - rankOf(right)),
    figures: figuresSchema.parse(JSON.parse(figures.place)),
    checkedAt: figures.checked_at,
  };
}

interface CheckRow {
  check_name: string;
  differing: bigint;
  place: string;
  expected: string;
  actual: string;
  checked_at: Date;
}

const figuresName = 'figures';
const count = z.string().transform((digits) => BigInt(digits));
const figuresSchema = z.object({
  accounts: count,
  transfers: count,
  refusals: count,
  entries: count,
  openPendings: count,
});

const figuresQuery = Prisma.sql`
  SELECT ${figuresName}::text, 0::bigint, jsonb_build_object(
      'accounts', (SELECT count(*)::text FROM ledger.account),
      'transfers', (SELECT count(*)::text FROM ledger.transfer WHERE outcome = 0),
      'refusals', (SELECT count(*)::text FROM ledger.transfer WHERE outcome <> 0),
      'entries', (SELECT count(*)::text FROM ledger.entry),
      'openPendings', (SELECT count(*)::text FROM ledger.open_pending))::text, ''::text, ''::text, statement_timestamp()`;

function firstDifference(check: BookCheck): Prisma.Sql {
  return Prisma.sql`
    (SELECT ${check.name}::text AS check_name, count(*) OVER () AS differing, r.place, r.expected, r.actual,
            statement_timestamp() AS checked_at
     FROM (${check.rows}) AS r (first_key, second_key, place, expected, actual)
     ORDER BY r.first_key, r.second_key, r.place LIMIT 1)`;
}

function findingOf(row: CheckRow): Finding {
  const check = bookChecks.find((candidate) => candidate.name === row.check_name);
  invariant(check !== undefined, 'every finding belongs to a check');
  return {
    check: check.name,
    severity: check.severity,
    count: row.differing,
    place: row.place,
    expected: row.expected,
    actual: row.actual,
  };
}

/** Hard findings first, then in the order of the checks. */
function rankOf(finding: Finding): number {
  const position = bookChecks.findIndex((check) => check.name === finding.check);
  return finding.severity === 'hard' ? position : position + bookChecks.length;
}
