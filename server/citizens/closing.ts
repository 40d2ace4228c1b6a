import { createHmac } from 'node:crypto';
import type { Clock } from '#server/platform/clock.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { forgetContact } from './contact.ts';
import { notify } from './notifications.ts';
import { isLastAdmin, lockAppointments, roleColumnsOf } from './operators.ts';
import { pseudonymOf } from './rules.ts';
import type { ClosingObstacle } from './schema.ts';

/** What another domain has to say about a closing account; declared here, joined in server/api. */
export interface ClosingPart {
  /** What must come to an end first. */
  obstacles(db: Db, citizenId: string): Promise<ClosingObstacle[]>;
  /** What ends with the account, in its transaction, before the obstacles are counted. */
  withdraw(tx: Tx, deps: { clock: Clock; ids: Ids }, citizenId: string): Promise<void>;
}

export interface ClosingDeps {
  clock: Clock;
  ids: Ids;
  /** The server's secret. */
  secret: string;
  parts: readonly ClosingPart[];
}

/** What stands in the way of closing an account, all of it at once; empty when nothing does. */
export async function closingObstacles(
  db: Db,
  parts: readonly ClosingPart[],
  citizen: { citizenId: string; username: string },
): Promise<ClosingObstacle[]> {
  const found: ClosingObstacle[] = [];
  if (await isLastAdmin(db, citizen.username)) found.push({ code: 'last_admin', count: 1 });
  for (const part of parts) found.push(...(await part.obstacles(db, citizen.citizenId)));
  return found;
}

/**
 * Closes an account: its sessions end, its listings leave the market, and what is personal is deleted. The row stays
 * under a pseudonym, because the books name its id; a keyed fingerprint of the name is kept, so that the same citizen of
 * Venice comes back to the same books and the same trust history.
 *
 * Refuses `confirmation_mismatch` (invalid), `account_closed` (not_found), `closing_obstructed` (conflict, what stands in
 * the way in `details.obstacles`).
 */
export async function closeAccount(
  tx: Tx,
  deps: ClosingDeps,
  input: { citizenId: string; confirmation: string },
): Promise<void> {
  const { citizenId } = input;
  await lockAppointments(tx);
  const [row] = await tx.$queryRaw<{ username: string; isClosed: boolean }[]>`
    SELECT username, closed_at IS NOT NULL AS "isClosed" FROM citizen WHERE id = ${citizenId}::uuid FOR UPDATE`;
  if (row === undefined || row.isClosed) throw refuse('not_found', 'account_closed', 'This account is closed already.');
  const { username } = row;
  if (input.confirmation !== username)
    throw refuse('invalid', 'confirmation_mismatch', 'This is not the name of your account.');
  for (const part of deps.parts) await part.withdraw(tx, deps, citizenId);
  refuseObstructed(await closingObstacles(tx, deps.parts, { citizenId, username }));
  await notify(tx, deps, { citizenId, kind: 'account_closed', details: {} });
  await forgetPerson(tx, { citizenId, username });
  await tx.citizen.update({
    where: { id: citizenId },
    data: {
      username: pseudonymOf(citizenId),
      displayName: closedName,
      socialClass: null,
      isAi: false,
      role: 'citizen',
      operatorRole: null,
      hasSecondFactor: false,
      closedAt: deps.clock.now(),
      formerUsernameHash: formerUsernameHash(deps.secret, username),
    },
    select: { id: true },
  });
}

/**
 * Opens the closed account of a citizen who signs in again, with the books and the trust history it had, and the role
 * that they were given meanwhile.
 */
export async function reopenAccount(tx: Tx, input: { username: string; usernameHash: string }): Promise<void> {
  const { username, usernameHash } = input;
  if (!(await isAccountClosed(tx, usernameHash))) return;
  const open = { username, displayName: username, closedAt: null, formerUsernameHash: null };
  await tx.citizen.updateMany({
    where: { formerUsernameHash: usernameHash },
    data: { ...open, ...(await roleColumnsOf(tx, username)) },
  });
}

/** Whether the account of this name is closed; by the keyed fingerprint of the name. */
export async function isAccountClosed(db: Db, usernameHash: string): Promise<boolean> {
  return (await db.citizen.count({ where: { formerUsernameHash: usernameHash } })) > 0;
}

/** Names are public, so only a key keeps the fingerprint of one from being guessed. */
export function formerUsernameHash(secret: string, username: string): string {
  return createHmac('sha256', deriveKey(secret, 'former-usernames')).update(username).digest('hex');
}

const closedName = 'Closed account';

function refuseObstructed(obstacles: readonly ClosingObstacle[]): void {
  if (obstacles.length === 0) return;
  throw new DomainError({
    kind: 'conflict',
    code: 'closing_obstructed',
    message: 'Something has to come to an end before this account can be closed.',
    details: { obstacles: obstacles.map(({ code }) => code).join(', ') },
  });
}

/** Letters that wait still go out, and lose their address with it; everything else that is personal goes now. */
async function forgetPerson(tx: Tx, { citizenId, username }: { citizenId: string; username: string }): Promise<void> {
  const own = { where: { citizenId } };
  await forgetContact(tx, citizenId);
  await tx.emailVerification.deleteMany(own);
  await tx.outgoingMail.deleteMany({ where: { citizenId, state: { not: 'waiting' } } });
  await tx.notification.deleteMany(own);
  await tx.notificationSetting.deleteMany(own);
  await tx.session.deleteMany(own);
  // What was called this month stays as a number, so that nobody begins the month anew by closing and coming back.
  await tx.apiCredential.deleteMany(own);
  await tx.totpFactor.deleteMany(own);
  await tx.recoveryCode.deleteMany(own);
  await tx.passkey.deleteMany(own);
  await tx.proofChallenge.deleteMany(own);
  await tx.operatorAppointment.deleteMany({ where: { username } });
}
