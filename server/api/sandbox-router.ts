import { generateSync } from 'otplib';
import { z } from 'zod';
import { totpSecrets } from '#server/citizens/totp.ts';
import { refuse } from '#server/platform/errors.ts';
import { sandboxMailById, sandboxMails } from '#server/platform/sandbox-mail.ts';
import { publicProcedure, router } from '#server/platform/trpc.ts';
import { secondsLeftOf, stepSeconds, usableStep } from './demo-codes.ts';
import { deployment } from './deployment.ts';

const mailsShown = 100;

/** What is there only while nothing is real. Refuses `not_found` in a live house. */
export const sandboxRouter = router({
  /** The letters that a mail server would have taken, the latest first. */
  mailbox: publicProcedure({ limit: 'read', audited: false }).query(({ ctx }) => {
    assertSandbox();
    return sandboxMails(ctx.database.client, mailsShown);
  }),

  /** One letter. Refuses `not_found` for one that is not there. */
  mail: publicProcedure({ limit: 'read', audited: false })
    .input(z.object({ mailId: z.uuid() }))
    .query(async ({ ctx, input }) => {
      assertSandbox();
      const mail = await sandboxMailById(ctx.database.client, input.mailId);
      if (mail === null) throw nothingHere();
      return mail;
    }),

  /**
   * The code that each citizen with an authenticator app can use now, or null until the next one: a code that was used
   * is not shown again.
   */
  codes: publicProcedure({ limit: 'read', audited: false }).query(async ({ ctx }) => {
    assertSandbox();
    const seconds = Math.floor(ctx.clock.now().getTime() / 1_000);
    const secrets = await totpSecrets(ctx.database.client, ctx.sealing);
    const codes = secrets.map(({ secret, lastStep, ...who }) => {
      const usable = usableStep({ seconds, lastStep });
      return { ...who, code: usable === undefined ? null : generateSync({ secret, epoch: usable * stepSeconds }) };
    });
    return { codes, secondsLeft: secondsLeftOf(seconds) };
  }),
});

function assertSandbox(): void {
  if (!deployment().isSandbox) throw nothingHere();
}

function nothingHere(): Error {
  return refuse('not_found', 'not_found', 'There is nothing here.');
}
