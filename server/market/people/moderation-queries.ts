import { canonical } from '#server/market/catalogue/listing-rules.ts';
import { cutPage, readTimeCursor, timeCursor, type PageInput } from '#server/market/cursors.ts';
import { partiesOf } from '#server/market/parties.ts';
import { actionsOn, storedDecision } from '#server/market/people/moderation-rules.ts';
import { reportedWords, storedPeopleWords } from '#server/market/people/people-schema.ts';
import type {
  DecisionView,
  EarlierWords,
  ReportedView,
  ReportedWords,
  ReportView,
  SubjectView,
} from '#server/market/people/people-schema.ts';
import { keyOf, subjectViews, wordsOf, type SubjectKey } from '#server/market/people/subjects.ts';
import type { Page } from '#server/market/schema.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Db } from '#server/platform/db.ts';

/** Reports of one thing that are shown. */
const reportsShown = 20;

interface QueueRow {
  subjectKind: string;
  subjectId: string;
  since: Date;
}

/** What waits for an operator, that with the oldest report first, each with its reports. Refuses: `invalid_cursor`. */
export async function reportQueue(db: Db, input: PageInput): Promise<Page<ReportedView>> {
  const position = input.cursor === undefined ? null : readTimeCursor(input.cursor);
  const behind =
    position === null
      ? Prisma.empty
      : Prisma.sql`HAVING (min(created_at), subject_id) > (${position.time}::timestamptz, ${position.id}::uuid)`;
  const rows = await db.$queryRaw<QueueRow[]>(Prisma.sql`
    SELECT subject_kind AS "subjectKind", subject_id AS "subjectId", min(created_at) AS since
      FROM report WHERE decision_id IS NULL
     GROUP BY subject_kind, subject_id ${behind}
     ORDER BY since, subject_id
     LIMIT ${input.limit + 1}::integer`);
  const cursorOf = (row: QueueRow) => timeCursor({ time: row.since, id: row.subjectId });
  const page = cutPage(rows, { limit: input.limit, cursorOf });
  const keys = page.items.map(({ subjectKind, subjectId }) => ({
    subjectKind: storedPeopleWords.subjectKind.parse(subjectKind),
    subjectId,
  }));
  const [subjects, reports] = await Promise.all([subjectViews(db, keys), openReports(db, keys)]);
  const items = keys.flatMap((key) => {
    const subject = subjects.get(keyOf(key));
    if (subject === undefined) return [];
    const said = reports.get(keyOf(key)) ?? [];
    const views = said.map(({ asReported: _words, ...report }) => report);
    return [{ subject, reports: views, earlier: earlierWords(subject, said), actions: actionsOn(key.subjectKind) }];
  });
  return { items, nextCursor: page.nextCursor };
}

interface OpenReport {
  id: string;
  reporterId: string;
  subjectKind: string;
  subjectId: string;
  reason: string;
  text: string;
  createdAt: Date;
  asReported: Prisma.JsonValue;
}

type KnownReport = ReportView & { asReported: ReportedWords | null };

/**
 * What was reported and is said no longer, each wording once. A version that changed something else says the same, and
 * reports from before words were kept tell nothing of it.
 */
function earlierWords(subject: SubjectView, reports: readonly KnownReport[]): EarlierWords[] {
  const said = ({ version: _version, ...words }: ReportedWords) => canonical(words);
  const now = said(wordsOf(subject));
  const wordings = new Map<string, EarlierWords>();
  for (const { asReported, createdAt } of reports) {
    if (asReported === null || said(asReported) === now) continue;
    const wording = said(asReported);
    wordings.set(wording, { ...asReported, from: wordings.get(wording)?.from ?? createdAt, until: createdAt });
  }
  return [...wordings.values()];
}

/** The first reports of each thing, however many another one has. */
async function openReports(db: Db, keys: readonly SubjectKey[]): Promise<Map<string, KnownReport[]>> {
  const kinds = keys.map(({ subjectKind }) => subjectKind);
  const ids = keys.map(({ subjectId }) => subjectId);
  const rows = await db.$queryRaw<OpenReport[]>(Prisma.sql`
    SELECT r.id, r.reporter_id AS "reporterId", r.subject_kind AS "subjectKind", r.subject_id AS "subjectId",
           r.reason, r.text, r.created_at AS "createdAt", r.as_reported AS "asReported"
      FROM unnest(${kinds}::text[], ${ids}::uuid[]) AS thing (kind, id)
     CROSS JOIN LATERAL (
       SELECT * FROM report
        WHERE subject_kind = thing.kind AND subject_id = thing.id AND decision_id IS NULL
        ORDER BY created_at, id LIMIT ${reportsShown}::integer
     ) AS r
     ORDER BY r.created_at, r.id`);
  const parties = await partiesOf(
    db,
    rows.map(({ reporterId }) => reporterId),
  );
  const views = new Map<string, KnownReport[]>();
  for (const { reporterId, subjectKind, subjectId, reason, asReported, ...row } of rows) {
    const key = keyOf({ subjectKind: storedPeopleWords.subjectKind.parse(subjectKind), subjectId });
    const words = asReported === null ? null : reportedWords.parse(asReported);
    const known = { reporter: parties(reporterId), reason: storedPeopleWords.reason.parse(reason), asReported: words };
    const view = { ...row, ...known };
    views.set(key, [...(views.get(key) ?? []), view]);
  }
  return views;
}

/** What operators decided, the latest first. Refuses: `invalid_cursor`. */
export async function decisions(db: Db, input: PageInput): Promise<Page<DecisionView>> {
  const position = input.cursor === undefined ? null : readTimeCursor(input.cursor);
  const older =
    position === null
      ? {}
      : { OR: [{ decidedAt: { lt: position.time } }, { decidedAt: position.time, id: { lt: position.id } }] };
  const rows = await db.moderationDecision.findMany({
    where: older,
    orderBy: [{ decidedAt: 'desc' }, { id: 'desc' }],
    take: input.limit + 1,
    select: decisionSelected,
  });
  const cursorOf = (row: (typeof rows)[number]) => timeCursor({ time: row.decidedAt, id: row.id });
  const page = cutPage(rows, { limit: input.limit, cursorOf });
  const known = page.items.map(storedDecision);
  const [subjects, parties] = await Promise.all([
    subjectViews(db, known),
    partiesOf(
      db,
      known.map(({ decidedBy }) => decidedBy),
    ),
  ]);
  const items = known.flatMap(({ subjectKind, subjectId, decidedBy, ...row }) => {
    const subject = subjects.get(keyOf({ subjectKind, subjectId }));
    return subject === undefined ? [] : [{ ...row, subject, decidedBy: parties(decidedBy) }];
  });
  return { items, nextCursor: page.nextCursor };
}

const decisionSelected = {
  id: true,
  subjectKind: true,
  subjectId: true,
  action: true,
  reason: true,
  decidedBy: true,
  decidedAt: true,
  undoneAt: true,
  undoReason: true,
} satisfies Prisma.ModerationDecisionSelect;
