import { accountsBookedSince, balancesAtVersions } from '#server/ledger/feed.ts';
import type { FurtherChecks } from '#server/ledger/check-runs.ts';
import type { Db } from '#server/platform/db.ts';
import { progressOf } from './load.ts';
import { projectionLag } from './trace.ts';
import { arrayOf, microsOf, rowsOf } from './wire.ts';

/** What the checker of the books asks of the lots. All of it is soft: no balance is wrong, and the lots can be made anew. */

type SoftFinding = Awaited<ReturnType<FurtherChecks>>[number];

/** Longer than any backlog of an ordinary day. */
const lagSecondsMax = 60n;
const pageSize = 20_000;
/** A reading of what is new looks at accounts with an entry since so long before the last projected one. */
const newsMicros = 900_000_000n;

/** The findings of one reading: nothing, where the lots are what the books say. */
export const provenanceFindings: FurtherChecks = async (tx, kind) => {
  const news = kind === 'full' ? [] : await accountsInTheNews(tx);
  const findings = [await lagging(tx), await defects(tx), await lotsAreTheBalance(tx, kind, news)];
  if (kind === 'full') findings.push(await overlapping(tx), await struckOnce(tx));
  else findings.push(await overlappingNews(tx, news));
  return findings.filter((finding) => finding !== null);
};

async function lagging(db: Db): Promise<SoftFinding | null> {
  const { seconds, entries, accounts, firstAccountId } = await projectionLag(db);
  if (seconds <= lagSecondsMax) return null;
  const place = firstAccountId === null ? 'the projection of lots' : `account ${String(firstAccountId)}`;
  const actual = `${String(entries)} entries of ${String(accounts)} accounts, the oldest for ${String(seconds)} s`;
  return soft({
    check: 'lots_keep_up',
    count: entries,
    place,
    expected: `at most ${String(lagSecondsMax)} s behind`,
    actual,
  });
}

async function defects(db: Db): Promise<SoftFinding | null> {
  const first = await db.lotDefect.findFirst({ orderBy: [{ transferId: 'asc' }, { code: 'asc' }] });
  if (first === null) return null;
  const { transferId, code, detail } = first;
  const place = `transfer ${transferId}`;
  const count = BigInt(await db.lotDefect.count());
  return soft({
    check: 'lots_taken_as_asked',
    count,
    place,
    expected: 'the units that were asked for',
    actual: `${code}: ${detail}`,
  });
}

interface Difference {
  accountId: bigint;
  expected: bigint;
  actual: bigint;
}

/** Σ lots, less what the account struck, is its balance at the projected version. */
async function lotsAreTheBalance(
  db: Db,
  kind: 'full' | 'incremental',
  news: readonly bigint[],
): Promise<SoftFinding | null> {
  const different: Difference[] = [];
  if (kind === 'full') {
    let after: bigint | null = null;
    for (;;) {
      const page: { accountId: bigint }[] = await db.lotProgress.findMany({
        ...(after === null ? {} : { where: { accountId: { gt: after } } }),
        orderBy: { accountId: 'asc' },
        take: pageSize,
        select: { accountId: true },
      });
      different.push(
        ...(await differences(
          db,
          page.map(({ accountId }) => accountId),
        )),
      );
      after = page.at(-1)?.accountId ?? null;
      if (page.length < pageSize) break;
    }
  } else {
    for (let start = 0; start < news.length; start += pageSize)
      different.push(...(await differences(db, news.slice(start, start + pageSize))));
  }
  const [first] = different.sort((left, right) => (left.accountId < right.accountId ? -1 : 1));
  if (first === undefined) return null;
  const { accountId, expected, actual } = first;
  const place = `account ${String(accountId)}`;
  return soft({
    check: 'lots_are_the_balance',
    count: BigInt(different.length),
    place,
    expected: String(expected),
    actual: String(actual),
  });
}

