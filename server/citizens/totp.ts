import { generateSecret, generateURI, verifySync } from 'otplib';
import type { Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { SealedPlace, Sealing } from '#server/platform/sealing.ts';
import { factorAdded, factorRemoved, lockFactors, type FactorTools } from './factors.ts';
import { notify } from './notifications.ts';

/**
 * Codes of an authenticator app: TOTP (RFC 6238) with SHA-1, 6 digits and steps of 30 seconds, which is what every app
 * understands. A code of the step before or after counts too, and each step counts once, ever.
 */
const skewSeconds = 30;
const issuer = 'CASCADE';

export interface TotpTools extends FactorTools {
  sealing: Sealing;
}

export interface TotpEnrolment {
  /** Base32, for typing it in. */
  secret: string;
  /** What a QR code says to an app. */
  uri: string;
}

/**
 * Makes a new secret, which counts only once a code confirmed it. Beginning anew forgets one that was never confirmed.
 * Refuses `totp_exists`.
 */
export async function startTotp(
  tx: Tx,
  input: TotpTools & { citizenId: string; username: string },
): Promise<TotpEnrolment> {
  const { citizenId, username, sealing, clock } = input;
  await lockFactors(tx, citizenId);
  await tx.totpFactor.deleteMany({ where: { citizenId, confirmedAt: null } });
  if ((await tx.totpFactor.count({ where: { citizenId } })) > 0) {
    throw refuse('conflict', 'totp_exists', 'There is an authenticator app already. Remove it first.');
  }
  const secret = generateSecret();
  await tx.totpFactor.create({
    data: { citizenId, secretSealed: sealTotp(sealing, { citizenId, secret }), createdAt: clock.now() },
    select: { citizenId: true },
  });
  return { secret, uri: generateURI({ issuer, label: username, secret }) };
}

/**
 * The code that shows that the app has the secret; from now on it is the citizen's second factor.
 * Refuses `totp_not_started`, `totp_exists` and `code_wrong`.
 */
export async function confirmTotp(tx: Tx, input: TotpTools & { citizenId: string; code: string }): Promise<void> {
  const { citizenId, code, sealing, clock } = input;
  await lockFactors(tx, citizenId);
  const row = await readTotp(tx, citizenId);
  if (row === null) throw refuse('conflict', 'totp_not_started', 'Please begin again: there is no secret to confirm.');
  if (row.confirmedAt !== null) throw refuse('conflict', 'totp_exists', 'There is an authenticator app already.');
  const step = stepOf(code, { ...row, citizenId, sealing, now: clock.now() });
  if (step === null) throw codeWrong();
  const data = { confirmedAt: clock.now(), lastStep: BigInt(step) };
  await tx.totpFactor.update({ where: { citizenId }, data, select: { citizenId: true } });
  await factorAdded(tx, { ...input, factor: 'totp', name: '' });
}

/** So many wrong codes in a row are told to the citizen: whoever gives them had proved everything else. */
export const wrongCodesTold = 5;
/** So many, and the app is accepted no more until another factor was proved (NIST SP 800-63B, 5.2.2: at most 100). */
export const wrongCodesMax = 100;

/**
 * Uses a code up. Every attempt counts as a wrong one first, in the statement that locks the row, so that attempts at the
 * same time are decided one after the other: of two processes that get the same code at once one accepts it, and nobody
 * guesses more often than counted. Answers false for a wrong code, one that was used, and for whoever has no app; that
 * answer must be committed. Refuses `totp_locked`.
 */
export async function useTotp(tx: Tx, input: TotpTools & { citizenId: string; code: string }): Promise<boolean> {
  const { citizenId, code, sealing, clock, ids } = input;
  const [row] = await tx.totpFactor.updateManyAndReturn({
    where: { citizenId, confirmedAt: { not: null }, wrongCodes: { lt: wrongCodesMax } },
    data: { wrongCodes: { increment: 1 } },
    select: { secretSealed: true, confirmedAt: true, lastStep: true, wrongCodes: true },
  });
  if (row === undefined) {
    const hasApp = (await tx.totpFactor.count({ where: { citizenId, confirmedAt: { not: null } } })) > 0;
    if (!hasApp) return false;
    throw refuse('forbidden', 'totp_locked', 'Too many wrong codes. Use a passkey or a recovery code.');
  }
  const step = stepOf(code, { ...row, citizenId, sealing, now: clock.now() });
  if (step === null) {
    const count = row.wrongCodes;
    if (count === wrongCodesTold || count === wrongCodesMax)
      await notify(tx, { clock, ids }, { citizenId, kind: 'wrong_codes', details: { count } });
    return false;
  }
  await tx.totpFactor.update({ where: { citizenId }, data: { lastStep: step }, select: { citizenId: true } });
  return true;
}

/** A factor was proved, this one or another: the wrong codes before were not in a row with what comes. */
export async function forgetWrongCodes(tx: Tx, citizenId: string): Promise<void> {
  await tx.totpFactor.updateMany({ where: { citizenId, wrongCodes: { gt: 0 } }, data: { wrongCodes: 0 } });
}

/** Refuses `factor_not_found`. */
export async function removeTotp(
  tx: Tx,
  input: FactorTools & { citizenId: string; sessionId: string | null },
): Promise<void> {
  const { citizenId } = input;
  await lockFactors(tx, citizenId);
  const { count } = await tx.totpFactor.deleteMany({ where: { citizenId, confirmedAt: { not: null } } });
  if (count === 0) throw refuse('not_found', 'factor_not_found', 'This factor is gone already.');
  await factorRemoved(tx, { ...input, factor: 'totp', name: '' });
}

/** A secret as the database keeps it, bound to its citizen. */
export function sealTotp(sealing: Sealing, input: { citizenId: string; secret: string }): string {
  return sealing.seal(Buffer.from(input.secret, 'utf8'), placeOf(input.citizenId));
}

export function openTotp(sealing: Sealing, input: { citizenId: string; secretSealed: string }): string {
  return Buffer.from(sealing.open(input.secretSealed, placeOf(input.citizenId))).toString('utf8');
}

const secretsMax = 50;

/** The secrets of all confirmed apps, in the clear: for the sandbox, and nowhere else. At most 50. */
export async function totpSecrets(
  db: Db,
  sealing: Sealing,
): Promise<{ username: string; displayName: string; secret: string; lastStep: number }[]> {
  const rows = await db.totpFactor.findMany({
    where: { confirmedAt: { not: null } },
    orderBy: { createdAt: 'asc' },
    take: secretsMax,
    select: { citizenId: true, secretSealed: true, lastStep: true },
  });
  const citizens = await db.citizen.findMany({
    where: { id: { in: rows.map(({ citizenId }) => citizenId) } },
    select: { id: true, username: true, displayName: true },
  });
  const known = new Map(citizens.map(({ id, ...names }) => [id, names]));
  return rows.flatMap((row) => {
    const names = known.get(row.citizenId);
    if (names === undefined) return [];
    return [{ ...names, secret: openTotp(sealing, row), lastStep: Number(row.lastStep) }];
  });
}

/** The refusal for a code that is wrong, used or too old; which of these is nobody's business. */
export function codeWrong() {
  return refuse('forbidden', 'code_wrong', 'This code is wrong, used already, or too old.');
}

interface TotpRow {
  secretSealed: string;
  confirmedAt: Date | null;
  lastStep: bigint;
}

function readTotp(db: Db, citizenId: string): Promise<TotpRow | null> {
  const select = { secretSealed: true, confirmedAt: true, lastStep: true };
  return db.totpFactor.findUnique({ where: { citizenId }, select });
}

/** The step of time that a code belongs to, if it is one that was not used yet. */
function stepOf(
  code: string,
  row: { citizenId: string; secretSealed: string; lastStep: bigint; sealing: Sealing; now: Date },
): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const secret = openTotp(row.sealing, row);
  const epoch = Math.floor(row.now.getTime() / 1_000);
  const result = verifySync({
    secret,
    token: code,
    epoch,
    epochTolerance: skewSeconds,
    afterTimeStep: Number(row.lastStep),
  });
  return result.valid && 'timeStep' in result ? result.timeStep : null;
}

function placeOf(citizenId: string): SealedPlace {
  return { table: 'totp_factor', column: 'secret_sealed', row: citizenId };
}
