import { generateSync } from 'otplib';
import { totpSecrets } from '#server/citizens/totp.ts';
import { env } from '#server/platform/env.ts';
import { refuse } from '#server/platform/errors.ts';
import { publicProcedure, router } from '#server/platform/trpc.ts';

const stepSeconds = 30;

/** What only a sandbox gives away, so that nobody who plays there is locked out. */
export const sandboxRouter = router({
  /**
   * The code that each citizen with an authenticator app can use now, or null until the next one: a code that was used
   * is not shown again. Refuses `not_found` where money is real.
   */
  codes: publicProcedure({ limit: 'read', audited: false }).query(async ({ ctx }) => {
    if (env().CASCADE_MODE !== 'sandbox') throw refuse('not_found', 'not_found', 'There is nothing at this address.');
    const seconds = Math.floor(ctx.clock.now().getTime() / 1_000);
    const step = Math.floor(seconds / stepSeconds);
    const secrets = await totpSecrets(ctx.database.client, ctx.sealing);
    const codes = secrets.map(({ secret, lastStep, ...who }) => {
      // The steps before and after the present one are accepted too; each only once.
      const usable = [step - 1, step, step + 1].find((candidate) => candidate > lastStep);
      return { ...who, code: usable === undefined ? null : generateSync({ secret, epoch: usable * stepSeconds }) };
    });
    return { codes, secondsLeft: stepSeconds - (seconds % stepSeconds) };
  }),
});
