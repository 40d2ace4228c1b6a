import { createTransport } from 'nodemailer';
import type { Clock } from './clock.ts';
import type { Database } from './db.ts';
import { invariant } from './invariant.ts';
import type { Ids } from './ids.ts';
import { keepSandboxMail } from './sandbox-mail.ts';

/** A letter as plain text. */
export interface MailMessage {
  /** The same on every attempt, so that whoever gets a message twice can tell: `<id@host>`. */
  messageId: string;
  to: string;
  subject: string;
  text: string;
}

/** Where mail leaves the house. `send` rejects when nobody took the message, or nobody can say. */
export interface Mailer {
  send(message: MailMessage): Promise<void>;
  close(): void;
}

export interface MailSettings {
  CASCADE_MODE: 'sandbox' | 'live';
  SMTP_URL?: string | undefined;
  MAIL_FROM?: string | undefined;
}

const connectTimeoutMs = 5_000;
const answerTimeoutMs = 10_000;
const connectionsMax = 2;

/** A mail server where one is set; else, in the sandbox, the letter box that everyone can look into. */
export function createMailer(
  settings: MailSettings,
  deps: { database: Pick<Database, 'client'>; clock: Clock; ids: Ids },
): Mailer {
  const { CASCADE_MODE: mode, SMTP_URL: url, MAIL_FROM: from } = settings;
  if (url !== undefined && from !== undefined) return createSmtpMailer({ url, from, mustEncrypt: mode === 'live' });
  invariant(mode === 'sandbox', 'a live house has a mail server');
  return {
    send: (message) => keepSandboxMail(deps.database.client, deps, message),
    close: () => undefined,
  };
}

/** Speaks SMTP with `smtp://` (STARTTLS where the server has it, always when `mustEncrypt`) or `smtps://`. */
export function createSmtpMailer(options: { url: string; from: string; mustEncrypt: boolean }): Mailer {
  const url = new URL(options.url);
  const secure = url.protocol === 'smtps:';
  const transport = createTransport({
    pool: true,
    maxConnections: connectionsMax,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: options.mustEncrypt && !secure,
    ...(url.username === ''
      ? {}
      : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    dnsTimeout: connectTimeoutMs,
    socketTimeout: answerTimeoutMs,
    // A text never names a file or an address to be read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async ({ messageId, to, subject, text }) => {
      await transport.sendMail({ from: options.from, to, subject, text, messageId });
    },
    close: () => {
      transport.close();
    },
  };
}
