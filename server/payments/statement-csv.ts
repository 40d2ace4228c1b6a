import { z } from 'zod';
import { transferKindNames } from '#server/ledger/kinds.ts';
import { toDecimal } from '#server/money/money.ts';
import {
  dayAt,
  dayOf,
  daysBefore,
  daysBetween,
  nextDay,
  startOfDay,
  veniceTimeZone,
} from '#server/platform/calendar-day.ts';
import type { CalendarDay } from '#server/platform/calendar-day.ts';
import type { Database } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { answerRefusal } from '#server/platform/http.ts';
import type { Principal } from '#server/platform/session.ts';
import { streamedText } from '#server/platform/streamed-text.ts';
import type { Clock } from '#server/platform/clock.ts';
import { csvLine } from './csv.ts';
import { statementPages } from './flows.ts';
import type { StatementQuery } from './queries.ts';
import type { StatementEntry } from './schema.ts';

export interface StatementDeps {
  database: Database;
  clock: Clock;
  principal: Principal | null;
}

/** Both days belong to the period. */
interface Period {
  first: CalendarDay;
  last: CalendarDay;
}

const periodDaysMax = 366;
const pageSize = 100;
const header = ['time', 'kind', 'amount_ducats', 'balance_after_ducats', 'reference', 'transfer'];

const day = z.string().refine((text) => dayOf(text) !== undefined);
const parameters = z.object({
  from: day.optional(),
  to: day.optional(),
  kinds: z
    .string()
    .max(400)
    .transform((list) => list.split(',').filter((kind) => kind !== ''))
    .pipe(z.array(z.enum(transferKindNames)).max(transferKindNames.length))
    .optional(),
});

/**
 * The signed-in citizen's entries as a CSV file, newest first, sent page by page.
 * `from` and `to` are days by the clock of Venice, both included; without them the last 366 days.
 * Refuses with `sign_in_required`, `period_malformed`, `period_too_long`.
 */
export async function statementCsv(request: Request, deps: StatementDeps): Promise<Response> {
  try {
    if (request.method !== 'GET') return new Response(null, { status: 405, headers: { allow: 'GET' } });
    if (deps.principal === null) throw refuse('unauthenticated', 'sign_in_required', 'Please sign in first.');
    const { kinds, ...period } = readQuery(new URL(request.url).searchParams, deps.clock);
    const from = startOfDay(period.first, veniceTimeZone);
    const to = startOfDay(nextDay(period.last), veniceTimeZone);
    const query = { citizenId: deps.principal.citizenId, kinds, from, to, limit: pageSize };
    const body = await streamedText(statementLines(deps, query));
    return new Response(body, { headers: headersFor(period) });
  } catch (error) {
    return answerRefusal(error);
  }
}

function readQuery(search: URLSearchParams, clock: Clock): Period & { kinds: StatementQuery['kinds'] } {
  const given = parameters.safeParse(Object.fromEntries([...search].filter(([, value]) => value !== '')));
  if (!given.success) throw refuse('invalid', 'period_malformed', 'Give days as YYYY-MM-DD and kinds by their names.');
  const last = given.data.to ?? dayAt(clock.now(), veniceTimeZone);
  const first = given.data.from ?? daysBefore(last, periodDaysMax - 1);
  const days = daysBetween(first, last);
  if (days < 1) throw refuse('invalid', 'period_malformed', 'The period ends before it begins.');
  if (days > periodDaysMax) throw refuse('invalid', 'period_too_long', 'A statement covers at most 366 days.');
  return { first, last, kinds: given.data.kinds };
}

function headersFor({ first, last }: Period): Headers {
  const name = `cascade-statement-${first}-${last}.csv`;
  return new Headers({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
}

/** Yields the file in pieces: the header with the first page, then page after page. */
async function* statementLines(
  deps: StatementDeps,
  query: Omit<StatementQuery, 'cursor'>,
): AsyncGenerator<string, void> {
  let text = csvLine(header);
  for await (const entries of statementPages(deps, query)) {
    yield text + entries.map(entryLine).join('');
    text = '';
  }
}

function entryLine(entry: StatementEntry): string {
  return csvLine([
    entry.bookedAt.toISOString(),
    entry.kind,
    { number: toDecimal(entry.amountMinor) },
    { number: toDecimal(entry.balanceAfterMinor) },
    entry.reference ?? '',
    entry.transferId,
  ]);
}
