import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit } from '#server/platform/outbox.ts';
import type { Tier } from '#server/platform/session.ts';
import { reopenAccount } from './closing.ts';
import { notify } from './notifications.ts';
import { roleColumnsOf } from './operators.ts';
import { citizenColumns, citizenOf } from './queries.ts';
import type { Citizen } from './queries.ts';
import { classAfter, effectiveTier, isRise, tierOf } from './rules.ts';
import { endSessionOfToken, isNewDevice, openSession } from './sessions.ts';
import type { SessionClient, SignInMethod } from './sessions.ts';
import { markTrustDue } from './trust-events.ts';
import type { VeniceProfile } from './venice-answer.ts';

export interface SignInInput {
  username: string;
  /** The record fetched from Venice just before; null while Venice is away. */
  profile: VeniceProfile | null;
  /** When Venice was asked. */
  asOf: Date;
  method: SignInMethod;
  /** Whether the proof was one of a second factor too; not unless said so. */
  isSecondFactor?: boolean;
  client: SessionClient;
  /** The token the same browser held until now; its session ends with this sign-in. */
  previousToken: string | null;
  /** The keyed fingerprint under which a closed account of this name is known again. */
  usernameHash: string;
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
 * Brings the citizen's record up to date and opens a session; an account that was closed opens again.
 * While Venice is away a known citizen keeps class and tier; a new one is refused: `venice_unavailable`.
 */
export async function signIn(tx: Tx, input: SignInInput): Promise<SignedIn> {
  const { profile, asOf, previousToken, clock, ids } = input;
  // Whoever is closing this account has done so before it is looked for: else it would be opened, or made, beside it.
  await lockCitizen(tx, input.username);
  await reopenAccount(tx, input);
  const citizen =
    profile === null
      ? await knownCitizen(tx, input.username)
      : await rememberCitizen(tx, { profile, asOf, clock, ids });
  return await enter(tx, { ...input, citizen, previousToken, isSecondFactor: input.isSecondFactor ?? false });
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
  if (await isNewDevice(tx, { citizenId, device: client.device }))
    await notify(tx, { clock, ids }, { citizenId, kind: 'signed_in_new_device', details: { ...client, method } });
  await markTrustDue(tx, citizenId);
  const opened = await openSession(tx, { citizenId, role, method, client, isSecondFactor, clock, ids });
  return { citizen, ...opened };
}

/** What the record of a citizen is made of. */
export interface RecordInput {
  profile: VeniceProfile;
  /** When Venice was asked; what was learned later is not overwritten. */
  asOf?: Date;
  clock: Clock;
  ids: Ids;
}

/** Stores what Venice says about a citizen, new or known; class and appointment decide tier and role. */
export async function rememberCitizen(tx: Tx, input: RecordInput): Promise<Citizen> {
  const { username } = input.profile;
  const before = await lockCitizen(tx, username);
  const created = before === null ? await createCitizen(tx, input) : null;
  if (created !== null) return created;
  // Whoever was faster with a new citizen has committed by now, so that the row is there.
  const known = before ?? (await lockCitizen(tx, username));
  invariant(known !== null, 'a citizen who could not be created exists');
  await takeOver(tx, known, input);
  return citizenOf(await tx.citizen.findUniqueOrThrow({ where: { username }, select: citizenColumns }));
}

/** Brings a known citizen's record up to date; sessions stay as they are. Answers how the tier changed. */
export async function refreshCitizen(tx: Tx, input: RecordInput): Promise<TierChange | null> {
  const before = await lockCitizen(tx, input.profile.username);
  return before === null ? null : await takeOver(tx, before, input);
}

export interface TierChange {
  from: Tier;
  to: Tier;
}

/**
 * Writes what Venice told over what was known. A changed tier holds from the next request on, in open sessions too,
 * is announced by the event `citizen.tier_changed` {from, to, isRise}, and told to the citizen; a changed name by
 * `citizen.renamed`.
 */
async function takeOver(tx: Tx, before: KnownCitizen, input: RecordInput): Promise<TierChange | null> {
  const { clock, ids } = input;
  const asOf = input.asOf ?? clock.now();
  if (asOf < before.refreshedAt) return null;
  const { displayName, isAi } = input.profile;
  const socialClass = classAfter(before.socialClass, input.profile.socialClass);
  const tiers = tiersOf(socialClass, before.subscribedTier);
  await tx.citizen.update({
    where: { id: before.id },
    data: { displayName, socialClass, isAi, ...tiers, refreshedAt: asOf },
    select: { id: true },
  });
  if (displayName !== before.displayName)
    await emit(tx, { clock, ids: input.ids }, { type: 'citizen.renamed', subject: before.id, payload: {} });
  if (tiers.tier === before.tier) return null;
  const change = { from: before.tier, to: tiers.tier };
  await announce(tx, { clock, ids }, { citizenId: before.id, ...change });
  return change;
}

/** Whatever changed a tier, the house hears of it and so does the citizen. */
async function announce(
  tx: Tx,
  deps: { clock: Clock; ids: Ids },
  { citizenId, ...change }: TierChange & { citizenId: string },
): Promise<void> {
  const payload = { ...change, isRise: isRise(change) };
  await emit(tx, deps, { type: 'citizen.tier_changed', subject: citizenId, payload });
  await notify(tx, deps, { citizenId, kind: 'tier_changed', details: { ...change } });
}

/** The one place where Venice's word becomes a tier. */
function tiersOf(socialClass: string | null, subscribedTier: Tier | null): { classTier: Tier; tier: Tier } {
  const classTier = tierOf(socialClass);
  return { classTier, tier: effectiveTier(classTier, subscribedTier) };
}

interface KnownCitizen {
  id: string;
  displayName: string;
  socialClass: string | null;
  subscribedTier: Tier | null;
  tier: Tier;
  refreshedAt: Date;
}

/** The row as it is now, kept from changing until the end of the transaction; null when there is none. */
async function lockCitizen(tx: Tx, username: string): Promise<KnownCitizen | null> {
  const rows = await tx.$queryRaw<KnownCitizen[]>`
    SELECT id, display_name AS "displayName", social_class AS "socialClass", subscribed_tier AS "subscribedTier", tier, refreshed_at AS "refreshedAt"
      FROM citizen WHERE username = ${username} FOR UPDATE`;
  return rows[0] ?? null;
}

/** Null when somebody else was faster. */
async function createCitizen(tx: Tx, input: RecordInput): Promise<Citizen | null> {
  const { username, displayName, socialClass, isAi } = input.profile;
  const firstSeenAt = input.clock.now();
  const refreshedAt = input.asOf ?? firstSeenAt;
  const venice = { username, displayName, socialClass, isAi, ...tiersOf(socialClass, null), refreshedAt };
  const [row] = await tx.citizen.createManyAndReturn({
    data: [{ id: input.ids.uuid(), ...venice, firstSeenAt, ...(await roleColumnsOf(tx, username)) }],
    skipDuplicates: true,
    select: citizenColumns,
  });
  return row === undefined ? null : citizenOf(row);
}

/**
 * Sets the tier a citizen's subscription gives, or takes it away with null; the higher of it and the class's counts
 * from now on. The seam for whoever sells subscriptions. Answers the effective tier.
 */
export async function setSubscribedTier(
  tx: Tx,
  input: { citizenId: string; subscribedTier: Exclude<Tier, 'observer'> | null; clock: Clock; ids: Ids },
): Promise<Tier> {
  const { citizenId, subscribedTier } = input;
  const [row] = await tx.$queryRaw<{ classTier: Tier; tier: Tier }[]>`
    SELECT class_tier AS "classTier", tier FROM citizen WHERE id = ${citizenId}::uuid FOR UPDATE`;
  if (row === undefined) throw refuse('not_found', 'citizen_not_found', 'There is no such citizen.');
  const tier = effectiveTier(row.classTier, subscribedTier);
  await tx.citizen.update({ where: { id: citizenId }, data: { subscribedTier, tier }, select: { id: true } });
  if (tier !== row.tier) await announce(tx, input, { citizenId, from: row.tier, to: tier });
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
