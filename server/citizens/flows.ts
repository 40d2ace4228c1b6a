import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { noSoonerThan } from '#server/platform/no-sooner.ts';
import type { Tier } from '#server/platform/session.ts';
import { storedStanding } from './queries.ts';
import { formerUsernameHash } from './closing.ts';
import { isSystemCitizen, isUsername, signInMsMin } from './rules.ts';
import { refreshCitizen, signIn as recordSignIn } from './service.ts';
import type { SignedIn, SignInInput } from './service.ts';
import type { VeniceProfile } from './venice-answer.ts';
import type { VeniceClient } from './venice-client.ts';
import { veniceFreshMs, type VeniceDirectory } from './venice-directory.ts';

export interface SignInDeps {
  inTransaction: Database['inTransaction'];
  venice: VeniceClient;
  clock: Clock;
  ids: Ids;
  /** The server's secret. */
  secret: string;
}

/**
 * Signs in someone whose proof was accepted: asks Venice first, then writes citizen and session together.
 * Between the two nothing is stored yet, so a crash there costs the citizen one more attempt. A refusal takes as long as
 * a welcome.
 *
 * Refusals: `invalid_username`, `system_citizen`, `citizen_not_found`, `venice_unavailable`.
 */
export function signIn(deps: SignInDeps, input: ProvedSignIn): Promise<SignedIn> {
  return noSoonerThan(signInMsMin, admit(deps, input));
}

export type ProvedSignIn = Pick<SignInInput, 'username' | 'method' | 'isSecondFactor' | 'client' | 'previousToken'>;

async function admit(deps: SignInDeps, input: ProvedSignIn): Promise<SignedIn> {
  const { username } = input;
  if (!isUsername(username)) throw refuse('invalid', 'invalid_username', 'This is not a username of Venice.');
  if (isSystemCitizen(username)) {
    throw refuse('forbidden', 'system_citizen', 'This citizen belongs to the machinery of Venice and cannot sign in.');
  }
  const asOf = deps.clock.now();
  const profile = await fetchProfile(deps.venice, username);
  const { clock, ids } = deps;
  const record = { ...input, profile, asOf, usernameHash: formerUsernameHash(deps.secret, username), clock, ids };
  return await deps.inTransaction((tx) => recordSignIn(tx, record));
}

/** Null while Venice is away. */
async function fetchProfile(venice: VeniceClient, username: string): Promise<VeniceProfile | null> {
  const answer = await venice.citizen(username);
  switch (answer.status) {
    case 'found':
      return answer.profile;
    case 'not_found':
      throw refuse('forbidden', 'citizen_not_found', 'Venice knows no citizen of this name.');
    case 'outage':
      return null;
  }
}

/** What a citizen is in Venice, as it may be shown. */
export interface VeniceStanding {
  displayName: string;
  socialClass: string | null;
  tier: Tier;
  /** When Venice said so. */
  asOf: Date;
  /** Venice should have been asked again since and could not: whoever shows this says so. */
  isStale: boolean;
}

/**
 * How a known citizen stands in Venice now: what Venice says is taken over first, so that a rise holds at once. While
 * Venice is away it is what is stored, marked as stale once it is older than five minutes.
 */
export async function veniceStanding(
  deps: { database: Database; venice: VeniceDirectory; clock: Clock; ids: Ids },
  citizenId: string,
): Promise<VeniceStanding> {
  const { database, venice, clock, ids } = deps;
  const before = await storedStanding(database.client, citizenId);
  invariant(before !== null, 'a standing is asked for a citizen who exists');
  const reading = await venice.reading(before.username);
  const isNews = reading.status === 'found' && reading.asOf > before.refreshedAt;
  if (isNews) {
    const { profile, asOf } = reading;
    await database.inTransaction((tx) => refreshCitizen(tx, { profile, asOf, clock, ids }));
  }
  const stored = isNews ? await storedStanding(database.client, citizenId) : before;
  invariant(stored !== null, 'citizens are never deleted');
  const { displayName, socialClass, tier, refreshedAt } = stored;
  const isStale = clock.now().getTime() - refreshedAt.getTime() >= veniceFreshMs;
  return { displayName, socialClass, tier, asOf: refreshedAt, isStale };
}
