import { z } from 'zod';
import { newsSince, wholeBooks, type CheckScope, type NewsIds } from '#server/ledger/check-scope.ts';
import { checksOf, type BookCheck } from '#server/ledger/checks.ts';
import { Prisma, type Db, type Tx } from '#server/platform/db.ts';
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

/** How much was read. */
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
  /** Hard ones first. */
  findings: Finding[];
  figures: LedgerFigures;
  checkedAt: Date;
}

/**
 * Recomputes the books from nothing and compares. One statement reads everything, so all checks see the same
 * moment, whatever is posted meanwhile. It never changes anything. That all balances of an asset are zero together is
 * double entry's own check (the trial balance); the others prove each thing that posting keeps twice against the other.
 */
export async function checkLedger(db: Db): Promise<LedgerReport> {
  return reportOf(wholeBooks, await readAtOnce(db, wholeBooks));
}

/**
 * The same, a statement per check, so that large books are sorted and hashed one after the other in the memory of one.
 * `tx` must be a snapshot (REPEATABLE READ): it is what makes all checks see the same moment.
 */
export async function checkLedgerInSnapshot(tx: Tx): Promise<LedgerReport> {
  const rows: CheckRow[] = [];
  for (const part of partsOf(wholeBooks)) rows.push(...(await tx.$queryRaw<CheckRow[]>(part)));
  return reportOf(wholeBooks, rows);
}

/** What came since the last good point, in one statement; `newsSince` says why that is enough and what it cannot see. */
export async function checkLedgerNews(db: Db, ids: NewsIds): Promise<LedgerReport> {
  const scope = newsSince(ids);
  return reportOf(scope, await readAtOnce(db, scope));
}

interface CheckRow {
  check_name: string;
  differing: bigint;
  place: string;
  expected: string;
  actual: string;
  checked_at: Date;
}

function readAtOnce(db: Db, scope: CheckScope): Promise<CheckRow[]> {
  return db.$queryRaw<CheckRow[]>(Prisma.sql`${scope.prelude} ${Prisma.join(partsOf(scope), ' UNION ALL ')}`);
}

function partsOf(scope: CheckScope): Prisma.Sql[] {
  return [...checksOf(scope).map(firstDifference), figuresQuery(scope)];
}

function reportOf(scope: CheckScope, rows: readonly CheckRow[]): LedgerReport {
  const figures = rows.find((row) => row.check_name === figuresName);
  invariant(figures !== undefined, 'the checker counts what it reads');
  const findings = checksOf(scope).flatMap((check) => {
    const row = rows.find((candidate) => candidate.check_name === check.name);
    return row === undefined ? [] : [findingOf(check, row)];
  });
  const hard = findings.filter((finding) => finding.severity === 'hard');
  return {
    ok: hard.length === 0,
    findings: [...hard, ...findings.filter((finding) => finding.severity === 'soft')],
    figures: figuresSchema.parse(JSON.parse(figures.place)),
    checkedAt: figures.checked_at,
  };
}

const figuresName = 'figures';
const count = z.string().transform((digits) => BigInt(digits));

/** Figures as they are stored and as the reading says them: decimal texts. */
export const figuresSchema = z.object({
  accounts: count,
  transfers: count,
  refusals: count,
  entries: count,
  openPendings: count,
});

function figuresQuery({ accounts, transfers, entries }: CheckScope): Prisma.Sql {
  return Prisma.sql`
    SELECT ${figuresName}::text AS check_name, 0::bigint AS differing, jsonb_build_object(
        'accounts', (SELECT count(*)::text FROM ${accounts} a),
        'transfers', t.transfers::text, 'refusals', t.refusals::text,
        'entries', (SELECT count(*)::text FROM ${entries} e),
        'openPendings', (SELECT count(*)::text FROM ledger.open_pending))::text AS place,
      ''::text AS expected, ''::text AS actual, statement_timestamp() AS checked_at
    FROM (SELECT count(*) FILTER (WHERE r.outcome = 0) AS transfers, count(*) FILTER (WHERE r.outcome <> 0) AS refusals
          FROM ${transfers} r) t`;
}

function firstDifference(check: BookCheck): Prisma.Sql {
  return Prisma.sql`
    (SELECT ${check.name}::text AS check_name, count(*) OVER () AS differing, r.place, r.expected, r.actual,
            statement_timestamp() AS checked_at
     FROM (${check.rows}) AS r (first_key, second_key, place, expected, actual)
     ORDER BY r.first_key, r.second_key, r.place LIMIT 1)`;
}

function findingOf({ name, severity }: BookCheck, row: CheckRow): Finding {
  const { differing, place, expected, actual } = row;
  return { check: name, severity, count: differing, place, expected, actual };
}
