import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import { refuse, type DomainError } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { keepChallenge, takeChallenge, type ChallengePurpose } from './challenges.ts';
import type { AssertionResponse, RegistrationResponse } from './factor-schema.ts';
import { factorAdded, lockFactors, passkeysMax } from './factors.ts';

/**
 * Passkeys (WebAuthn level 3) by SimpleWebAuthn. The user is always verified, so that a passkey is two factors in one:
 * what one has, and how one unlocks it. Every challenge is for one purpose, one browser and one use.
 */
const challengeLifetimeMs = 5 * 60_000;
const houseName = 'CASCADE';

export interface PasskeyDeps {
  database: Database;
  clock: Clock;
  ids: Ids;
  appUrl: string;
}

/** Who asks, in which browser. */
export interface PasskeyAsker {
  citizenId: string;
  browserId: string;
}

/** What the browser needs to make a passkey. Refuses `too_many_passkeys`. */
export async function startPasskey(deps: PasskeyDeps, asker: PasskeyAsker & { username: string; displayName: string }) {
  const known = await passkeysOf(deps, asker.citizenId);
  if (known.length >= passkeysMax) throw refuse('conflict', 'too_many_passkeys', 'Remove a passkey first.');
  const options = await generateRegistrationOptions({
    rpName: houseName,
    rpID: hostOf(deps.appUrl),
    userName: asker.username,
    userDisplayName: asker.displayName,
    userID: new Uint8Array(Buffer.from(asker.citizenId, 'utf8')),
    attestationType: 'none',
    excludeCredentials: known,
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  await keep(deps, { purpose: 'passkey_registration', challenge: options.challenge, ...asker });
  return options;
}

/** Takes over a passkey that the browser made for a challenge of ours. Refuses `passkey_failed`, `too_many_passkeys`. */
export async function addPasskey(
  deps: PasskeyDeps,
  input: PasskeyAsker & { response: RegistrationResponse; name: string },
): Promise<void> {
  const { citizenId, response, name } = input;
  const { rpID, origin } = partyOf(deps.appUrl);
  const verified = await attempt(() =>
    verifyRegistrationResponse({
      response,
      expectedChallenge: (challenge) => take(deps, { purpose: 'passkey_registration', challenge, ...input }),
      expectedOrigin: origin,
      expectedRPID: rpID,
      requireUserVerification: true,
    }),
  );
  if (verified.registrationInfo === undefined) throw passkeyFailed();
  const { credential, credentialBackedUp } = verified.registrationInfo;
  const { clock, ids } = deps;
  await deps.database.inTransaction(async (tx) => {
    await lockFactors(tx, citizenId);
    if ((await tx.passkey.count({ where: { citizenId } })) >= passkeysMax) {
      throw refuse('conflict', 'too_many_passkeys', 'Remove a passkey first.');
    }
    if ((await tx.passkey.count({ where: { credentialId: credential.id } })) > 0) throw passkeyFailed();
    await tx.passkey.create({
      data: {
        id: ids.uuid(),
        citizenId,
        credentialId: credential.id,
        publicKey: new Uint8Array(credential.publicKey),
        counter: credential.counter,
        transports: [...(credential.transports ?? [])],
        isSynced: credentialBackedUp,
        name,
        createdAt: clock.now(),
      },
      select: { id: true },
    });
    await factorAdded(tx, { citizenId, factor: 'passkey', name, clock, ids });
  });
}

/** What the browser needs to use a passkey: one of the citizen's, or any it has while nobody is signed in. */
export async function askForPasskey(deps: PasskeyDeps, asker: { citizenId: string | null; browserId: string }) {
  const { citizenId } = asker;
  const options = await generateAuthenticationOptions({
    rpID: hostOf(deps.appUrl),
    userVerification: 'required',
    ...(citizenId === null ? {} : { allowCredentials: await passkeysOf(deps, citizenId) }),
  });
  const purpose = citizenId === null ? 'passkey_sign_in' : 'passkey_proof';
  await keep(deps, { purpose, challenge: options.challenge, ...asker });
  return options;
}

/**
 * Whose passkey answered a challenge of ours; where one is signed in it must be theirs. Refuses `passkey_failed`,
 * whatever it was that did not fit.
 */
export async function checkPasskey(
  deps: PasskeyDeps,
  input: { citizenId: string | null; browserId: string; response: AssertionResponse },
): Promise<{ citizenId: string; username: string }> {
  const { response } = input;
  const { client } = deps.database;
  const row = await client.passkey.findUnique({
    where: { credentialId: response.id },
    select: { id: true, citizenId: true, publicKey: true, counter: true, transports: true },
  });
  const purpose = input.citizenId === null ? 'passkey_sign_in' : 'passkey_proof';
  if (row === null || (input.citizenId !== null && row.citizenId !== input.citizenId)) {
    await take(deps, { purpose, challenge: challengeOf(response), ...input });
    throw passkeyFailed();
  }
  const { rpID, origin } = partyOf(deps.appUrl);
  const { publicKey, transports } = row;
  const verified = await attempt(() =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge: (challenge) => take(deps, { purpose, challenge, ...input }),
      expectedOrigin: origin,
      expectedRPID: rpID,
      requireUserVerification: true,
      credential: { id: response.id, publicKey, counter: Number(row.counter), transports },
    }),
  );
  if (!verified.verified) throw passkeyFailed();
  const used = await client.passkey.updateMany({
    where: { id: row.id, counter: row.counter },
    data: { counter: verified.authenticationInfo.newCounter, lastUsedAt: deps.clock.now() },
  });
  if (used.count === 0) throw passkeyFailed();
  const citizen = await client.citizen.findUniqueOrThrow({ where: { id: row.citizenId }, select: { username: true } });
  return { citizenId: row.citizenId, username: citizen.username };
}

