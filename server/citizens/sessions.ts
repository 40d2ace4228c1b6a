import { createHash } from 'node:crypto';
import type { Clock } from '#server/platform/clock.ts';
import type { Database, Db, PreparedQuery, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { newSessionToken, type Principal, type Role, type SessionStore } from '#server/platform/session.ts';
import { sessionIdleMs, sessionLifeMs, sessionRetentionMs, sessionsMax, sessionTouchMs } from './rules.ts';

/** By what a citizen proved who they are when the session began. */
export type SignInMethod = 'venice' | 'wallet' | 'passkey';

/** What is kept of the browser that holds a session, as its citizen is shown it. */
export interface SessionClient {
  /** For example `Firefox on Linux`; at most 80 characters. */
  device: string;
  /** The network it came from, never the whole address; at most 80 characters. */
  place: string;
}

/** Sessions in the database, asked on every request: what is ended there is over on the very next read. */
export function sessionStore(database: Pick<Database, 'client' | 'runPrepared'>, clock: Clock): SessionStore {
  const { client } = database;
  return {
    find: async (token) => {
      const now = clock.now();
      const live = await findLiveSession(database, { token, now });
      if (live === null) return null;
      if (before(now, sessionTouchMs) >= live.lastSeenAt) await touchSession(client, { id: live.sessionId, now });
      return live.principal;
    },
    isLive: async (sessionId, provedAt = null) => {
      const now = clock.now();
      const row = await client.session.findFirst({
        where: { id: sessionId, endedAt: null, expiresAt: { gt: now } },
        select: {
          lastSeenAt: true,
          provedAt: true,
          secondFactorAt: true,
          citizen: { select: { role: true, hasSecondFactor: true } },
        },
      });
      if (row === null || row.lastSeenAt <= before(now, sessionIdleMs[row.citizen.role as Role])) return false;
      if (provedAt !== null && row.provedAt > provedAt)
        throw refuse('unavailable', 'session_renewed', 'This session has a new token. Please connect again.');
      return !(row.citizen.hasSecondFactor && row.secondFactorAt === null);
    },
    end: (sessionId) => endSession(client, { sessionId, now: clock.now() }),
  };
}

export interface NewSession {
  citizenId: string;
  role: Role;
  method: SignInMethod;
  /** Whether the sign-in was also a proof of a second factor, as a passkey is. */
  isSecondFactor: boolean;
  client: SessionClient;
  clock: Clock;
  ids: Ids;
}

/**
 * Makes a new session, forgets those that ended long ago, and ends the oldest ones beyond the most a citizen may have.
 * The token is only here, once: the database keeps its hash.
 */
export async function openSession(tx: Tx, input: NewSession): Promise<{ sessionId: string; token: string }> {
  const { citizenId, role, method, client } = input;
  const now = input.clock.now();
  await tx.session.deleteMany({ where: { citizenId, expiresAt: { lt: before(now, sessionRetentionMs) } } });
  await endOldest(tx, { citizenId, now });
  const [id, token] = [input.ids.uuid(), newSessionToken()];
  const expiresAt = new Date(now.getTime() + sessionLifeMs[role]);
  const times = { createdAt: now, lastSeenAt: now, provedAt: now, expiresAt };
  const secondFactorAt = input.isSecondFactor ? now : null;
  await tx.session.create({
    data: { id, citizenId, method, tokenHash: hashOf(token), secondFactorAt, ...times, ...client },
    select: { id: true },
  });
  return { sessionId: id, token };
}

/**
 * Gives a live session a new token after a proof; the old one is worthless from then on. Answers the new token.
 * Refuses `sign_in_required` when the session ended meanwhile.
 */
export async function renewSession(
  tx: Tx,
  input: { sessionId: string; isSecondFactor: boolean; now: Date },
): Promise<string> {
  const { sessionId, isSecondFactor, now } = input;
  const token = newSessionToken();
  const { count } = await tx.session.updateMany({
    where: { id: sessionId, endedAt: null, expiresAt: { gt: now } },
    data: {
      tokenHash: hashOf(token),
      provedAt: now,
      lastSeenAt: now,
      ...(isSecondFactor ? { secondFactorAt: now } : {}),
    },
  });
  if (count === 0) throw refuse('unauthenticated', 'sign_in_required', 'Please sign in first.');
  return token;
}

/** Ends a session; one that is over, or never was, stays as it is. */
export async function endSession(db: Db, input: { sessionId: string; now: Date }): Promise<void> {
  await db.session.updateMany({
    where: { id: input.sessionId, endedAt: null },
    data: { endedAt: input.now },
  });
}

/** Ends the session that a token belongs to, if there is one. */
export async function endSessionOfToken(db: Db, input: { token: string; now: Date }): Promise<void> {
  await db.session.updateMany({
    where: { tokenHash: hashOf(input.token), endedAt: null },
    data: { endedAt: input.now },
  });
}

/** Ends one of a citizen's own sessions. Refuses `session_not_found`, also for the session of someone else. */
export async function endOwnSession(tx: Tx, input: { citizenId: string; sessionId: string; now: Date }): Promise<void> {
  const { count } = await tx.session.updateMany({
    where: { id: input.sessionId, citizenId: input.citizenId, endedAt: null },
    data: { endedAt: input.now },
  });
  if (count === 0) throw refuse('not_found', 'session_not_found', 'This session is over already.');
}

/** Ends all sessions of a citizen but one; answers how many there were. */
export async function endSessionsOf(
  tx: Tx,
  input: { citizenId: string; exceptId?: string; now: Date },
): Promise<number> {
  const { citizenId, exceptId, now } = input;
  const { count } = await tx.session.updateMany({
    where: {
      citizenId,
      endedAt: null,
      expiresAt: { gt: now },
      ...(exceptId === undefined ? {} : { NOT: { id: exceptId } }),
    },
    data: { endedAt: now },
  });
  return count;
}

export interface SessionView extends SessionClient {
  id: string;
  method: SignInMethod;
  createdAt: Date;
  lastSeenAt: Date;
  /** Whether it proved a second factor. */
  hasSecondFactor: boolean;
}

/** A citizen's live sessions, the one used last first. */
export async function sessionsOf(db: Db, input: { citizenId: string; role: Role; now: Date }): Promise<SessionView[]> {
  const { citizenId, role, now } = input;
  const rows = await db.session.findMany({
    where: { citizenId, endedAt: null, expiresAt: { gt: now }, lastSeenAt: { gt: before(now, sessionIdleMs[role]) } },
    orderBy: [{ lastSeenAt: 'desc' }, { id: 'desc' }],
    take: sessionsMax,
    select: {
      id: true,
      method: true,
      createdAt: true,
      lastSeenAt: true,
      secondFactorAt: true,
      device: true,
      place: true,
    },
  });
  return rows.map(({ secondFactorAt, method, ...row }) => ({
    ...row,
    method: method as SignInMethod,
    hasSecondFactor: secondFactorAt !== null,
  }));
}

/**
 * Whether a citizen who signed in before, within the month that sessions are remembered, never did so from a device of
 * this name.
 */
export async function isNewDevice(db: Db, input: { citizenId: string; device: string }): Promise<boolean> {
  const { citizenId, device } = input;
  const [known] = await db.$queryRaw<{ all: bigint; same: bigint }[]>`
    SELECT count(*) AS "all", count(*) FILTER (WHERE device = ${device}) AS same
      FROM session WHERE citizen_id = ${citizenId}::uuid`;
  return known !== undefined && known.all > 0n && known.same === 0n;
}

async function endOldest(tx: Tx, input: { citizenId: string; now: Date }): Promise<void> {
  const { citizenId, now } = input;
  const beyond = await tx.session.findMany({
    where: { citizenId, endedAt: null, expiresAt: { gt: now } },
    orderBy: [{ lastSeenAt: 'desc' }, { id: 'desc' }],
    skip: sessionsMax - 1,
    take: 100,
    select: { id: true },
  });
  if (beyond.length === 0) return;
  await tx.session.updateMany({ where: { id: { in: beyond.map(({ id }) => id) } }, data: { endedAt: now } });
}

interface LiveRow extends Omit<Principal, 'sessionId' | 'credentialRights'> {
  sessionId: string;
  lastSeenAt: Date;
}

const liveSessionQuery: PreparedQuery = {
  name: 'live_session',
  text: `
    SELECT citizen.id AS "citizenId", citizen.username, citizen.display_name AS "displayName",
           citizen.tier, citizen.role, citizen.operator_role AS "operatorRole",
           citizen.has_second_factor AS "hasSecondFactor", session.id AS "sessionId",
           session.proved_at AS "provedAt", session.second_factor_at AS "secondFactorAt",
           session.last_seen_at AS "lastSeenAt"
      FROM session JOIN citizen ON citizen.id = session.citizen_id
     WHERE session.token_hash = $1
       AND session.ended_at IS NULL
       AND session.expires_at > $2::timestamptz
       AND session.last_seen_at > CASE citizen.role WHEN 'operator' THEN $3::timestamptz ELSE $4::timestamptz END`,
};

/** One round trip, because every request pays for it. */
async function findLiveSession(
  database: Pick<Database, 'runPrepared'>,
  input: { token: string; now: Date },
): Promise<{ principal: Principal; sessionId: string; lastSeenAt: Date } | null> {
  const { token, now } = input;
  const idleSince = (role: Role) => before(now, sessionIdleMs[role]).toISOString();
  const values = [Buffer.from(hashOf(token)), now.toISOString(), idleSince('operator'), idleSince('citizen')];
  const [row] = await database.runPrepared<LiveRow>(liveSessionQuery, values);
  if (row === undefined) return null;
  const { lastSeenAt, ...principal } = row;
  return { principal: { ...principal, credentialRights: null }, sessionId: row.sessionId, lastSeenAt };
}

async function touchSession(db: Db, input: { id: string; now: Date }): Promise<void> {
  await db.session.updateMany({
    where: { id: input.id, endedAt: null, lastSeenAt: { lt: input.now } },
    data: { lastSeenAt: input.now },
  });
}

/** A token of 256 random bits needs no salt and no slow hash. */
function hashOf(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest());
}

function before(time: Date, milliseconds: number): Date {
  return new Date(time.getTime() - milliseconds);
}
