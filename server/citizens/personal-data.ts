import type { Db } from '#server/platform/db.ts';
import { auditRecords } from '#server/platform/audit.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Sealing } from '#server/platform/sealing.ts';
import { contactOf } from './contact.ts';
import { notificationsOf, topicSettings } from './notifications.ts';
import { acceptedTerms } from './terms.ts';

export interface PersonalDataInput {
  citizenId: string;
  sealing: Sealing;
  clock: Clock;
}

/** One list of the download, read as it is written. Values are texts, numbers, times, bigints and lists of them. */
export interface PersonalDataPart {
  name: string;
  rows: (db: Db, input: PersonalDataInput) => AsyncIterable<object>;
}

/** What a domain holds about a citizen; declared here, joined in server/api. */
export interface PersonalDataSource {
  /** Every column that names the citizen and whose rows are given out: `Model.column`. */
  covers: readonly string[];
  parts: readonly PersonalDataPart[];
}

const pageMax = 100;
/** Factors and links are few by their own limits. */
const fewMax = 100;

/** Everything that the citizens domain holds about a citizen, but secrets and what is made from them. */
export const citizensData: PersonalDataSource = {
  covers: [
    'Citizen.id',
    'Session.citizenId',
    'ApiCredential.citizenId',
    'ApiUsage.citizenId',
    'TotpFactor.citizenId',
    'RecoveryCode.citizenId',
    'Passkey.citizenId',
    'ContactEmail.citizenId',
    'EmailVerification.citizenId',
    'Notification.citizenId',
    'NotificationSetting.citizenId',
    'OutgoingMail.citizenId',
    'TrustAssignment.citizenId',
    'TrustEvent.citizenId',
    'TermsAcceptance.citizenId',
    'AuditEvent.actorId',
  ],
  parts: [
    { name: 'citizen', rows: (db, { citizenId }) => listed(citizen(db, citizenId)) },
    { name: 'contact', rows: (db, input) => listed(contact(db, input)) },
    { name: 'sessions', rows: (db, { citizenId }) => sessions(db, citizenId) },
    { name: 'apiCredentials', rows: (db, { citizenId }) => apiCredentials(db, citizenId) },
    { name: 'apiUsage', rows: (db, { citizenId }) => listed(apiUsage(db, citizenId)) },
    { name: 'factors', rows: (db, { citizenId }) => listed(factors(db, citizenId)) },
    { name: 'notifications', rows: (db, { citizenId }) => notifications(db, citizenId) },
    { name: 'notificationSettings', rows: (db, { citizenId }) => listed(topicSettings(db, citizenId)) },
    { name: 'letters', rows: (db, { citizenId }) => letters(db, citizenId) },
    { name: 'trust', rows: (db, { citizenId }) => trust(db, citizenId) },
    { name: 'terms', rows: (db, { citizenId }) => listed(acceptedTerms(db, citizenId)) },
    { name: 'actions', rows: (db, { citizenId }) => actions(db, citizenId) },
  ],
};

/** A list that is read at once. */
export async function* listed<Row extends object>(rows: Promise<readonly Row[]>): AsyncGenerator<Row, void> {
  yield* await rows;
}

