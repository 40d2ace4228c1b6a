import { createHash } from 'node:crypto';
import type { Tx } from '#server/platform/db.ts';

/** What a challenge may be answered for. */
export type ChallengePurpose = 'wallet' | 'passkey_sign_in' | 'passkey_registration' | 'passkey_proof';

const sweptMax = 100;

/** Keeps a challenge for the browser that asked, and forgets some that nobody answered in time. */
export async function keepChallenge(
  tx: Tx,
  input: {
    id: string;
    purpose: ChallengePurpose;
    /** Unique; at most 200 characters. */
    challenge: string;
    browserId: string;
    /** The citizen who asked, where one is signed in. */
    citizenId: string | null;
    now: Date;
    expiresAt: Date;
  },
): Promise<void> {
  const { id, purpose, challenge, citizenId, now, expiresAt } = input;
  // Whoever else is sweeping has those rows already: nobody waits for anybody here.
  await tx.$executeRaw`
    DELETE FROM proof_challenge WHERE id IN (
      SELECT id FROM proof_challenge WHERE expires_at <= ${now}
       ORDER BY expires_at LIMIT ${sweptMax} FOR UPDATE SKIP LOCKED)`;
  const browserHash = hashOf(input.browserId);
  await tx.proofChallenge.create({
    data: { id, purpose, challenge, citizenId, browserHash, expiresAt },
    select: { id: true },
  });
}

/**
 * Uses a challenge up, in one statement, so that of many answers at once one gets it. Null when there is none of this
 * purpose and browser, or it is too old; what belongs to another browser stays where it is.
 */
export async function takeChallenge(
  tx: Tx,
  input: { purpose: ChallengePurpose; challenge: string; browserId: string; now: Date },
): Promise<{ citizenId: string | null; expiresAt: Date } | null> {
  const { purpose, challenge, browserId, now } = input;
  const [row] = await tx.$queryRaw<{ citizenId: string | null; expiresAt: Date }[]>`
    DELETE FROM proof_challenge
     WHERE challenge = ${challenge} AND purpose = ${purpose} AND browser_hash = ${hashOf(browserId)}
       AND expires_at > ${now}
    RETURNING citizen_id AS "citizenId", expires_at AS "expiresAt"`;
  return row ?? null;
}

function hashOf(browserId: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(browserId).digest());
}
