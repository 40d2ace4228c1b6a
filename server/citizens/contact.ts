import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '#server/platform/clock.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import type { Sealing } from '#server/platform/sealing.ts';
import { addressPlace, openText, queueMail, sealText } from './mail.ts';
import { notify } from './notifications.ts';
import type { MailLocale } from './schema.ts';
import { markTrustDue } from './trust-events.ts';

export interface ContactDeps {
  clock: Clock;
  ids: Ids;
  sealing: Sealing;
}

const tokenBytes = 32;
const dayMs = 24 * 60 * 60_000;
/** Letters with links that a citizen may have sent within a day, whatever the addresses. */
const verificationsPerDay = 5;

/** A citizen's own contact, addresses in clear. */
export interface ContactView {
  address: string | null;
  verifiedAt: Date | null;
  /** An address whose link was not opened yet; the one above goes on counting until it is. */
  pending: { address: string; expiresAt: Date } | null;
}

/**
 * Sends a link to an address that a citizen gives as theirs; it becomes their contact once the link is used. Until then
 * the earlier one stays. Whoever else has the same address makes no difference, so that nothing can be learnt of it.
 *
 * Refuses `email_unchanged` (conflict), `verification_mails_exhausted` (rate_limited).
 */
export async function startVerification(
  tx: Tx,
  deps: ContactDeps,
  input: { citizenId: string; address: string; locale: MailLocale },
): Promise<void> {
  const { citizenId, address, locale } = input;
  const now = deps.clock.now();
  await lockContact(tx, citizenId);
  const contact = await tx.contactEmail.findUnique({ where: { citizenId }, select: { addressSealed: true } });
  if (contact !== null && openText(deps.sealing, contact.addressSealed, addressPlace(citizenId)) === address)
    throw refuse('conflict', 'email_unchanged', 'This is your contact address already.');
  await refuseTooMany(tx, { citizenId, now });
  await tx.emailVerification.updateMany({
    where: { citizenId, usedAt: null, expiresAt: { gt: now } },
    data: { expiresAt: now },
  });
  const token = randomBytes(tokenBytes).toString('base64url');
  const addressSealed = sealText(deps.sealing, address, addressPlace(citizenId));
  const times = { createdAt: now, expiresAt: new Date(now.getTime() + dayMs) };
  await tx.emailVerification.create({
    data: { id: deps.ids.uuid(), citizenId, tokenHash: hashOf(token), addressSealed, locale, ...times },
    select: { id: true },
  });
  const secret = { text: token, sealing: deps.sealing };
  const mail = { citizenId, recipientSealed: addressSealed, locale, template: 'verify_email', details: {} } as const;
  await queueMail(tx, deps, { ...mail, secret });
}

/** Sends a new link to the address that waits for one; the earlier link is void. Refuses `verification_missing` too. */
export async function resendVerification(tx: Tx, deps: ContactDeps, citizenId: string): Promise<void> {
  const pending = await pendingOf(tx, { citizenId, now: deps.clock.now() });
  if (pending === null)
    throw refuse('not_found', 'verification_missing', 'No address waits to be confirmed. Give it again.');
  const address = openText(deps.sealing, pending.addressSealed, addressPlace(citizenId));
  await startVerification(tx, deps, { citizenId, address, locale: pending.locale as MailLocale });
}

/**
 * Makes the address of a link its citizen's contact, in whatever browser the link was opened. The address before is
 * told. Refuses `verification_invalid` (not_found) for a link that is unknown, used, replaced or a day old.
 */
export async function verifyEmail(tx: Tx, deps: Omit<ContactDeps, 'sealing'>, token: string): Promise<void> {
  const now = deps.clock.now();
  const [used] = await tx.emailVerification.updateManyAndReturn({
    where: { tokenHash: hashOf(token), usedAt: null, expiresAt: { gt: now } },
    data: { usedAt: now },
    select: { citizenId: true, addressSealed: true, locale: true },
  });
  if (used === undefined)
    throw refuse(
      'not_found',
      'verification_invalid',
      'This link was used already, or it is too old. Ask for a new one.',
    );
  const { citizenId, ...facts } = used;
  await tellFormerAddress(tx, deps, citizenId);
  const contact = { ...facts, verifiedAt: now };
  await tx.contactEmail.upsert({
    where: { citizenId },
    create: { citizenId, ...contact, reachableSince: now },
    update: contact,
    select: { citizenId: true },
  });
  await markTrustDue(tx, citizenId);
  await notify(tx, deps, { citizenId, kind: 'email_changed', details: {} });
}

