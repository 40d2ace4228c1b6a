import type { Clock } from '#server/platform/clock.ts';
import type { Database, Db, PreparedQuery } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { CredentialRights, Principal, Tier } from '#server/platform/session.ts';
import type { Bearer } from './bearer-flows.ts';
import { isCredentialSecret, secretHashOf, type Mode } from './credential-secret.ts';
import { credentialTouchMs } from './rules.ts';

export interface CredentialDeps {
  database: Pick<Database, 'client' | 'runPrepared'>;
  clock: Clock;
  mode: Mode;
}

interface LiveRow {
  citizenId: string;
  username: string;
  displayName: string;
  tier: Tier;
  credentialId: string;
  credentialRights: CredentialRights;
  lastUsedAt: Date | null;
}

/**
 * Who still has a second factor is asked here too, although losing the last one ends their credentials: what opens a
 * door is decided where it opens. A closed account has no credentials left.
 */
const liveCredentialQuery: PreparedQuery = {
  name: 'live_api_credential',
  text: `
    SELECT citizen.id AS "citizenId", citizen.username, citizen.display_name AS "displayName", citizen.tier,
           credential.id AS "credentialId", credential.rights AS "credentialRights",
           credential.last_used_at AS "lastUsedAt"
      FROM api_credential credential JOIN citizen ON citizen.id = credential.citizen_id
     WHERE credential.secret_hash = $1
       AND credential.ended_at IS NULL
       AND credential.expires_at > $2::timestamptz
       AND citizen.closed_at IS NULL
       AND citizen.has_second_factor`,
};

/**
 * Who makes a request by the secret of an API credential. Asked anew each time and found by its hash, so that what was
 * ended is over on the very next request of every process, and no comparison tells how much of a guess was right.
 *
 * Whoever comes so is a citizen and nothing else: no operator's role comes with a credential, and no proof. A freeze
 * leaves credentials as it leaves sessions and tokens: it holds the money in the ledger, by whatever door somebody comes,
 * and reading goes on.
 *
 * Refuses `invalid_credential`, whatever is wrong with it.
 */
export async function credentialBearer(deps: CredentialDeps, secret: string): Promise<Bearer> {
  if (!isCredentialSecret(secret, deps.mode)) throw invalidCredential();
  const now = deps.clock.now();
  const values = [Buffer.from(secretHashOf(secret)), now.toISOString()];
  const [row] = await deps.database.runPrepared<LiveRow>(liveCredentialQuery, values);
  if (row === undefined) throw invalidCredential();
  const { credentialId, lastUsedAt, ...who } = row;
  const { client } = deps.database;
  if (lastUsedAt === null || now.getTime() - lastUsedAt.getTime() >= credentialTouchMs)
    await touch(client, { credentialId, now });
  const proved = { sessionId: null, provedAt: null, secondFactorAt: null };
  const principal: Principal = { ...who, role: 'citizen', operatorRole: null, hasSecondFactor: true, ...proved };
  return { principal, credential: credentialId };
}

/** One answer for everything that is wrong: whoever tries secrets learns nothing from it. */
function invalidCredential(): Error {
  return refuse('unauthenticated', 'invalid_credential', 'This credential does not open this door.');
}

/** Noted to the minute: it shows which credential is in use, and no more of what its owner does. */
async function touch(db: Db, { credentialId: id, now }: { credentialId: string; now: Date }): Promise<void> {
  const lastUsedAt = new Date(Math.floor(now.getTime() / credentialTouchMs) * credentialTouchMs);
  await db.apiCredential.updateMany({
    where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: lastUsedAt } }] },
    data: { lastUsedAt },
  });
}
