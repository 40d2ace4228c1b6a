import type { Clock } from '#server/platform/clock.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import type { CredentialRights } from '#server/platform/session.ts';
import { credentialsMax } from './credential-schema.ts';
import { newCredentialSecret, secretHashOf, type Mode } from './credential-secret.ts';
import { notify } from './notifications.ts';
import { credentialRetentionMs } from './rules.ts';

interface Tools {
  clock: Clock;
  ids: Ids;
}

export interface CredentialView {
  id: string;
  name: string;
  rights: CredentialRights;
  /** The last characters of its secret. */
  lastFour: string;
  createdAt: Date;
  expiresAt: Date;
  /** To the minute. */
  lastUsedAt: Date | null;
  isExpired: boolean;
}

export interface NewCredential extends Tools {
  citizenId: string;
  name: string;
  rights: CredentialRights;
  days: number;
  mode: Mode;
}

const dayMs = 24 * 60 * 60_000;
/** Living ones, and those that expired lately; more are not shown. */
const shownMax = 50;

/**
 * Makes a credential. The secret is only here, once: the database keeps its hash. An answer that is lost cannot be given
 * again, so that there is no key to repeat it by: what was made stands on the list, and can be ended.
 * Refuses `factor_missing`, `too_many_credentials`.
 */
export async function makeCredential(tx: Tx, input: NewCredential): Promise<{ credentialId: string; secret: string }> {
  const { citizenId, name, rights, days, mode, clock, ids } = input;
  const now = clock.now();
  await lockWithFactor(tx, citizenId);
  await tx.apiCredential.deleteMany({
    where: { citizenId, expiresAt: { lt: new Date(now.getTime() - credentialRetentionMs) } },
  });
  const living = await tx.apiCredential.count({ where: { citizenId, endedAt: null, expiresAt: { gt: now } } });
  if (living >= credentialsMax) {
    throw refuse('conflict', 'too_many_credentials', 'There are ten credentials already. End one first.');
  }
  const [id, secret] = [ids.uuid(), newCredentialSecret(mode)];
  const facts = { name, rights, lastFour: secret.slice(-4), secretHash: secretHashOf(secret) };
  const expiresAt = new Date(now.getTime() + days * dayMs);
  await tx.apiCredential.create({
    data: { id, citizenId, ...facts, createdAt: now, expiresAt },
    select: { id: true },
  });
  await notify(tx, input, { citizenId, kind: 'credential_made', details: { name, rights, count: days } });
  return { credentialId: id, secret };
}

/** Ends one of a citizen's own credentials, for every process at once. Refuses `credential_not_found`. */
export async function endCredential(tx: Tx, input: Tools & { citizenId: string; credentialId: string }): Promise<void> {
  const { citizenId, credentialId: id, clock } = input;
  const now = clock.now();
  const [ended] = await tx.apiCredential.updateManyAndReturn({
    where: { id, citizenId, endedAt: null, expiresAt: { gt: now } },
    data: { endedAt: now },
    select: { name: true },
  });
  if (ended === undefined) throw refuse('not_found', 'credential_not_found', 'This credential is over already.');
  await notify(tx, input, { citizenId, kind: 'credential_ended', details: { name: ended.name } });
}

/**
 * Ends all credentials of a citizen who has no second factor any more: they are for those who have one, and one that is
 * set up later brings none of them back.
 */
export async function endCredentialsOf(tx: Tx, input: Tools & { citizenId: string }): Promise<void> {
  const { citizenId, clock } = input;
  const now = clock.now();
  const { count } = await tx.apiCredential.updateMany({
    where: { citizenId, endedAt: null, expiresAt: { gt: now } },
    data: { endedAt: now },
  });
  if (count > 0) await notify(tx, input, { citizenId, kind: 'credentials_ended', details: { count } });
}

/** A citizen's credentials that live, the newest first, and those that expired within a month and were not ended. */
export async function credentialsOf(db: Db, input: { citizenId: string; now: Date }): Promise<CredentialView[]> {
  const { citizenId, now } = input;
  const rows = await db.apiCredential.findMany({
    where: { citizenId, endedAt: null, expiresAt: { gt: new Date(now.getTime() - credentialRetentionMs) } },
    orderBy: { id: 'desc' },
    take: shownMax,
    select: {
      id: true,
      name: true,
      rights: true,
      lastFour: true,
      createdAt: true,
      expiresAt: true,
      lastUsedAt: true,
    },
  });
  return rows.map((row) => ({ ...row, rights: row.rights as CredentialRights, isExpired: row.expiresAt <= now }));
}

/**
 * One credential of a citizen after the other, and none beside the removal of their last factor: what the request knew
 * of it may be over.
 */
async function lockWithFactor(tx: Tx, citizenId: string): Promise<void> {
  const [row] = await tx.$queryRaw<{ has: boolean }[]>`
    SELECT has_second_factor AS has FROM citizen WHERE id = ${citizenId}::uuid AND closed_at IS NULL FOR UPDATE`;
  if (row?.has !== true) throw refuse('forbidden', 'factor_missing', 'Please set up a second factor first.');
}
