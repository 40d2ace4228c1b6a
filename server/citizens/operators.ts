import type { Clock } from '#server/platform/clock.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import type { OperatorRole, Role } from '#server/platform/session.ts';
import { isSystemCitizen, isUsername } from './rules.ts';
import { notify } from './notifications.ts';
import { endSessionsOf } from './sessions.ts';

/** What a citizen's record says of their part in the house. */
export interface RoleColumns {
  role: Role;
  operatorRole: OperatorRole | null;
}

export interface OperatorView {
  username: string;
  operatorRole: OperatorRole;
  appointedAt: Date;
  /** Null for those named in the settings when the house was opened. */
  appointedBy: string | null;
  /** Null until they signed in once. */
  citizenId: string | null;
  displayName: string | null;
  hasSecondFactor: boolean;
}

const operatorsMax = 200;

/**
 * What Venice's citizen of this name is here, for a record that begins, or begins again, in this transaction. Whoever
 * is changing appointments comes first: they give their role only to records that are there.
 */
export async function roleColumnsOf(tx: Tx, username: string): Promise<RoleColumns> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock_shared(hashtext('operator_appointment'))::text`;
  const appointment = await tx.operatorAppointment.findUnique({ where: { username }, select: { operatorRole: true } });
  if (appointment === null) return { role: 'citizen', operatorRole: null };
  return { role: 'operator', operatorRole: appointment.operatorRole as OperatorRole };
}

/**
 * Appoints the citizens named in the settings as admins of a house that has no operator yet; afterwards operators come
 * from admins only, so that a name left in the settings raises nobody again. Answers whether it did.
 */
export async function appointFirstOperators(
  tx: Tx,
  input: { usernames: readonly string[]; clock: Clock; ids: Ids },
): Promise<boolean> {
  await lockAppointments(tx);
  if ((await tx.operatorAppointment.count()) > 0) return false;
  const usernames = input.usernames.filter((username) => isUsername(username) && !isSystemCitizen(username));
  for (const username of usernames) await appoint(tx, { username, operatorRole: 'admin', by: null, ...input });
  return usernames.length > 0;
}

/**
 * Makes a citizen of Venice an operator, or changes what they may do, signed in before or not. Their sessions end, so
 * that the next one begins with the new rights. Refuses `invalid_username`, `system_citizen`, `own_role`, `last_admin`.
 */
export async function appointOperator(
  tx: Tx,
  input: {
    username: string;
    operatorRole: OperatorRole;
    by: { citizenId: string; username: string };
    clock: Clock;
    ids: Ids;
  },
): Promise<void> {
  const { username, operatorRole, by, clock, ids } = input;
  if (!isUsername(username)) throw refuse('invalid', 'invalid_username', 'This is not a username of Venice.');
  if (isSystemCitizen(username)) {
    throw refuse('forbidden', 'system_citizen', 'This citizen belongs to the machinery of Venice and cannot sign in.');
  }
  assertOther(username, by.username);
  await lockAppointments(tx);
  if (operatorRole !== 'admin') await assertAnotherAdmin(tx, username);
  await appoint(tx, { username, operatorRole, by: by.citizenId, clock, ids });
}

/** Makes an operator a citizen like any other, at once. Refuses `operator_not_found`, `own_role`, `last_admin`. */
export async function dismissOperator(
  tx: Tx,
  input: { username: string; by: { username: string }; clock: Clock; ids: Ids },
): Promise<void> {
  const { username, by, clock, ids } = input;
  assertOther(username, by.username);
  await lockAppointments(tx);
  await assertAnotherAdmin(tx, username);
  const { count } = await tx.operatorAppointment.deleteMany({ where: { username } });
  if (count === 0) throw refuse('not_found', 'operator_not_found', 'There is no operator of this name.');
  await applyRole(tx, { username, columns: { role: 'citizen', operatorRole: null }, clock, ids });
}

/** All operators by name; at most 200. */
export async function operators(db: Db): Promise<OperatorView[]> {
  const rows = await db.operatorAppointment.findMany({ orderBy: { username: 'asc' }, take: operatorsMax });
  const citizens = await db.citizen.findMany({
    where: { username: { in: rows.map(({ username }) => username) } },
    select: { id: true, username: true, displayName: true, hasSecondFactor: true },
  });
  const known = new Map(citizens.map((citizen) => [citizen.username, citizen]));
  return rows.map((row) => {
    const citizen = known.get(row.username);
    return {
      username: row.username,
      operatorRole: row.operatorRole as OperatorRole,
      appointedAt: row.appointedAt,
      appointedBy: row.appointedBy,
      citizenId: citizen?.id ?? null,
      displayName: citizen?.displayName ?? null,
      hasSecondFactor: citizen?.hasSecondFactor ?? false,
    };
  });
}

interface Appointment {
  username: string;
  operatorRole: OperatorRole;
  by: string | null;
  clock: Clock;
  ids: Ids;
}

async function appoint(tx: Tx, { username, operatorRole, by, clock, ids }: Appointment): Promise<void> {
  const facts = { operatorRole, appointedBy: by, appointedAt: clock.now() };
  await tx.operatorAppointment.upsert({
    where: { username },
    create: { username, ...facts },
    update: facts,
    select: { username: true },
  });
  await applyRole(tx, { username, columns: { role: 'operator', operatorRole }, clock, ids });
}

/** A changed role counts at once: whoever is signed in has to sign in again. */
async function applyRole(
  tx: Tx,
  input: { username: string; columns: RoleColumns; clock: Clock; ids: Ids },
): Promise<void> {
  const { username, columns, clock, ids } = input;
  const changed = await tx.citizen.updateManyAndReturn({
    where: { username, NOT: { ...columns } },
    data: columns,
    select: { id: true },
  });
  const details = { role: columns.operatorRole ?? columns.role };
  for (const { id: citizenId } of changed) {
    await endSessionsOf(tx, { citizenId, now: clock.now() });
    await notify(tx, { clock, ids }, { citizenId, kind: 'role_changed', details });
  }
}

function assertOther(username: string, own: string): void {
  if (username === own) throw refuse('forbidden', 'own_role', 'Another admin has to change your own role.');
}

/** Somebody must be left who can appoint operators. */
async function assertAnotherAdmin(tx: Tx, username: string): Promise<void> {
  const others = await tx.operatorAppointment.count({ where: { operatorRole: 'admin', NOT: { username } } });
  if (others === 0) throw refuse('conflict', 'last_admin', 'The last admin stays one.');
}

/** Whether nobody could appoint operators without this citizen. */
export async function isLastAdmin(db: Db, username: string): Promise<boolean> {
  const own = await db.operatorAppointment.count({ where: { operatorRole: 'admin', username } });
  return own > 0 && (await db.operatorAppointment.count({ where: { operatorRole: 'admin', NOT: { username } } })) === 0;
}

/**
 * Appointments are decided one after the other, so that two at once cannot both remove the other's last admin. Taken
 * before any citizen's row is locked.
 */
export async function lockAppointments(tx: Tx): Promise<void> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('operator_appointment'))::text`;
}