/** A list that is read page by page, each page a read of its own. */
export async function* paged<Row extends object>(
  read: (cursor: string | undefined) => Promise<{ items: readonly Row[]; nextCursor: string | null }>,
): AsyncGenerator<Row, void> {
  let cursor: string | undefined;
  do {
    const page: Awaited<ReturnType<typeof read>> = await read(cursor);
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

async function citizen(db: Db, citizenId: string): Promise<object[]> {
  const row = await db.citizen.findUnique({
    where: { id: citizenId },
    omit: { formerUsernameHash: true },
  });
  return row === null ? [] : [row];
}

async function contact(db: Db, input: PersonalDataInput): Promise<object[]> {
  const { citizenId } = input;
  const [view, locale, links] = await Promise.all([
    contactOf(db, input, citizenId),
    db.contactEmail.findUnique({ where: { citizenId }, select: { locale: true } }),
    db.emailVerification.findMany({
      where: { citizenId },
      orderBy: { id: 'desc' },
      take: fewMax,
      select: { createdAt: true, expiresAt: true, usedAt: true, locale: true },
    }),
  ]);
  return [{ ...view, locale: locale?.locale ?? null, links }];
}

/** Rows in the order of their ids, each page from behind the last one of the page before. */
function inOrder<Row extends { id: string }>(
  read: (page: { after: { id?: { gt: string } }; take: number }) => Promise<Row[]>,
): AsyncGenerator<Row, void> {
  return paged(async (cursor) => {
    const items = await read({ after: cursor === undefined ? {} : { id: { gt: cursor } }, take: pageMax });
    return { items, nextCursor: items.length < pageMax ? null : (items.at(-1)?.id ?? null) };
  });
}

function sessions(db: Db, citizenId: string): AsyncGenerator<object, void> {
  return inOrder(({ after, take }) =>
    db.session.findMany({
      where: { citizenId, ...after },
      orderBy: { id: 'asc' },
      take,
      omit: { tokenHash: true, citizenId: true },
    }),
  );
}

function apiCredentials(db: Db, citizenId: string): AsyncGenerator<object, void> {
  return inOrder(({ after, take }) =>
    db.apiCredential.findMany({
      where: { citizenId, ...after },
      orderBy: { id: 'asc' },
      take,
      omit: { secretHash: true, citizenId: true },
    }),
  );
}

/** The calls of each month, one row for each, the last hundred. */
function apiUsage(db: Db, citizenId: string): Promise<object[]> {
  const [orderBy, select] = [{ month: 'desc' }, { month: true, calls: true }] as const;
  return db.apiUsage.findMany({ where: { citizenId }, orderBy, take: fewMax, select });
}

async function factors(db: Db, citizenId: string): Promise<object[]> {
  const [totp, passkeys, codes] = await Promise.all([
    db.totpFactor.findMany({ where: { citizenId }, select: { createdAt: true, confirmedAt: true } }),
    db.passkey.findMany({
      where: { citizenId },
      take: fewMax,
      select: { name: true, credentialId: true, transports: true, isSynced: true, createdAt: true, lastUsedAt: true },
    }),
    db.recoveryCode.findMany({ where: { citizenId }, take: fewMax, select: { createdAt: true, usedAt: true } }),
  ]);
  return [
    ...totp.map((factor) => ({ kind: 'totp', ...factor })),
    ...passkeys.map((factor) => ({ kind: 'passkey', ...factor })),
    ...codes.map((factor) => ({ kind: 'recovery_code', ...factor })),
  ];
}

function notifications(db: Db, citizenId: string): AsyncGenerator<object, void> {
  return paged((cursor) => notificationsOf(db, { citizenId, cursor, limit: pageMax }));
}

/** What was written to the citizen and when; the address is under `contact`. */
function letters(db: Db, citizenId: string): AsyncGenerator<object, void> {
  const select = { id: true, template: true, details: true, locale: true, state: true, createdAt: true, endedAt: true };
  return inOrder(({ after, take }) =>
    db.outgoingMail.findMany({
      where: { citizenId, ...after },
      orderBy: { id: 'asc' },
      take,
      select,
    }),
  );
}

/** Every purchase and sale is an event, so that there can be very many. */
async function* trust(db: Db, citizenId: string): AsyncGenerator<object, void> {
  const events = inOrder(({ after, take }) =>
    db.trustEvent.findMany({
      where: { citizenId, ...after },
      orderBy: { id: 'asc' },
      take,
      omit: { citizenId: true },
    }),
  );
  for await (const event of events) yield { entry: 'event', ...event };
  const assignments = inOrder(({ after, take }) =>
    db.trustAssignment.findMany({
      where: { citizenId, ...after },
      orderBy: { id: 'asc' },
      take,
      omit: { citizenId: true, decidedBy: true },
    }),
  );
  for await (const assignment of assignments) yield { entry: 'decision', ...assignment };
}

function actions(db: Db, actorId: string): AsyncGenerator<object, void> {
  return paged(async (cursor) => {
    const items = await auditRecords(db, { actorId, cursor, limit: pageMax });
    return { items, nextCursor: items.length < pageMax ? null : (items.at(-1)?.id ?? null) };
  });
}
