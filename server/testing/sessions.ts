import { rememberCitizen } from '#server/citizens/service.ts';
import { openSession } from '#server/citizens/sessions.ts';
import { systemClock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import { systemIds } from '#server/platform/ids.ts';
import { sessionCookie, sessionCookieName } from '#server/platform/session.ts';

const plainAppUrl = 'http://127.0.0.1';

/** A citizen with a live session, and the `cookie` header their browser sends to a product without TLS. */
export async function signedInCitizen(
  database: Pick<Database, 'inTransaction'>,
  options: { username: string; secret: string },
): Promise<{ citizenId: string; sessionId: string; token: string; cookie: string }> {
  const { username, secret } = options;
  const tools = { clock: systemClock, ids: systemIds };
  const opened = await database.inTransaction(async (tx) => {
    const profile = { username, displayName: username, socialClass: null, isAi: false };
    const { id: citizenId, role } = await rememberCitizen(tx, { profile, ...tools });
    const client = { device: '', place: '' };
    const session = { citizenId, role, method: 'venice', isSecondFactor: false, client } as const;
    return { citizenId, ...(await openSession(tx, { ...session, ...tools })) };
  });
  return { ...opened, cookie: await cookieOf(opened.token, secret) };
}

/** The `cookie` header of a browser that holds a token. */
export async function cookieOf(token: string, secret: string): Promise<string> {
  const line = await sessionCookie(token, { secret, appUrl: plainAppUrl });
  const value = line.slice(line.indexOf('=') + 1, line.indexOf(';'));
  return `${sessionCookieName(plainAppUrl)}=${value}`;
}
