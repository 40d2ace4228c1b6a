import type { Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { termsVersion } from './terms-schema.ts';

/** Whether a citizen accepted the terms in force. */
export async function hasAcceptedTerms(db: Db, citizenId: string): Promise<boolean> {
  return (await db.termsAcceptance.count({ where: { citizenId, version: termsVersion } })) > 0;
}

/** Refuses `terms_not_accepted` (forbidden). */
export async function assertTermsAccepted(db: Db, citizenId: string): Promise<void> {
  if (await hasAcceptedTerms(db, citizenId)) return;
  throw refuse('forbidden', 'terms_not_accepted', 'Please accept the terms and say that you are of age first.');
}

/**
 * Keeps that a citizen accepted the terms of the version they were shown, and said that they are of age. Again it changes
 * nothing: the first time stays. Refuses `terms_changed` (conflict) where another version is in force.
 */
export async function acceptTerms(tx: Tx, input: { citizenId: string; version: number; now: Date }): Promise<void> {
  const { citizenId, version, now } = input;
  if (version !== termsVersion)
    throw refuse('conflict', 'terms_changed', 'The terms have changed. Load the page again and read them.');
  await tx.termsAcceptance.createMany({ data: [{ citizenId, version, acceptedAt: now }], skipDuplicates: true });
}

const versionsMax = 1_000;

/** What a citizen accepted and when, the oldest version first. */
export function acceptedTerms(db: Db, citizenId: string): Promise<{ version: number; acceptedAt: Date }[]> {
  return db.termsAcceptance.findMany({
    where: { citizenId },
    orderBy: { version: 'asc' },
    take: versionsMax,
    select: { version: true, acceptedAt: true },
  });
}
