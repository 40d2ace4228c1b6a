import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import type { Tier } from '#server/platform/session.ts';
import { roleColumnsOf } from './operators.ts';
import { citizenColumns, citizenOf } from './queries.ts';
import type { Citizen } from './queries.ts';
import { effectiveTier, tierOf } from './rules.ts';
import { endSessionOfToken, openSession } from './sessions.ts';
import type { SessionClient, SignInMethod } from './sessions.ts';
import type { VeniceProfile } from './venice-answer.ts';

export interface SignInInput {
  username: string;
  /** The record fetched from Venice just before; null while Venice is away. */
  profile: VeniceProfile | null;
  method: SignInMethod;
  client: SessionClient;
  /** The token the same browser held until now; its session ends with this sign-in. */
  previousToken: string | null;
  clock: Clock;
  ids: Ids;
}

export interface SignedIn {
  citizen: Citizen;
  sessionId: string;
  /** For the browser's cookie, and nowhere else. */
  token: string;
}

/**
 * Brings the citizen's record up to date and opens a session.
 * While Venice is away a known citizen keeps class and tier; a new one is refused: `venice_unavailable`.
 */
export async function signIn(tx: Tx, input: SignInInput): Promise<SignedIn> {
  const { profile, previousToken, clock, ids } = input;
  const citizen =
    profile === null ? await knownCitizen(tx, input.username) : await rememberCitizen(tx, { profile, clock, ids });
  return await enter(tx, { ...input, citizen, previousToken, isSecondFactor: false });
}

export interface EnterInput extends Pick<SignInInput, 'method' | 'client' | 'previousToken' | 'clock' | 'ids'> {
  citizen: Citizen;
  isSecondFactor: boolean;
}

/** Opens a session for a citizen who proved who they are; the one this browser held before ends. */
export async function enter(tx: Tx, input: EnterInput): Promise<SignedIn> {
  const { citizen, method, client, isSecondFactor, clock, ids } = input;
  if (input.previousToken !== null) await endSessionOfToken(tx, { token: input.previousToken, now: clock.now() });
  const { id: citizenId, role } = citizen;
  const opened = await openSession(tx, { citizenId, role, method, client, isSecondFactor, clock, ids });
  return { citizen, ...opened };
}

/** Stores what Venice says about a citizen, new or known; class and appointment decide tier and role. */
export async function rememberCitizen(
  tx: Tx,
  input: { profile: VeniceProfile; clock: Clock; ids: Ids },
): Promise<Citizen> {
  const { username, displayName, socialClass, isAi } = input.profile;
  const now = input.clock.now();
  const classTier = tierOf(socialClass);
  const known = await tx.citizen.findUnique({ where: { username }, select: { subscribedTier: true } });
  const tier = effectiveTier(classTier, (known?.subscribedTier ?? null) as Tier | null);
  const facts = { displayName, socialClass, isAi, classTier, tier, refreshedAt: now };
  const row = await tx.citizen.upsert({
    where: { username },
    create: { id: input.ids.uuid(), username, firstSeenAt: now, ...facts, ...(await roleColumnsOf(tx, username)) },
    update: facts,
    select: citizenColumns,
  });
  return citizenOf(row);
}

/**
 * Sets the tier a citizen's subscription gives, or takes it away with null; the higher of it and the class's counts
 * from now on. The seam for whoever sells subscriptions. Answers the effective tier.
 */
export async function setSubscribedTier(
  tx: Tx,
  input: { citizenId: string; subscribedTier: Exclude<Tier, 'observer'> | null },
): Promise<Tier> {
  const { citizenId, subscribedTier } = input;
  const [row] = await tx.$queryRaw<{ classTier: Tier }[]>`
    SELECT class_tier AS "classTier" FROM citizen WHERE id = ${citizenId}::uuid FOR UPDATE`;
  if (row === undefined) throw refuse('not_found', 'citizen_not_found', 'There is no such citizen.');
  const tier = effectiveTier(row.classTier, subscribedTier);
  await tx.citizen.update({ where: { id: citizenId }, data: { subscribedTier, tier }, select: { id: true } });
  return tier;
}

async function knownCitizen(tx: Tx, username: string): Promise<Citizen> {
  const row = await tx.citizen.findUnique({ where: { username }, select: citizenColumns });
  if (row === null) {
    throw refuse(
      'unavailable',
      'venice_unavailable',
      'Venice cannot be reached right now, so a first sign-in is not possible. Please try again in a few minutes.',
    );
  }
  return citizenOf(row);
}