/** The challenge that an answer says it is for; empty when it says nothing that can be read. */
function challengeOf({ response }: AssertionResponse): string {
  try {
    const said: unknown = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString('utf8'));
    const challenge = typeof said === 'object' && said !== null && 'challenge' in said ? said.challenge : '';
    return typeof challenge === 'string' && challenge.length <= 200 && !challenge.includes('\0') ? challenge : '';
  } catch {
    return '';
  }
}

/** The library throws at whatever does not fit; a refusal of ours passes through. */
async function attempt<Verified>(verify: () => Promise<Verified>): Promise<Verified> {
  try {
    return await verify();
  } catch (error) {
    if (isLibraryRefusal(error)) throw passkeyFailed();
    throw error;
  }
}

/** What SimpleWebAuthn refuses is a plain `Error`; PostgreSQL being away, which the challenge asks, is none of those. */
function isLibraryRefusal(error: unknown): boolean {
  return error instanceof Error && !('code' in error) && !('clientVersion' in error);
}

function passkeyFailed(): DomainError {
  return refuse('forbidden', 'passkey_failed', 'This passkey could not be accepted. Please try again.');
}

async function passkeysOf(
  { database }: PasskeyDeps,
  citizenId: string,
): Promise<{ id: string; transports: string[] }[]> {
  const rows = await database.client.passkey.findMany({
    where: { citizenId },
    orderBy: { createdAt: 'asc' },
    take: passkeysMax,
    select: { credentialId: true, transports: true },
  });
  return rows.map(({ credentialId, transports }) => ({ id: credentialId, transports }));
}

interface Challenge {
  purpose: ChallengePurpose;
  challenge: string;
  browserId: string;
  citizenId: string | null;
}

function keep({ database, clock, ids }: PasskeyDeps, asked: Challenge): Promise<void> {
  const now = clock.now();
  const expiresAt = new Date(now.getTime() + challengeLifetimeMs);
  const { purpose, challenge, browserId, citizenId } = asked;
  return database.inTransaction((tx) =>
    keepChallenge(tx, { id: ids.uuid(), purpose, challenge, browserId, citizenId, now, expiresAt }),
  );
}

/** Uses the challenge up before anything else is looked at, so that no answer is tried twice. */
async function take({ database, clock }: PasskeyDeps, answered: Challenge): Promise<boolean> {
  const { purpose, challenge, browserId, citizenId } = answered;
  const kept = await database.inTransaction((tx) =>
    takeChallenge(tx, { purpose, challenge, browserId, now: clock.now() }),
  );
  return kept !== null && kept.citizenId === citizenId;
}

function partyOf(appUrl: string): { rpID: string; origin: string } {
  return { rpID: hostOf(appUrl), origin: appUrl };
}

function hostOf(appUrl: string): string {
  return new URL(appUrl).hostname;
}
