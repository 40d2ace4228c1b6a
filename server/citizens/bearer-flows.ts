import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import { refuse, type DomainError } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import type { Principal } from '#server/platform/session.ts';
import { formerUsernameHash, isAccountClosed } from './closing.ts';
import { invalidToken, verifyToken, type TokenSettings } from './bearer-token.ts';
import { citizenStanding, type Citizen } from './queries.ts';
import { isSystemCitizen } from './rules.ts';
import { rememberCitizen } from './service.ts';
import type { VeniceDirectory } from './venice-directory.ts';

export interface BearerDeps {
  database: Pick<Database, 'client' | 'inTransaction'>;
  token: TokenSettings;
  venice: Pick<VeniceDirectory, 'reading'>;
  clock: Clock;
  ids: Ids;
  /** The server's secret. */
  secret: string;
}

export interface Bearer {
  principal: Principal;
  credential: string;
}

/** After so long Venice is asked again about a citizen who comes with tokens only. */
const refreshMs = 24 * 60 * 60_000;
/**
 * Methods (RFC 8176) that count as a second factor: several factors, a one-time code, a key in hardware or software, a
 * smart card. Passwords, knowledge, text messages and calls do not, nor what a body shows without a key behind it.
 */
const strongMethods = new Set(['mfa', 'otp', 'hwk', 'swk', 'sc']);

/**
 * Who makes a request by its `Authorization` header. The citizen is looked up on every request, so that what changes
 * here holds at once; Venice is asked on first use and then daily, and while it is away only known citizens come in.
 *
 * Refusals: `invalid_token`, `system_citizen`, `citizen_not_found`, `venice_unavailable`, `account_closed`,
 * `second_factor_required`.
 */
export async function bearerOf(deps: BearerDeps, authorization: string): Promise<Bearer> {
  const token = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+) *$/i.exec(authorization)?.[1];
  if (token === undefined) throw invalidToken();
  const { username, credential, methods } = await verifyToken(token, deps.token);
  if (isSystemCitizen(username)) {
    throw refuse('forbidden', 'system_citizen', 'This citizen belongs to the machinery of Venice and cannot trade.');
  }
  const citizen = await citizenOfToken(deps, username);
  if (citizen.hasSecondFactor && !methods.some((method) => strongMethods.has(method))) {
    throw refuse('forbidden', 'second_factor_required', 'This token was issued without a second factor (amr).');
  }
  const { id: citizenId, displayName, tier, role, operatorRole, hasSecondFactor } = citizen;
  const who = { citizenId, username, displayName, tier, role, operatorRole, hasSecondFactor };
  const proved = { sessionId: null, provedAt: null, secondFactorAt: null };
  return { principal: { ...who, ...proved, credentialRights: null }, credential };
}

async function citizenOfToken(deps: BearerDeps, username: string): Promise<Citizen> {
  const { database, clock, ids } = deps;
  const usernameHash = formerUsernameHash(deps.secret, username);
  const known = await citizenStanding(database.client, { username, usernameHash });
  // Only someone who signs in opens an account again; a machine that goes on calling does not.
  if (known === 'closed') throw accountClosed();
  if (known !== null && clock.now().getTime() - known.refreshedAt.getTime() < refreshMs) return known.citizen;
  const reading = await deps.venice.reading(username);
  if (reading.status === 'not_found') {
    throw refuse('forbidden', 'citizen_not_found', 'Venice knows no citizen of this name.');
  }
  if (reading.status === 'found' && !reading.isStale) {
    const { profile, asOf } = reading;
    return await database.inTransaction(async (tx) => {
      const citizen = await rememberCitizen(tx, { profile, asOf, clock, ids });
      // Closed since it was looked for: what was just made would be a second account.
      if (await isAccountClosed(tx, usernameHash)) throw accountClosed();
      return citizen;
    });
  }
  if (known !== null) return known.citizen;
  throw refuse('unavailable', 'venice_unavailable', 'Venice cannot be reached right now. Please try again later.');
}

function accountClosed(): DomainError {
  return refuse('forbidden', 'account_closed', 'This citizen has closed their account here.');
}
