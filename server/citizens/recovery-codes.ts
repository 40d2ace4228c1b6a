import { createHmac, randomInt } from 'node:crypto';
import { deriveKey } from '#server/platform/crypto.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { FactorTools } from './factors.ts';
import { lockFactors } from './factors.ts';
import { notify } from './notifications.ts';

/** Crockford's base 32: without the letters that are mistaken for digits. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codesCount = 10;
const codeLength = 12;
const groupLength = 4;

export interface CodeTools extends FactorTools {
  /** The server's secret. */
  secret: string;
}

/**
 * Makes ten codes of 60 bits, each good for one proof when the factor itself is lost; all earlier ones are void. They
 * are only here, once: the database keeps keyed hashes. Refuses `factor_missing` while there is no factor.
 */
export async function makeRecoveryCodes(tx: Tx, input: CodeTools & { citizenId: string }): Promise<string[]> {
  const { citizenId, secret, clock, ids } = input;
  await lockFactors(tx, citizenId);
  const citizen = await tx.citizen.findUniqueOrThrow({
    where: { id: citizenId },
    select: { hasSecondFactor: true },
  });
  if (!citizen.hasSecondFactor) throw refuse('forbidden', 'factor_missing', 'Please set up a second factor first.');
  const codes = Array.from({ length: codesCount }, newCode);
  const createdAt = clock.now();
  await tx.recoveryCode.deleteMany({ where: { citizenId } });
  await tx.recoveryCode.createMany({
    data: codes.map((code) => ({
      id: ids.uuid(),
      citizenId,
      codeHash: hashOf(code, { citizenId, secret }),
      createdAt,
    })),
  });
  await notify(tx, input, { citizenId, kind: 'recovery_codes_made', details: {} });
  return codes;
}

/** Uses a code up, in one statement. Answers false for one that is wrong or was used. */
export async function useRecoveryCode(
  tx: Tx,
  input: CodeTools & { citizenId: string; code: string },
): Promise<boolean> {
  const { citizenId, code, secret, clock } = input;
  const { count } = await tx.recoveryCode.updateMany({
    where: { citizenId, codeHash: hashOf(code, { citizenId, secret }), usedAt: null },
    data: { usedAt: clock.now() },
  });
  if (count === 0) return false;
  const left = await tx.recoveryCode.count({ where: { citizenId, usedAt: null } });
  await notify(tx, input, { citizenId, kind: 'recovery_code_used', details: { left } });
  return true;
}

function newCode(): string {
  const letters = Array.from({ length: codeLength }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
  return (letters.match(new RegExp(`.{${String(groupLength)}}`, 'g')) ?? []).join('-');
}

/** As typed from paper: any case, any separators, and the letters that look like digits. */
function plain(code: string): string {
  return code
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
}

/** Keyed, so that a copy of the database alone gives nothing to guess at; bound to the citizen. */
function hashOf(code: string, bound: { citizenId: string; secret: string }): Uint8Array<ArrayBuffer> {
  const key = deriveKey(bound.secret, 'recovery-codes');
  return new Uint8Array(
    createHmac('sha256', key)
      .update(`${bound.citizenId}:${plain(code)}`)
      .digest(),
  );
}