/** Forgets a citizen's address, and one that waits. The address is told. Refuses `email_missing` (not_found). */
export async function removeEmail(tx: Tx, deps: Omit<ContactDeps, 'sealing'>, citizenId: string): Promise<void> {
  await lockContact(tx, citizenId);
  const hadContact = await tellFormerAddress(tx, deps, citizenId);
  const pending = await pendingOf(tx, { citizenId, now: deps.clock.now() });
  if (!hadContact && pending === null) throw refuse('not_found', 'email_missing', 'There is no address to remove.');
  await forgetContact(tx, citizenId);
  await markTrustDue(tx, citizenId);
  if (hadContact) await notify(tx, deps, { citizenId, kind: 'email_changed', details: {} });
}

/** Takes out every address of a citizen but those on letters that are already on their way. */
export async function forgetContact(tx: Tx, citizenId: string): Promise<void> {
  await tx.contactEmail.deleteMany({ where: { citizenId } });
  // The rows go on counting for the limit of a day, without the addresses.
  await tx.emailVerification.updateMany({
    where: { citizenId },
    data: { expiresAt: new Date(0), addressSealed: '' },
  });
}

export async function contactOf(
  db: Db,
  deps: { sealing: Sealing; clock: Clock },
  citizenId: string,
): Promise<ContactView> {
  const [contact, pending] = await Promise.all([
    db.contactEmail.findUnique({ where: { citizenId }, select: { addressSealed: true, verifiedAt: true } }),
    pendingOf(db, { citizenId, now: deps.clock.now() }),
  ]);
  const open = (sealed: string) => openText(deps.sealing, sealed, addressPlace(citizenId));
  return {
    address: contact === null ? null : open(contact.addressSealed),
    verifiedAt: contact?.verifiedAt ?? null,
    pending: pending === null ? null : { address: open(pending.addressSealed), expiresAt: pending.expiresAt },
  };
}

async function pendingOf(db: Db, input: { citizenId: string; now: Date }) {
  return db.emailVerification.findFirst({
    where: { citizenId: input.citizenId, usedAt: null, expiresAt: { gt: input.now } },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    select: { addressSealed: true, locale: true, expiresAt: true },
  });
}

/** Whoever took over an account must not be able to silence its owner by changing the address. */
async function tellFormerAddress(tx: Tx, deps: { clock: Clock; ids: Ids }, citizenId: string): Promise<boolean> {
  const former = await tx.contactEmail.findUnique({
    where: { citizenId },
    select: { addressSealed: true, locale: true },
  });
  if (former === null) return false;
  const { addressSealed: recipientSealed, locale } = former;
  const mail = { citizenId, recipientSealed, locale: locale as MailLocale, details: {} };
  await queueMail(tx, deps, { ...mail, template: 'email_replaced' });
  return true;
}

async function refuseTooMany(tx: Tx, input: { citizenId: string; now: Date }): Promise<void> {
  const { citizenId, now } = input;
  const sent = await tx.emailVerification.count({
    where: { citizenId, createdAt: { gt: new Date(now.getTime() - dayMs) } },
  });
  if (sent < verificationsPerDay) return;
  throw refuse(
    'rate_limited',
    'verification_mails_exhausted',
    'You had as many links sent as a day allows. Look for the last one, or come back tomorrow.',
  );
}

/** Changes of one citizen's contact are decided one after the other, so that the limit of a day holds. */
async function lockContact(tx: Tx, citizenId: string): Promise<void> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('contact ' || ${citizenId}::text))::text`;
}

/** A token of 256 random bits needs no salt and no slow hash. */
function hashOf(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest());
}
