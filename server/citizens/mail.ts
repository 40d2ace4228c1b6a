import type { Clock } from '#server/platform/clock.ts';
import { Prisma, type Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import type { SealedPlace, Sealing } from '#server/platform/sealing.ts';
import type { MailTemplate } from './mail-texts.ts';
import type { MailLocale, NotificationDetails } from './schema.ts';

export interface QueuedMail {
  citizenId: string;
  /** Sealed for this citizen (`addressPlace`); taken over from their contact as it is. */
  recipientSealed: string;
  locale: MailLocale;
  template: MailTemplate;
  details: NotificationDetails;
  /** What only the reader may know, such as the token of a link. */
  secret?: { text: string; sealing: Sealing };
}

/**
 * Queues a letter in the caller's transaction, so that it goes out exactly when its reason is kept. The worker sends it
 * within seconds. It goes to the address of this moment, whatever becomes of the contact meanwhile.
 */
export async function queueMail(tx: Tx, deps: { clock: Clock; ids: Ids }, mail: QueuedMail): Promise<void> {
  const { secret, ...facts } = mail;
  const id = deps.ids.uuid();
  const now = deps.clock.now();
  const secretSealed = secret === undefined ? null : sealText(secret.sealing, secret.text, secretPlace(id));
  await tx.outgoingMail.create({
    data: { id, ...facts, secretSealed, state: 'waiting', createdAt: now, nextAttemptAt: now },
    select: { id: true },
  });
}

/** What a citizen is told, as it goes to their verified address unless they turned its topic off. */
export interface NoticeByMail {
  citizenId: string;
  template: MailTemplate;
  details: NotificationDetails;
  topic: string;
  /** Whether it goes out whatever they turned off. */
  isAlways: boolean;
}

/** Queues letters to those of the citizens whom they may go to; as one of several writes that are sent together. */
export function lettersSql(deps: { clock: Clock; ids: Ids }, notices: readonly NoticeByMail[]): Prisma.Sql {
  const rows = notices.map((notice) => ({ id: deps.ids.uuid(), ...notice }));
  const now = deps.clock.now();
  return Prisma.sql`
    INSERT INTO outgoing_mail (id, citizen_id, recipient_sealed, locale, template, details, state, next_attempt_at, created_at)
    SELECT told.id, told."citizenId", contact.address_sealed, contact.locale, told.template, told.details, 'waiting',
           ${now}::timestamptz, ${now}::timestamptz
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
           AS told (id uuid, "citizenId" uuid, template text, details jsonb, topic text, "isAlways" boolean)
      JOIN contact_email contact ON contact.citizen_id = told."citizenId"
     WHERE told."isAlways" OR NOT EXISTS (
             SELECT FROM notification_setting setting
              WHERE setting.citizen_id = told."citizenId" AND setting.topic = told.topic AND NOT setting.by_email)`;
}

/** An address is sealed for its citizen, wherever it is kept. */
export function addressPlace(citizenId: string): SealedPlace {
  return { table: 'contact_email', column: 'address_sealed', row: citizenId };
}

export function secretPlace(mailId: string): SealedPlace {
  return { table: 'outgoing_mail', column: 'secret_sealed', row: mailId };
}

export function sealText(sealing: Sealing, text: string, place: SealedPlace): string {
  return sealing.seal(Buffer.from(text, 'utf8'), place);
}

export function openText(sealing: Sealing, sealed: string, place: SealedPlace): string {
  return Buffer.from(sealing.open(sealed, place)).toString('utf8');
}
