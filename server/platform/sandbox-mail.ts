import type { Clock } from './clock.ts';
import type { Db } from './db.ts';
import type { Ids } from './ids.ts';
import type { MailMessage } from './mail.ts';

/** A letter in the sandbox's letter box, as its list shows it. */
export interface SandboxMailLine {
  id: string;
  recipient: string;
  subject: string;
  receivedAt: Date;
}

export interface SandboxMail extends SandboxMailLine {
  messageId: string;
  body: string;
}

const lineColumns = { id: true, recipient: true, subject: true, receivedAt: true } as const;
const kept = 500;

/** Puts a letter into the letter box; a second one with the same Message-ID lies beside the first. */
export async function keepSandboxMail(
  db: Db,
  deps: { clock: Clock; ids: Ids },
  { messageId, to, subject, text }: MailMessage,
): Promise<void> {
  const facts = { messageId, recipient: to, subject, body: text };
  await db.sandboxMail.create({
    data: { id: deps.ids.uuid(), ...facts, receivedAt: deps.clock.now() },
    select: { id: true },
  });
}

/** The latest letters, at most 100. */
export function sandboxMails(db: Db, limit: number): Promise<SandboxMailLine[]> {
  return db.sandboxMail.findMany({
    orderBy: [{ receivedAt: 'desc' }, { id: 'desc' }],
    take: Math.min(limit, 100),
    select: lineColumns,
  });
}

export function sandboxMailById(db: Db, id: string): Promise<SandboxMail | null> {
  return db.sandboxMail.findUnique({ where: { id }, select: { ...lineColumns, messageId: true, body: true } });
}

/** Empties the letter box but for the latest 500. */
export async function trimSandboxMail(db: Db): Promise<number> {
  const [oldest] = await db.sandboxMail.findMany({
    orderBy: [{ receivedAt: 'desc' }, { id: 'desc' }],
    skip: kept,
    take: 1,
    select: { receivedAt: true },
  });
  if (oldest === undefined) return 0;
  const { count } = await db.sandboxMail.deleteMany({ where: { receivedAt: { lte: oldest.receivedAt } } });
  return count;
}
