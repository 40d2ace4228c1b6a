import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import type { Role } from '#server/platform/session.ts';
import { citizenColumns, citizenOf } from './queries.ts';
import type { Citizen } from './queries.ts';
import { tierOf } from './rules.ts';
import { endSession, openSession } from './sessions.ts';
import type { VeniceProfile } from './venice-answer.ts';

export interface SignInInput {
  username: string;
  /** The record fetched from Venice just before; null while Venice is away. */
  profile: VeniceProfile | null;
  role: Role;
  /** The session the same browser held until now; it ends with this sign-in. */
  previousSessionId: string | null;
  clock: Clock;
  ids: Ids;
}

/**
 * Brings the citizen's record up to date and opens a session.
 * While Venice is away a known citizen keeps class and tier; a new one is refused: `venice_unavailable`.
 */
export async function signIn(tx: Tx, input: SignInInput): Promise<{ citizen: Citizen; sessionId: string }> {
  const { profile, role, clock, ids } = input;
  const citizen =
    profile === null
      ? await knownCitizen(tx, { username: input.username, role })
      : await rememberCitizen(tx, { profile, role, clock, ids });
  if (input.previousSessionId !== null) {
    await endSession(tx, { sessionId: input.previousSessionId, now: clock.now() });
  }
  const sessionId = await openSession(tx, { citizenId: citizen.id, clock, ids });
  return { citizen, sessionId };
}

/** Stores what Venice says about a citizen, new or known; the tier follows from the class. */
export async function rememberCitizen(
  tx: Tx,
  input: { profile: VeniceProfile; role: Role; clock: Clock; ids: Ids },
): Promise<Citizen> {
  const { username, displayName, socialClass, isAi } = input.profile;
  const now = input.clock.now();
  const facts = { displayName, socialClass, isAi, tier: tierOf(socialClass), role: input.role, refreshedAt: now };
  const row = await tx.citizen.upsert({
    where: { username },
    create: { id: input.ids.uuid(), username, firstSeenAt: now, ...facts },
    update: facts,
    select: citizenColumns,
  });
  return citizenOf(row);
}

async function knownCitizen(tx: Tx, input: { username: string; role: Role }): Promise<Citizen> {
  const { username, role } = input;
  const [row] = await tx.citizen.updateManyAndReturn({ where: { username }, data: { role }, select: citizenColumns });
  if (row === undefined) {
    throw refuse(
      'unavailable',
      'venice_unavailable',
      'Venice cannot be reached right now, so a first sign-in is not possible. Please try again in a few minutes.',
    );
  }
  return citizenOf(row);
}