async function differences(db: Db, accountIds: readonly bigint[]): Promise<Difference[]> {
  const progress = await progressOf(db, accountIds);
  const places = [...progress].map(([accountId, { version }]) => ({ accountId, version }));
  const balances = await balancesAtVersions(db, places);
  const rows = await db.$queryRaw<{ found: string | null }[]>`
    SELECT string_agg(concat_ws(',', s.account_id, s.held), ';') AS found
    FROM (SELECT l.account_id, sum(l.serial_until - l.serial_from) AS held
          FROM unnest(${arrayOf(accountIds)}::bigint[]) i (id) CROSS JOIN LATERAL lots_in(i.id) l
          GROUP BY l.account_id) s`;
  const held = new Map(rowsOf(rows).map(([id = '', sum = '']) => [BigInt(id), BigInt(sum)]));
  return [...new Set([...progress.keys(), ...held.keys()])].flatMap((accountId) => {
    const expected = balances.get(accountId) ?? 0n;
    const actual = (held.get(accountId) ?? 0n) - (progress.get(accountId)?.struck ?? 0n);
    return expected === actual ? [] : [{ accountId, expected, actual }];
  });
}

/** Accounts with an entry since shortly before the last projected one. */
async function accountsInTheNews(db: Db): Promise<bigint[]> {
  const { lastTime } = await db.lotProjection.findFirstOrThrow({ select: { lastTime: true } });
  const since = microsOf(lastTime) > newsMicros ? microsOf(lastTime) - newsMicros : 0n;
  return [...(await accountsBookedSince(db, { asset: 'DUCAT', since })).keys()];
}

interface Overlap {
  serial_from: bigint;
  account_id: bigint;
  before_until: bigint;
}

/** No serial of these accounts is in two lots, whosever the other is: each of their lots and the two beside it. */
async function overlappingNews(db: Db, accountIds: readonly bigint[]): Promise<SoftFinding | null> {
  const found: Overlap[] = [];
  for (let start = 0; start < accountIds.length; start += pageSize) {
    const page = accountIds.slice(start, start + pageSize);
    found.push(
      ...(await db.$queryRaw<Overlap[]>`
        SELECT DISTINCT o.serial_from, o.account_id, o.before_until
        FROM unnest(${arrayOf(page)}::bigint[]) i (id)
        CROSS JOIN LATERAL lots_in(i.id) l
        CROSS JOIN LATERAL (
          (SELECT l.serial_from, l.account_id, t.serial_until AS before_until FROM lot t
           WHERE t.serial_from < l.serial_from ORDER BY t.serial_from DESC LIMIT 1)
          UNION ALL
          (SELECT t.serial_from, t.account_id, l.serial_until AS before_until FROM lot t
           WHERE t.serial_from > l.serial_from ORDER BY t.serial_from LIMIT 1)) o
        WHERE o.serial_from < o.before_until`),
    );
  }
  const [first] = found.sort((left, right) => (left.serial_from < right.serial_from ? -1 : 1));
  return first === undefined ? null : overlap(first, BigInt(found.length));
}

/** No serial is in two lots. */
async function overlapping(db: Db): Promise<SoftFinding | null> {
  const rows = await db.$queryRaw<(Overlap & { count: bigint })[]>`
    SELECT count(*) OVER () AS count, o.serial_from, o.account_id, o.before_until
    FROM (SELECT l.serial_from, l.account_id, lag(l.serial_until) OVER (ORDER BY l.serial_from) AS before_until FROM lot l) o
    WHERE o.serial_from < o.before_until ORDER BY o.serial_from LIMIT 1`;
  const [first] = rows;
  return first === undefined ? null : overlap(first, first.count);
}

function overlap(first: Overlap, count: bigint): SoftFinding {
  return soft({
    check: 'lots_do_not_overlap',
    count,
    place: `account ${String(first.account_id)}`,
    expected: `serials from ${String(first.before_until)}`,
    actual: `from ${String(first.serial_from)}`,
  });
}

/** Every unit that was struck is in exactly one lot. */
async function struckOnce(db: Db): Promise<SoftFinding | null> {
  const rows = await db.$queryRaw<{ held: bigint; struck: bigint }[]>`
    SELECT coalesce((SELECT sum(l.serial_until - l.serial_from) FROM lot l), 0)::bigint AS held,
           coalesce((SELECT sum(p.struck) FROM lot_progress p), 0)::bigint AS struck`;
  const [sums] = rows;
  if (sums === undefined || sums.held === sums.struck) return null;
  const { held, struck } = sums;
  return soft({
    check: 'lots_are_all_units',
    count: 1n,
    place: 'all lots',
    expected: String(struck),
    actual: String(held),
  });
}

function soft(finding: Omit<SoftFinding, 'severity'>): SoftFinding {
  return { ...finding, severity: 'soft' };
}
