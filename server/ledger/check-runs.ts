import { z } from 'zod';
import {
  checkLedgerInSnapshot,
  checkLedgerNews,
  figuresSchema,
  type Finding,
  type LedgerFigures,
  type LedgerReport,
} from '#server/ledger/checker.ts';
import type { NewsIds } from '#server/ledger/check-scope.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';

/** `full` reads the books from the first entry on, `incremental` what came since the last good point. */
export type CheckKind = 'full' | 'incremental';

/** A reading of the books that was kept. */
export interface CheckRun {
  id: bigint;
  kind: CheckKind;
  startedAt: Date;
  finishedAt: Date;
  /** No hard finding. */
  ok: boolean;
  findings: Finding[];
  figures: LedgerFigures;
  /** The good point it started from; null when it started from the beginning. */
  coversFrom: Date | null;
  /** The moment that it saw, in the ledger's time. */
  coversUntil: Date;
}

/** What a domain above finds in what it made of the books, in the same snapshot. Nothing of it stops posting. */
export type FurtherChecks = (tx: Tx, kind: CheckKind) => Promise<(Finding & { severity: 'soft' })[]>;

/**
 * Reads the books and keeps the result; without a hard finding the good point moves to what was read. `tx` must be a
 * snapshot (REPEATABLE READ), so that what is kept is what was seen. Only one runs at a time: refuses `check_running`.
 * An incremental reading without a good point to start from is a full one. A proved point that stands in for all of the
 * history before it is the checkpoint of a log, and the closing balance of bookkeeping.
 */
export async function runCheck(tx: Tx, kind: CheckKind, further?: FurtherChecks): Promise<CheckRun> {
  const startedAt = await beginAlone(tx);
  const point = kind === 'incremental' ? await lastGoodPoint(tx) : null;
  const report = await (point === null ? checkLedgerInSnapshot(tx) : checkLedgerNews(tx, point.ids));
  const others = (await further?.(tx, point === null ? 'full' : 'incremental')) ?? [];
  return keep(tx, {
    ...report,
    findings: [...report.findings, ...others],
    kind: point === null ? 'full' : 'incremental',
    startedAt: startedAt.server,
    coversFrom: point?.coversUntil ?? null,
    coversUntil: startedAt.ledger,
  });
}

/** The last readings, newest first; `limit` is how many at most. */
export async function checkRuns(db: Db, filter: { kind?: CheckKind; limit: number }): Promise<CheckRun[]> {
  const rows = await db.ledgerCheckRun.findMany({
    ...(filter.kind === undefined ? {} : { where: { kind: filter.kind } }),
    orderBy: { id: 'desc' },
    take: filter.limit,
  });
  return rows.map((row) => runSchema.parse(row));
}

/** Whether posting is stopped, since when and why; and who last changed that. */
export interface BreakerState {
  isOpen: boolean;
  /** The last change; null when there never was one. */
  lastChange: { at: Date; actor: string; reason: string } | null;
}

/** Reads one row of control and the last event; it changes nothing and refuses nothing. */
export async function breakerState(db: Db): Promise<BreakerState> {
  const control = await db.ledgerControl.findFirst({ select: { breakerOpen: true } });
  invariant(control !== null, 'the ledger has its row of control');
  const event = await db.ledgerBreakerEvent.findFirst({
    orderBy: { id: 'desc' },
    select: { occurredAt: true, actor: true, reason: true },
  });
  const lastChange = event === null ? null : { at: event.occurredAt, actor: event.actor, reason: event.reason };
  return { isOpen: control.breakerOpen, lastChange };
}

const runLock = 7_261_963_004n;
/** Between the time that a reading gives as its own and what its snapshot sees, generously. */
const snapshotSlackMinutes = 1;
/** How long before it is decided a transfer that leaves no entry may have got its id. */
const idAgeMinutesMax = 10;

/**
 * Sees to it that no other reading runs, and sets PostgreSQL up for this one: sorting and hashing in more memory, and
 * reading tables through rather than in the order of an index, which on large books means a disk access for each row;
 * and no nested loops but those that `CheckScope.fence` asks for, since nobody can estimate how much is new.
 */
async function beginAlone(tx: Tx): Promise<{ server: Date; ledger: Date }> {
  const rows = await tx.$queryRaw<{ alone: boolean; server: Date; ledger: Date }[]>`
    SELECT pg_try_advisory_xact_lock(${runLock}::bigint) AS alone, clock_timestamp() AS server, ledger.now() AS ledger,
           set_config('work_mem', '64MB', true), set_config('random_page_cost', '40', true), set_config('enable_nestloop', 'off', true),
           set_config('jit', 'off', true)`;
  const [row] = rows;
  if (row?.alone !== true) throw refuse('conflict', 'check_running', 'The books are being checked at this moment.');
  return row;
}

async function lastGoodPoint(tx: Tx): Promise<{ coversUntil: Date; ids: NewsIds } | null> {
  const rows = await tx.$queryRaw<{ covers_until: Date; all: string; without_entries: string }[]>`
    SELECT r.covers_until,
           ledger.uuid_floor(r.covers_until - make_interval(mins => ${snapshotSlackMinutes}::integer))::text AS "all",
           ledger.uuid_floor(r.covers_until - make_interval(mins => ${idAgeMinutesMax}::integer))::text AS without_entries
    FROM ledger.check_run r WHERE r.ok ORDER BY r.id DESC LIMIT 1`;
  const [row] = rows;
  if (row === undefined) return null;
  return { coversUntil: row.covers_until, ids: { all: row.all, withoutEntries: row.without_entries } };
}

type Reading = LedgerReport & Pick<CheckRun, 'kind' | 'startedAt' | 'coversFrom' | 'coversUntil'>;

async function keep(tx: Tx, reading: Reading): Promise<CheckRun> {
  const { kind, startedAt, ok, coversFrom, coversUntil } = reading;
  const rows = await tx.$queryRaw<{ id: bigint }[]>`
    SELECT ledger.record_check(${kind}, ${startedAt}, ${ok}, ${asJson(reading.findings)}::jsonb,
      ${asJson(reading.figures)}::jsonb, ${coversFrom}::timestamptz, ${coversUntil}) AS id`;
  const row = await tx.ledgerCheckRun.findUnique({ where: { id: rows[0]?.id ?? 0n } });
  invariant(row !== null, 'the result of a check is kept');
  return runSchema.parse(row);
}

function asJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
}

const findingSchema = z.object({
  check: z.string(),
  severity: z.enum(['hard', 'soft']),
  count: z.string().transform((digits) => BigInt(digits)),
  place: z.string(),
  expected: z.string(),
  actual: z.string(),
});

const runSchema = z.object({
  id: z.bigint(),
  kind: z.enum(['full', 'incremental']),
  startedAt: z.date(),
  finishedAt: z.date(),
  ok: z.boolean(),
  findings: z.array(findingSchema),
  figures: figuresSchema,
  coversFrom: z.date().nullable(),
  coversUntil: z.date(),
});
