import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
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
