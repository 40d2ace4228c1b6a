import { pino } from 'pino';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '#server/platform/ids.ts';
import { once } from '#server/platform/once.ts';
import { createMailer, createSmtpMailer, type MailMessage } from '#server/platform/mail.ts';
import { sandboxMailById, sandboxMails } from '#server/platform/sandbox-mail.ts';
import { movableClock } from '#server/testing/clock.ts';
import { giveEmail, lastToken, testCitizen } from '#server/testing/contact.ts';
import { testDatabase } from '#server/testing/database.ts';
import { testSealing } from '#server/testing/sealing.ts';
import { startSmtpServer } from '#server/testing/smtp-server.ts';
import { startVerification } from './contact.ts';
import { mailAttemptsMax, sendDueMail, trimMail } from './mail-jobs.ts';
import { notify } from './notifications.ts';

once('log', () => pino({ level: 'silent' }));

describe('outgoing mail', async () => {
  const database = await testDatabase();
  const clock = movableClock(new Date('2026-11-21T10:00:00Z'));
  const world = { database, clock };
  const tools = { clock, ids: systemIds, sealing: testSealing };
  const smtp = await startSmtpServer();
  const mailer = createSmtpMailer({ url: smtp.url, from: 'CASCADE <house@cascade.test>', mustEncrypt: false });
  const deps = { ...world, sealing: testSealing, mailer, appUrl: 'https://cascade.test', jitter: () => 1 };
  const citizenId = await testCitizen(world, 'Marin');
  const address = 'marin@example.test';
  const ask = (locale: 'en' | 'it' = 'en') =>
    database.inTransaction((tx) => startVerification(tx, tools, { citizenId, address, locale }));
  const rows = () => database.client.outgoingMail.findMany({ where: { citizenId }, orderBy: { id: 'asc' } });
  afterAll(async () => {
    mailer.close();
    await smtp.close();
  });
  beforeEach(async () => {
    smtp.received.length = 0;
    smtp.answer = null;
    await database.client.outgoingMail.deleteMany({});
    await database.client.emailVerification.deleteMany({});
    await database.client.contactEmail.deleteMany({});
  });

  it('reaches the mail server with a link that works, and then keeps neither address nor secret', async () => {
    await ask('it');
    const token = await lastToken(world, citizenId);
    expect(JSON.stringify(await rows())).not.toMatch(new RegExp(`${address}|${token}`));
    expect(await sendDueMail(deps, 10)).toEqual({ claimed: 1, sent: 1, failed: 0, late: 0 });
    const [mail] = smtp.received;
    expect(mail).toMatchObject({ from: 'house@cascade.test', to: address });
    expect(mail?.headers['subject']).toBe('CASCADE: conferma il tuo indirizzo e-mail');
    const body = Buffer.from((mail?.body ?? '').replaceAll(/=\n/g, ''), 'latin1').toString();
    expect(body.replaceAll(/=([0-9A-F]{2})/g, '')).toContain('verify-email?token');
    expect(body).toContain(token);
    expect(await rows()).toMatchObject([{ state: 'sent', recipientSealed: null, secretSealed: null, attempts: 1 }]);
  });

  it('is sent once by two workers that look at the same moment', async () => {
    await giveEmail(world, { citizenId, address });
    for (let count = 0; count < 20; count += 1)
      await database.inTransaction((tx) => notify(tx, tools, { citizenId, kind: 'factor_added', details: {} }));
    const reports = await Promise.all([sendDueMail(deps, 100), sendDueMail(deps, 100), sendDueMail(deps, 100)]);
    expect(reports.reduce((sum, { sent }) => sum + sent, 0)).toBe(22);
    expect(new Set(smtp.received.map(({ headers }) => headers['message-id'])).size).toBe(22);
    expect(smtp.received).toHaveLength(22);
  });

  it('is passed over while another worker is about to claim it', async () => {
    await ask();
    const [held, locked] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const other = database.inTransaction(async (tx) => {
      await tx.$queryRaw`SELECT id::text FROM outgoing_mail FOR UPDATE`;
      locked.resolve(undefined);
      await held.promise;
    });
    await locked.promise;
    expect(await sendDueMail(deps, 10)).toMatchObject({ claimed: 0 });
    held.resolve(undefined);
    await other;
    expect(await sendDueMail(deps, 10)).toMatchObject({ sent: 1 });
  });

  it('is not sent when what it tells of was taken back', async () => {
    await giveEmail(world, { citizenId, address });
    await sendDueMail(deps, 10);
    const undone = database.inTransaction(async (tx) => {
      await notify(tx, tools, { citizenId, kind: 'factor_removed', details: {} });
      throw new Error('taken back');
    });
    await expect(undone).rejects.toThrow('taken back');
    expect(await sendDueMail(deps, 10)).toMatchObject({ claimed: 0 });
  });

  it('comes again with the same Message-ID after growing pauses when nobody knows whether it was taken', async () => {
    await ask();
    smtp.answer = 'hang up';
    expect(await sendDueMail(deps, 10)).toMatchObject({ late: 1 });
    expect(await sendDueMail(deps, 10)).toMatchObject({ claimed: 0 });
    smtp.answer = null;
    clock.advance(15_000);
    expect(await sendDueMail(deps, 10)).toMatchObject({ sent: 1 });
    const ids = smtp.received.map(({ headers }) => headers['message-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('comes again from another worker when the one that claimed it died, and not before its lease ends', async () => {
    await ask();
    const gone = { ...deps, mailer: { send: () => new Promise<never>(() => undefined), close: () => undefined } };
    void sendDueMail(gone, 10);
    await expect.poll(async () => (await rows())[0]?.attempts).toBe(1);
    expect(await sendDueMail(deps, 10)).toMatchObject({ claimed: 0 });
    clock.advance(120_000);
    expect(await sendDueMail(deps, 10)).toMatchObject({ sent: 1 });
  });

  it('is given up after a bounded number of attempts, and what the server said never holds the address', async () => {
    await ask();
    smtp.answer = `550 5.1.1 <${address}> is no mailbox of example.test`;
    let attempts = 0;
    for (; attempts < 50; attempts += 1) {
      const report = await sendDueMail(deps, 10);
      if (report.claimed === 0) break;
      clock.advance(3_600_000);
    }
    expect(attempts).toBe(mailAttemptsMax);
    const [row] = await rows();
    expect(row).toMatchObject({ state: 'failed', recipientSealed: null, secretSealed: null });
    expect(row?.lastError).toContain('550');
    expect(row?.lastError).not.toMatch(/marin|example\.test/);
    clock.advance(31 * 24 * 3_600_000);
    await trimMail(deps);
    expect(await rows()).toEqual([]);
  });

  it('holds no address that opens for another citizen', async () => {
    await ask();
    const strangerId = await testCitizen(world, 'Stranger');
    await database.client.outgoingMail.updateMany({ data: { citizenId: strangerId } });
    expect(await sendDueMail(deps, 10)).toMatchObject({ late: 1 });
    expect(smtp.received).toEqual([]);
  });

  it('goes to the letter box of the sandbox where there is no mail server', async () => {
    await ask();
    const box = createMailer({ CASCADE_MODE: 'sandbox' }, { database, clock, ids: systemIds });
    await sendDueMail({ ...deps, mailer: box }, 10);
    const [line] = await sandboxMails(database.client, 10);
    expect(line).toMatchObject({ recipient: address, subject: 'CASCADE: please confirm your e-mail address' });
    const mail = await sandboxMailById(database.client, line?.id ?? '');
    expect(mail?.body).toMatch(/https:\/\/cascade\.test\/verify-email\?token=[\w-]{43}\n/);
    expect(() => createMailer({ CASCADE_MODE: 'live' }, { database, clock, ids: systemIds })).toThrow(/mail server/);
  });

  it('cannot be led to a second recipient or header by what it says', async () => {
    const message: MailMessage = {
      messageId: '<a@cascade.test>',
      to: address,
      subject: 'one\r\nBcc: thief@example.test',
      text: 'text',
    };
    await mailer.send(message);
    expect(smtp.received).toHaveLength(1);
    expect(smtp.received[0]?.headers['bcc']).toBeUndefined();
  });
});
