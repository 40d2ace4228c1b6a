import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { isSystemCitizen, isUsername } from './rules.ts';
import { signIn as recordSignIn } from './service.ts';
import type { SignedIn, SignInInput } from './service.ts';
import type { VeniceProfile } from './venice-answer.ts';
import type { VeniceClient } from './venice-client.ts';

export interface SignInDeps {
  inTransaction: Database['inTransaction'];
  venice: VeniceClient;
  clock: Clock;
  ids: Ids;
}

/**
 * Signs in someone whose proof was accepted: asks Venice first, then writes citizen and session together.
 * Between the two nothing is stored yet, so a crash there costs the citizen one more attempt.
 *
 * Refusals: `invalid_username`, `system_citizen`, `citizen_not_found`, `venice_unavailable`.
 */
export async function signIn(
  deps: SignInDeps,
  input: Pick<SignInInput, 'username' | 'method' | 'client' | 'previousToken'>,
): Promise<SignedIn> {
  const { username } = input;
  if (!isUsername(username)) throw refuse('invalid', 'invalid_username', 'This is not a username of Venice.');
  if (isSystemCitizen(username)) {
    throw refuse('forbidden', 'system_citizen', 'This citizen belongs to the machinery of Venice and cannot sign in.');
  }
  const profile = await fetchProfile(deps.venice, username);
  const { clock, ids } = deps;
  return await deps.inTransaction((tx) => recordSignIn(tx, { ...input, profile, clock, ids }));
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
