import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import type { Citizen } from './queries.ts';
import { isSystemCitizen, isUsername, roleOf } from './rules.ts';
import { signIn as recordSignIn } from './service.ts';
import type { VeniceProfile } from './venice-answer.ts';
import type { VeniceClient } from './venice-client.ts';

export interface SignInDeps {
  inTransaction: Database['inTransaction'];
  venice: VeniceClient;
  clock: Clock;
  ids: Ids;
  operatorUsernames: readonly string[];
}

/**
 * Signs in whom the identity issuer vouched for: asks Venice first, then writes citizen and session together.
 * Between the two nothing is stored yet, so a crash there costs the citizen one more attempt.
 *
 * Refusals: `invalid_username`, `system_citizen`, `citizen_not_found`, `venice_unavailable`.
 */
export async function signIn(
  deps: SignInDeps,
  input: { username: string; previousSessionId: string | null },
): Promise<{ citizen: Citizen; sessionId: string }> {
  const { username, previousSessionId } = input;
  if (!isUsername(username)) throw refuse('invalid', 'invalid_username', 'This is not a username of Venice.');
  if (isSystemCitizen(username)) {
    throw refuse('forbidden', 'system_citizen', 'This citizen belongs to the machinery of Venice and cannot sign in.');
  }
  const profile = await fetchProfile(deps.venice, username);
  const role = roleOf(username, deps.operatorUsernames);
  const { clock, ids } = deps;
  return await deps.inTransaction((tx) => recordSignIn(tx, { username, profile, role, previousSessionId, clock, ids }));
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
