import type { Clock } from '#server/platform/clock.ts';
import type { Database, Db, Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import type { Principal, Role, SessionStore, Tier } from '#server/platform/session.ts';
import { sessionIdleMs, sessionLifetimeMs, sessionRetentionMs, sessionTouchMs } from './rules.ts';

/** Sessions in the database, asked on every request: what is ended there is over on the very next read. */
export function sessionStore({ client }: Pick<Database, 'client'>, clock: Clock): SessionStore {
  return {
    find: async (sessionId) => {
      const now = clock.now();
      const live = await findLiveSession(client, { sessionId, now });
      if (live === null) return null;
      if (before(now, sessionTouchMs) >= live.lastSeenAt) await touchSession(client, { sessionId, now });
      return live.principal;
    },
    end: (sessionId) => endSession(client, { sessionId, now: clock.now() }),
  };
}

/** Makes a new session for a citizen and forgets those that ended long ago. Answers its id. */
export async function openSession(tx: Tx, input: { citizenId: string; clock: Clock; ids: Ids }): Promise<string> {
  const { citizenId } = input;
  const now = input.clock.now();
  await tx.session.deleteMany({ where: { citizenId, expiresAt: { lt: before(now, sessionRetentionMs) } } });
  const expiresAt = new Date(now.getTime() + sessionLifetimeMs);
  const id = input.ids.uuid();
  await tx.session.create({
    data: { id, citizenId, createdAt: now, lastSeenAt: now, expiresAt },
    select: { id: true },
  });
  return id;
}

/** Ends a session; one that is over, or never was, stays as it is. */
export async function endSession(db: Db, input: { sessionId: string; now: Date }): Promise<void> {
  await db.session.updateMany({
    where: { id: input.sessionId, endedAt: null },
    data: { endedAt: input.now },
  });
}

interface LiveRow {
  citizenId: string;
  username: string;
  displayName: string;
  tier: Tier;
  role: Role;
  lastSeenAt: Date;
}

/** One round trip, because every request pays for it. */
async function findLiveSession(
  db: Db,
  input: { sessionId: string; now: Date },
): Promise<{ principal: Principal; lastSeenAt: Date } | null> {
  const { sessionId, now } = input;
  const rows = await db.$queryRaw<LiveRow[]>`
    SELECT citizen.id AS "citizenId", citizen.username, citizen.display_name AS "displayName",
           citizen.tier, citizen.role, session.last_seen_at AS "lastSeenAt"
      FROM session JOIN citizen ON citizen.id = session.citizen_id
     WHERE session.id = ${sessionId}::uuid
       AND session.ended_at IS NULL
       AND session.expires_at > ${now}
       AND session.last_seen_at > ${before(now, sessionIdleMs)}`;
  const row = rows[0];
  if (row === undefined) return null;
  const { lastSeenAt, ...who } = row;
  return { principal: { ...who, sessionId }, lastSeenAt };
}

async function touchSession(db: Db, input: { sessionId: string; now: Date }): Promise<void> {
  await db.session.updateMany({
    where: { id: input.sessionId, endedAt: null, lastSeenAt: { lt: input.now } },
    data: { lastSeenAt: input.now },
  });
}

function before(time: Date, milliseconds: number): Date {
  return new Date(time.getTime() - milliseconds);
}
