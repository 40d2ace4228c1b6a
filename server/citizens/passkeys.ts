import type { Tx } from '#server/platform/db.ts';
import { refuse, type DomainError } from '#server/platform/errors.ts';
import { factorRemoved, lockFactors, type FactorTools } from './factors.ts';

/** Refuses `factor_not_found`, also for the passkey of someone else. */
export async function renamePasskey(
  tx: Tx,
  input: { citizenId: string; passkeyId: string; name: string },
): Promise<void> {
  const { citizenId, passkeyId, name } = input;
  const { count } = await tx.passkey.updateMany({ where: { id: passkeyId, citizenId }, data: { name } });
  if (count === 0) throw notFound();
}

/** Refuses `factor_not_found`, also for the passkey of someone else. */
export async function removePasskey(
  tx: Tx,
  input: FactorTools & { citizenId: string; passkeyId: string; sessionId: string | null },
): Promise<void> {
  const { citizenId, passkeyId } = input;
  await lockFactors(tx, citizenId);
  const found = await tx.passkey.findFirst({ where: { id: passkeyId, citizenId }, select: { name: true } });
  if (found === null) throw notFound();
  await tx.passkey.deleteMany({ where: { id: passkeyId, citizenId } });
  await factorRemoved(tx, { ...input, factor: 'passkey', name: found.name });
}

function notFound(): DomainError {
  return refuse('not_found', 'factor_not_found', 'This factor is gone already.');
}
