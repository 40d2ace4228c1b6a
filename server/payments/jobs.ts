import { isDomainError } from '#server/platform/errors.ts';
import { log } from '#server/platform/log.ts';
import { releaseFees } from './fee-release.ts';
import { releaseTopUp } from './credits.ts';
import { closeSession, fulfil, type PaymentDeps } from './flows.ts';
import { expireUnopened } from './service.ts';
import { attemptsLoggedAs, batchMax, settleAfterMs, unopenedAfterMs } from './attempts.ts';

const attempt = attemptsLoggedAs('a top-up could not be settled');

/**
 * Asks Stripe about top-ups that are open for long, in case no event arrived: paid ones are credited,
 * expired ones closed. Intents that never got a session are closed as well.
 */
export async function expireTopUps(deps: PaymentDeps): Promise<void> {
  const nowMs = deps.clock.now().getTime();
  await deps.database.inTransaction((tx) => expireUnopened(tx, deps, new Date(nowMs - unopenedAfterMs)));
  await closeOldQuotes(deps);
  const open = await deps.database.client.topUp.findMany({
    where: {
      state: { in: ['open', 'processing'] },
      stripeSessionId: { not: null },
      createdAt: { lt: new Date(nowMs - settleAfterMs) },
    },
    orderBy: { createdAt: 'asc' },
    take: batchMax,
    select: { stripeSessionId: true },
  });
  for (const { stripeSessionId } of open) {
    if (stripeSessionId !== null) await attempt(stripeSessionId, () => fulfil(deps, { sessionId: stripeSessionId }));
  }
}

/** Closes pages at Stripe whose quoted price holds no longer; one that was paid meanwhile is credited. */
async function closeOldQuotes(deps: PaymentDeps): Promise<void> {
  const old = await deps.database.client.topUp.findMany({
    where: { state: 'open', stripeSessionId: { not: null }, quoteExpiresAt: { lt: deps.clock.now() } },
    orderBy: { quoteExpiresAt: 'asc' },
    take: batchMax,
    select: { stripeSessionId: true },
  });
  for (const { stripeSessionId } of old) {
    if (stripeSessionId !== null) await attempt(stripeSessionId, () => closeSession(deps, stripeSessionId));
  }
}

/** As many as one run looks at; those beyond would be the latest. */
const waitingMax = 10_000;

/**
 * Lets ducats that waited in suspense into their wallets, the oldest first, where limits have room for them by now: those
 * of one citizen, or of all. What finds no room keeps none behind it waiting. Answers how many top-ups came in.
 */
export async function releaseWaitingTopUps(
  deps: PaymentDeps,
  only: { citizenId?: string } = {},
  pageMax = batchMax,
): Promise<number> {
  let released = 0;
  let after: string | undefined;
  for (let seen = 0; seen < waitingMax; seen += pageMax) {
    const waiting = await deps.database.client.topUp.findMany({
      where: { state: 'waiting', waitReason: 'limits', ...only, ...(after === undefined ? {} : { id: { gt: after } }) },
      orderBy: { id: 'asc' },
      take: pageMax,
      select: { id: true },
    });
    for (const { id } of waiting) {
      await attempt(id, async () => {
        if (await deps.database.inTransaction((tx) => releaseTopUp(tx, deps, id))) released += 1;
      });
    }
    after = waiting.at(-1)?.id;
    if (waiting.length < pageMax) break;
  }
  return released;
}

/** Once a day, what earned fees are surely worth becomes income; a worker that was first makes this call do nothing. */
export async function releaseEarnedFees(deps: PaymentDeps): Promise<void> {
  const options = { time: deps.clock.now(), secret: deps.secret };
  try {
    const release = await deps.database.inTransaction((tx) => releaseFees(tx, options));
    if (release !== null) log().info({ release }, 'earned fees became income');
  } catch (error) {
    // Another worker booked this day's release between our reading and our posting.
    if (!isDomainError(error) || error.code !== 'id_content_mismatch') throw error;
  }
}
