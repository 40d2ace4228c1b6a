import type { Clock } from '#server/platform/clock.ts';
import { Prisma, type Db, type Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { notify } from './notifications.ts';
import { markTrustDue } from './trust-events.ts';
import { storedContractOf } from './trust-facts.ts';
import { standingFrom, trustReadingSql } from './trust-reading.ts';
import { type TrustLevel, type TrustLimits, type TrustStanding } from './trust-rules.ts';

/** Where a citizen stands at this moment, computed from the facts, whatever was last stored. */
export async function trustStanding(db: Db, input: { citizenId: string; now: Date }): Promise<TrustStanding> {
  const reading = trustReadingSql(Prisma.sql`${input.citizenId}::uuid`);
  const [row] = await db.$queryRaw<{ reading: unknown }[]>(Prisma.sql`SELECT ${reading} AS reading`);
  return standingFrom(row?.reading, input.now);
}

/** Makes the books obey a standing; given by whoever knows both citizens and the ledger. */
export type TrustEnforcement = (tx: Tx, input: { citizenId: string; standing: TrustStanding }) => Promise<void>;

export interface RefreshTrust {
  citizenId: string;
  enforce: TrustEnforcement;
  clock: Clock;
  ids: Ids;
}

/**
 * Computes a citizen's level anew, keeps it, makes the books obey it and tells the citizen when it changed. Needs a
 * transaction of its own: whatever posts for this citizen waits until it ends. Null for a closed account, which is
 * left as it is. Refuses `citizen_not_found`.
 */
export async function refreshTrust(tx: Tx, input: RefreshTrust): Promise<TrustStanding | null> {
  const { citizenId, enforce, clock, ids } = input;
  const [row] = await tx.$queryRaw<{ level: number; closedAt: Date | null }[]>`
    SELECT trust_level AS level, closed_at AS "closedAt" FROM citizen WHERE id = ${citizenId}::uuid FOR NO KEY UPDATE`;
  if (row === undefined) throw refuse('not_found', 'citizen_not_found', 'There is no such citizen.');
  if (row.closedAt !== null) return null;
  const now = clock.now();
  const standing = await trustStanding(tx, { citizenId, now });
  const { level } = standing;
  await tx.citizen.update({
    where: { id: citizenId },
    data: { trustLevel: level, trustRefreshedAt: now },
    select: { id: true },
  });
  if (level !== row.level) {
    await notify(tx, { clock, ids }, { citizenId, kind: 'trust_changed', details: { from: row.level, to: level } });
  }
  await enforce(tx, { citizenId, standing });
  return standing;
}

export interface AssignTrust {
  citizenId: string;
  /** Null takes the decisions before it back: the facts decide again. */
  level: TrustLevel | null;
  /** The numbers of level 4, and of no other. */
  contract: TrustLimits | null;
  /** 10 to 500 characters, kept for good. */
  reason: string;
  /** The operator; null for the house itself. */
  decidedBy: string | null;
  clock: Clock;
  ids: Ids;
}

/**
 * Sets a citizen's level, whatever the facts say. A level given after a chargeback ends what the chargeback did.
 * Refuses `contract_required`, `contract_unexpected` (invalid), `own_trust` (forbidden).
 */
export async function assignTrust(tx: Tx, input: AssignTrust): Promise<void> {
  const { citizenId, level, contract, reason, decidedBy, clock, ids } = input;
  if (decidedBy === citizenId) throw refuse('forbidden', 'own_trust', 'Another operator has to set your own level.');
  if (level === 4 && contract === null)
    throw refuse('invalid', 'contract_required', 'Level 4 holds by contract: give its numbers.');
  if (level !== 4 && contract !== null)
    throw refuse('invalid', 'contract_unexpected', 'Only level 4 holds by contract.');
  await tx.trustAssignment.create({
    data: {
      id: ids.uuid(),
      citizenId,
      level,
      ...(contract === null ? {} : { contract: storedContractOf(contract) }),
      reason,
      decidedBy,
      decidedAt: clock.now(),
    },
    select: { id: true },
  });
  await markTrustDue(tx, citizenId);
}
