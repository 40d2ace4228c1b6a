import { randomUUID } from 'node:crypto';
import { rememberCitizen } from '#server/citizens/service.ts';
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

/** A citizen whom Venice knows; with a level, an operator set it. */
export async function plainCitizen(
  tx: Tx,
  input: { clock: Clock; level?: Exclude<TrustLevel, 4>; username?: string },
): Promise<string> {
  const { clock, level, username = `c_${randomUUID()}` } = input;
  const profile = { username, displayName: username, socialClass: null, isAi: false };
  const { id } = await rememberCitizen(tx, { profile, clock, ids: systemIds });
  if (level !== undefined) await assignTestLevel(tx, { citizenId: id, level, clock });
  return id;
}
