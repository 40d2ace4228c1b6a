import { randomUUID } from 'node:crypto';
import { rememberCitizen } from '#server/citizens/service.ts';
import { termsVersion } from '#server/citizens/terms-schema.ts';
import { acceptTerms } from '#server/citizens/terms.ts';
import { assignTrust } from '#server/citizens/trust.ts';
import type { TrustLevel } from '#server/citizens/trust-rules.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import { systemIds } from '#server/platform/ids.ts';

/** Sets a citizen's trust level as an operator would. */
export function assignTestLevel(
  tx: Tx,
  input: { citizenId: string; level: Exclude<TrustLevel, 4>; clock: Clock },
): Promise<void> {
  const decision = { contract: null, reason: 'What this test needs.', decidedBy: null, ids: systemIds };
  return assignTrust(tx, { ...input, ...decision });
}

/** Accepts the terms in force, as everybody does before they buy. */
export function acceptTestTerms(tx: Tx, input: { citizenId: string; clock: Clock }): Promise<void> {
  return acceptTerms(tx, { citizenId: input.citizenId, version: termsVersion, now: input.clock.now() });
}

/** A citizen whom Venice knows and who accepted the terms; with a level, an operator set it. */
export async function plainCitizen(
  tx: Tx,
  input: { clock: Clock; level?: Exclude<TrustLevel, 4>; username?: string },
): Promise<string> {
  const { clock, level, username = `c_${randomUUID()}` } = input;
  const profile = { username, displayName: username, socialClass: null, isAi: false };
  const { id } = await rememberCitizen(tx, { profile, clock, ids: systemIds });
  await acceptTestTerms(tx, { citizenId: id, clock });
  if (level !== undefined) await assignTestLevel(tx, { citizenId: id, level, clock });
  return id;
}
