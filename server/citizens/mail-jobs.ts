import type { Clock } from '#server/platform/clock.ts';
import type { Database, Tx } from '#server/platform/db.ts';
import { log } from '#server/platform/log.ts';
import type { Mailer } from '#server/platform/mail.ts';
import { trimSandboxMail } from '#server/platform/sandbox-mail.ts';
import type { Sealing } from '#server/platform/sealing.ts';
import { addressPlace, openText, secretPlace } from './mail.ts';
import { composeMail, type MailTemplate } from './mail-texts.ts';
import type { MailLocale, NotificationDetails } from './schema.ts';

export interface MailDeps {
  database: Database;
  clock: Clock;
  sealing: Sealing;
  mailer: Mailer;
  /** Public origin of the product; links lead there, and Message-IDs end in its host. */
  appUrl: string;
  /** 0 to 1, spreads repeated attempts; a test can fix it. */
  jitter?: () => number;
}

export interface MailReport {
  claimed: number;
  sent: number;
  /** Of these, given up for good. */
  failed: number;
  late: number;
}

/** Longer than one attempt can take, so that nobody else sends the same letter meanwhile. */
const leaseMs = 120_000;
const backOffMsBase = 15_000;
const backOffMsMax = 3_600_000;
/** With the pauses between them the last attempt is about half a day after the first. */
export const mailAttemptsMax = 18;
const parallelMax = 2;
const errorLengthMax = 400;
const keptMs = 30 * 24 * 60 * 60_000;
const verificationKeptMs = 2 * 24 * 60 * 60_000;

interface ClaimedMail {
  id: string;
  citizenId: string;
  recipientSealed: string;
  locale: MailLocale;
  template: MailTemplate;
  details: NotificationDetails;
  secretSealed: string | null;
  attempts: number;
}

/**
 * Sends what is due, at most `limit` letters. Each is claimed for two minutes, sent outside of any transaction, and then
 * marked: a process that dies in between leaves a letter that is sent again with the same Message-ID. Rejects only when
 * the database does.
 */
export async function sendDueMail(deps: MailDeps, limit: number): Promise<MailReport> {
  const claimed = await deps.database.inTransaction((tx) => claimDue(tx, { limit, now: deps.clock.now() }));
  const report: MailReport = { claimed: claimed.length, sent: 0, failed: 0, late: 0 };
  const waiting = [...claimed];
  const work = async () => {
    for (let mail = waiting.shift(); mail !== undefined; mail = waiting.shift()) report[await sendOne(deps, mail)] += 1;
  };
  const results = await Promise.allSettled(Array.from({ length: parallelMax }, work));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return report;
}

async function sendOne(deps: MailDeps, mail: ClaimedMail): Promise<'sent' | 'failed' | 'late'> {
  let to = '';
  try {
    to = openText(deps.sealing, mail.recipientSealed, addressPlace(mail.citizenId));
    const secret = mail.secretSealed === null ? '' : openText(deps.sealing, mail.secretSealed, secretPlace(mail.id));
    const { subject, text } = composeMail(mail.template, { ...mail, appUrl: deps.appUrl, secret });
    await deps.mailer.send({ messageId: `<${mail.id}@${new URL(deps.appUrl).hostname}>`, to, subject, text });
  } catch (error) {
    return deps.database.inTransaction((tx) => recordFailure(tx, deps, { mail, reason: reasonOf(error, to) }));
  }
  await deps.database.inTransaction((tx) => end(tx, { id: mail.id, state: 'sent', now: deps.clock.now() }));
  return 'sent';
}

/** Takes up to `limit` due letters for this process; others skip them until the lease ends. */
async function claimDue(tx: Tx, input: { limit: number; now: Date }): Promise<ClaimedMail[]> {
  const { limit, now } = input;
  return tx.$queryRaw<ClaimedMail[]>`
    UPDATE outgoing_mail SET attempts = attempts + 1, next_attempt_at = ${new Date(now.getTime() + leaseMs)}
     WHERE id IN (
       SELECT id FROM outgoing_mail
        WHERE state = 'waiting' AND next_attempt_at <= ${now}
        ORDER BY next_attempt_at, id
        LIMIT ${limit}
        FOR UPDATE SKIP LOCKED)
    RETURNING id::text, citizen_id::text AS "citizenId", recipient_sealed AS "recipientSealed", locale, template,
              details, secret_sealed AS "secretSealed", attempts`;
}

async function recordFailure(
  tx: Tx,
  deps: Pick<MailDeps, 'clock' | 'jitter'>,
  { mail, reason }: { mail: ClaimedMail; reason: string },
): Promise<'failed' | 'late'> {
  const { id, attempts, template } = mail;
  const now = deps.clock.now();
  log().warn({ mailId: id, template, attempts, reason }, 'a letter could not be sent');
  if (attempts >= mailAttemptsMax) {
    await end(tx, { id, state: 'failed', now, lastError: reason });
    return 'failed';
  }
  const wholeMs = Math.min(backOffMsBase * 2 ** (attempts - 1), backOffMsMax);
  const pauseMs = Math.floor(wholeMs / 2 + (wholeMs / 2) * (deps.jitter ?? Math.random)());
  await tx.outgoingMail.updateMany({
    where: { id, state: 'waiting' },
    data: { nextAttemptAt: new Date(now.getTime() + pauseMs), lastError: reason },
  });
  return 'late';
}

/** A letter that is over keeps neither its address nor its secret. */
async function end(
  tx: Tx,
  input: { id: string; state: 'sent' | 'failed'; now: Date; lastError?: string },
): Promise<void> {
  const { id, state, now, lastError = null } = input;
  await tx.outgoingMail.updateMany({
    where: { id, state: 'waiting' },
    data: { state, endedAt: now, recipientSealed: null, secretSealed: null, lastError },
  });
}

/** What the mail server said, without the address, which it likes to repeat. */
function reasonOf(error: unknown, address: string): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : 'something that is no error was thrown';
  const at = address.lastIndexOf('@');
  const hidden = [address, address.slice(0, Math.max(at, 0)), address.slice(at + 1)].filter((part) => part !== '');
  return hidden.reduce((rest, part) => rest.replaceAll(part, '…'), text).slice(0, errorLengthMax);
}

/** Forgets letters that ended a month ago, links that are long void, and what overflows the sandbox's letter box. */
export async function trimMail(deps: Pick<MailDeps, 'database' | 'clock'>): Promise<void> {
  const now = deps.clock.now().getTime();
  await deps.database.inTransaction(async (tx) => {
    await tx.outgoingMail.deleteMany({
      where: { state: { in: ['sent', 'failed'] }, endedAt: { lt: new Date(now - keptMs) } },
    });
    await tx.emailVerification.deleteMany({ where: { createdAt: { lt: new Date(now - verificationKeptMs) } } });
    await trimSandboxMail(tx);
  });
}
