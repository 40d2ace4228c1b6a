import { randomBytes } from 'node:crypto';
import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import { refuse, type DomainError } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { noSoonerThan } from '#server/platform/no-sooner.ts';
import { keepChallenge, takeChallenge } from './challenges.ts';
import { formerUsernameHash } from './closing.ts';
import { isSystemCitizen, isUsername, signInMsMin } from './rules.ts';
import { signIn as recordSignIn, type SignedIn } from './service.ts';
import { endSession, type SessionClient } from './sessions.ts';
import type { VeniceClient } from './venice-client.ts';
import { isSignedBy, readSignature, walletMessage, walletProofMs } from './wallet-proof.ts';

export interface WalletDeps {
  inTransaction: Database['inTransaction'];
  venice: Pick<VeniceClient, 'wallet'>;
  clock: Clock;
  ids: Ids;
  /** Public origin of the product. */
  appUrl: string;
  /** The server's secret. */
  secret: string;
}

export interface WalletChallenge {
  nonce: string;
  /** What the wallet has to sign, exactly. */
  message: string;
  expiresAt: Date;
}

/**
 * Makes the message that proves a citizen's wallet, for any name that Venice could know: whether it does is not asked
 * yet. Refuses `invalid_username`.
 */
export async function challengeWallet(
  deps: WalletDeps,
  input: { username: string; browserId: string },
): Promise<WalletChallenge> {
  const { username, browserId } = input;
  assertUsername(username);
  const nonce = randomBytes(16).toString('hex');
  const now = deps.clock.now();
  const expiresAt = new Date(now.getTime() + walletProofMs);
  const challenge = challengeOf(username, nonce);
  const row = {
    id: deps.ids.uuid(),
    purpose: 'wallet',
    challenge,
    browserId,
    citizenId: null,
    now,
    expiresAt,
  } as const;
  await deps.inTransaction((tx) => keepChallenge(tx, row));
  return { nonce, message: walletMessage({ appUrl: deps.appUrl, username, nonce, expiresAt }), expiresAt };
}

export interface WalletAnswer {
  username: string;
  nonce: string;
  /** Base58 or base64. */
  signature: string;
  browserId: string | null;
  client: SessionClient;
  /** The session this browser holds until now; it ends with this sign-in. */
  previousSessionId: string | null;
}

/**
 * Signs a citizen in by a signature of their wallet, which Venice is asked for each time and which is kept nowhere.
 * The nonce is used up first, so a crash or an outage after it costs one more attempt. Who is unknown, who has no wallet
 * and whose signature is wrong get the same answer after the same work.
 *
 * Refusals: `invalid_username`, `signature_malformed`, `wallet_proof_failed`, `venice_unavailable`, `system_citizen`.
 */
export function signInByWallet(deps: WalletDeps, input: WalletAnswer): Promise<SignedIn> {
  return noSoonerThan(signInMsMin, admit(deps, input));
}

async function admit(deps: WalletDeps, input: WalletAnswer): Promise<SignedIn> {
  const { username, nonce, client, previousSessionId } = input;
  assertUsername(username);
  const signature = readSignature(input.signature);
  if (signature === null) throw refuse('invalid', 'signature_malformed', 'This is not a signature of a wallet.');
  const expiresAt = await useUp(deps, input);
  if (expiresAt === null) throw proofFailed();
  const asOf = deps.clock.now();
  const answer = await deps.venice.wallet(username);
  if (answer.status === 'outage') {
    throw refuse('unavailable', 'venice_unavailable', 'Venice cannot be reached right now. Please try again later.');
  }
  const wallet = answer.status === 'found' ? answer.wallet : null;
  const message = walletMessage({ appUrl: deps.appUrl, username, nonce, expiresAt });
  if (!isSignedBy(wallet, { message, signature }) || answer.status !== 'found') throw proofFailed();
  if (isSystemCitizen(username)) {
    throw refuse('forbidden', 'system_citizen', 'This citizen belongs to the machinery of Venice and cannot sign in.');
  }
  const { clock, ids, secret } = deps;
  const record = { username, profile: answer.profile, asOf, usernameHash: formerUsernameHash(secret, username) };
  return await deps.inTransaction(async (tx) => {
    if (previousSessionId !== null) await endSession(tx, { sessionId: previousSessionId, now: clock.now() });
    return await recordSignIn(tx, { ...record, method: 'wallet', client, previousToken: null, clock, ids });
  });
}

/** When the challenge would have expired; null when this browser has none for this citizen. */
async function useUp(deps: WalletDeps, input: WalletAnswer): Promise<Date | null> {
  const { username, nonce, browserId } = input;
  if (browserId === null) return null;
  const question = { purpose: 'wallet', challenge: challengeOf(username, nonce), browserId } as const;
  const taken = await deps.inTransaction((tx) => takeChallenge(tx, { ...question, now: deps.clock.now() }));
  return taken?.expiresAt ?? null;
}

/** Binds the nonce to the citizen it was made for; no username has a colon. */
function challengeOf(username: string, nonce: string): string {
  return `${username}:${nonce}`;
}

function assertUsername(username: string): void {
  if (!isUsername(username)) throw refuse('invalid', 'invalid_username', 'This is not a username of Venice.');
}

function proofFailed(): DomainError {
  return refuse(
    'forbidden',
    'wallet_proof_failed',
    'This is not a valid signature by the wallet of a citizen of this name, or it came too late.',
  );
}
