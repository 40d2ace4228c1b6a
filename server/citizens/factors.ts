import type { Clock } from '#server/platform/clock.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { endCredentialsOf } from './credentials.ts';
import { notify } from './notifications.ts';
import { endSessionsOf } from './sessions.ts';
import { noteTrustEvent } from './trust-events.ts';

export type FactorKind = 'totp' | 'passkey';

export interface FactorTools {
  clock: Clock;
  ids: Ids;
}

export interface PasskeyView {
  id: string;
  name: string;
  /** Whether it travels between the citizen's devices. */
  isSynced: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** A citizen's second factors, without anything secret. */
export interface FactorsView {
  /** Null without an authenticator app. */
  totpSince: Date | null;
  passkeys: PasskeyView[];
  recoveryCodesLeft: number;
}

export const passkeysMax = 10;

export async function factorsOf(db: Db, citizenId: string): Promise<FactorsView> {
  const [totp, passkeys, recoveryCodesLeft] = await Promise.all([
    db.totpFactor.findUnique({ where: { citizenId }, select: { confirmedAt: true } }),
    db.passkey.findMany({
      where: { citizenId },
      orderBy: { createdAt: 'asc' },
      take: passkeysMax,
      select: { id: true, name: true, isSynced: true, createdAt: true, lastUsedAt: true },
    }),
    db.recoveryCode.count({ where: { citizenId, usedAt: null } }),
  ]);
  return { totpSince: totp?.confirmedAt ?? null, passkeys, recoveryCodesLeft };
}

/** Changes of one citizen's factors happen one after the other: the first statement of each. */
export async function lockFactors(tx: Tx, citizenId: string): Promise<void> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM citizen WHERE id = ${citizenId}::uuid FOR UPDATE`;
  if (rows.length === 0) throw refuse('not_found', 'citizen_not_found', 'There is no such citizen.');
}

/**
 * Brings the column that every request reads in line with the factors themselves. Without any factor the recovery
 * codes go too: there is nothing left that they could stand in for. Answers whether there is a factor.
 */
async function noteFactors(tx: Tx, citizenId: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ has: boolean }[]>`
    UPDATE citizen SET trust_refreshed_at = NULL, has_second_factor =
             EXISTS (SELECT FROM totp_factor WHERE citizen_id = citizen.id AND confirmed_at IS NOT NULL)
          OR EXISTS (SELECT FROM passkey WHERE citizen_id = citizen.id)
     WHERE id = ${citizenId}::uuid RETURNING has_second_factor AS has`;
  const has = row?.has === true;
  if (!has) await tx.recoveryCode.deleteMany({ where: { citizenId } });
  return has;
}

/** What follows when a factor was added: it counts from now on, and the citizen is told. */
export async function factorAdded(
  tx: Tx,
  input: FactorTools & { citizenId: string; factor: FactorKind; name: string },
): Promise<void> {
  const { citizenId, factor, name } = input;
  await noteFactors(tx, citizenId);
  await notify(tx, input, { citizenId, kind: 'factor_added', details: { factor, name } });
}

/**
 * What follows when a factor was taken away: every other session ends, the citizen is told, and losing the last one ends
 * their API credentials and is remembered against trust.
 */
export async function factorRemoved(
  tx: Tx,
  input: FactorTools & { citizenId: string; factor: FactorKind; name: string; sessionId: string | null },
): Promise<void> {
  const { citizenId, factor, name, sessionId, clock, ids } = input;
  const now = clock.now();
  const has = await noteFactors(tx, citizenId);
  await endSessionsOf(tx, { citizenId, now, ...(sessionId === null ? {} : { exceptId: sessionId }) });
  await notify(tx, input, { citizenId, kind: 'factor_removed', details: { factor, name } });
  if (has) return;
  await endCredentialsOf(tx, input);
  await noteAgainstTrust(tx, { citizenId, kind: 'factor_removed', now, ids });
}

/**
 * Takes all factors of a citizen who lost them, by an operator who knows them: every session and API credential ends, and
 * cash-out waits.
 * Answers whether there was any.
 */
export async function resetFactors(tx: Tx, input: FactorTools & { citizenId: string }): Promise<boolean> {
  const { citizenId, clock, ids } = input;
  const now = clock.now();
  await lockFactors(tx, citizenId);
  const totp = await tx.totpFactor.deleteMany({ where: { citizenId } });
  const passkeys = await tx.passkey.deleteMany({ where: { citizenId } });
  if (totp.count + passkeys.count === 0) return false;
  await noteFactors(tx, citizenId);
  await endSessionsOf(tx, { citizenId, now });
  await notify(tx, input, { citizenId, kind: 'factor_removed', details: { factor: 'all', name: '' } });
  await endCredentialsOf(tx, input);
  await noteAgainstTrust(tx, { citizenId, kind: 'factors_reset', now, ids });
  return true;
}

async function noteAgainstTrust(
  tx: Tx,
  input: { citizenId: string; kind: 'factor_removed' | 'factors_reset'; now: Date; ids: Ids },
): Promise<void> {
  const { citizenId, kind, now, ids } = input;
  await noteTrustEvent(tx, { citizenId, kind, reference: ids.uuid(), occurredAt: now, ids });
}
