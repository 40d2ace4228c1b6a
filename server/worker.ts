import { setTimeout as pause } from 'node:timers/promises';
import { assertMode } from './api/boot.ts';
import { cashOutSetup } from './api/cash-out.ts';
import { processContext } from './api/context.ts';
import { storage } from './api/storage.ts';
import { venice } from './api/venice.ts';
import { refreshCitizens, type RefreshWalk } from './citizens/jobs.ts';
import { sendDueMail, trimMail } from './citizens/mail-jobs.ts';
import { resealFields } from './citizens/reseal-jobs.ts';
import { workerCallsPerMinute } from './citizens/venice-client.ts';
import { refreshDueTrust } from './citizens/trust-jobs.ts';
import type { CheckKind } from './ledger/check-runs.ts';
import { checkBooks, raiseAlarm, sweepPendings } from './ledger/jobs.ts';
import { deliverCrossings, foldAccountGroups, logCrossing, trimCounters } from './ledger/maintenance-jobs.ts';
import { ensurePartitions } from './ledger/partitions.ts';
import { continueCheckouts, forgetBrowserCarts } from './market/cart/cart-jobs.ts';
import { trimImports, workOnImports } from './market/imports/import-jobs.ts';
import { sweepAttachments } from './market/messages/message-jobs.ts';
import { followShelves, shelfBatchMax } from './market/dashboards/shelf-jobs.ts';
import { disputedOrders } from './market/orders/disputed-orders.ts';
import { expireOffers } from './market/offers/offer-jobs.ts';
import { takeDueSteps } from './market/orders/deadline-jobs.ts';
import { findForgottenEscrow } from './market/orders/order-jobs.ts';
import { expireDucatRequests } from './market/peer-transfers/ducat-request-jobs.ts';
import {
  countListings,
  countTitleWords,
  followNews,
  newsBatchMax,
  watchSavedSearches,
} from './market/search/search-jobs.ts';
import { tellOfSales } from './market/wishlist/wishlist-jobs.ts';
import { sweepUploads } from './market/uploads/upload-jobs.ts';
import { ageSellerRatings, checkListingRatings, showDueReviews } from './market/reviews/review-jobs.ts';
import { expireGrantedDucats } from './payments/grant-expiry-jobs.ts';
import { settleDebtPayments } from './payments/disputes/debt-jobs.ts';
import { expireTopUps, releaseEarnedFees, releaseWaitingTopUps } from './payments/jobs.ts';
import { reconcileDay, reconcileNews } from './payments/reconciliation/reconciliation-jobs.ts';
import { settleRefunds } from './payments/refunds/refund-jobs.ts';
import { workOnCashOuts } from './payments/cash-outs/cash-out-jobs.ts';
import { handleStripeEvent, stripeSource } from './payments/stripe/stripe-events.ts';
import {
  tellOutgrownSubscribers,
  tendSubscriptions,
  type OutgrownWalk,
} from './payments/subscriptions/subscription-jobs.ts';
import { enforceStanding } from './payments/trust-enforcement.ts';
import { database } from './platform/db.ts';
import { env, SettingsError } from './platform/env.ts';
import { asRefusal } from './platform/errors.ts';
import { drainInbox } from './platform/inbox.ts';
import { createJobRunner, type ScheduledJob } from './platform/jobs.ts';
import { log } from './platform/log.ts';
import { createMailer, type Mailer } from './platform/mail.ts';
import { provenanceFindings } from './provenance/checks.ts';
import { watchProjection } from './provenance/jobs.ts';

const inboxPauseMs = 300;
const pauseMsMax = 5_000;
const mailPauseMs = 1_000;
const mailBatchMax = 10;
const newsPauseMs = 1_000;
const importsPauseMs = 1_000;
/** Counts are used for a minute. */
const countPauseMs = 20_000;
const closeMsMax = 5_000;
/** Two readings of the books, each of which may take an hour. */
const checkSecondsMax = 7_500;
/** The first reading of a Stripe account that has many years. */
const reconcileSecondsMax = 3_600;
/** Few enough that all of a batch is settled within the lease on its events. */
const inboxBatchMax = 8;

/** The background process: the inbox, scheduled jobs and sweepers. Two of them may run. */
async function main(): Promise<void> {
  const settings = env();
  await assertMode(database(), settings);
  const stopping = new AbortController();
  const jobs = createJobRunner(settings.DATABASE_URL);
  await jobs.start(scheduledJobs());
  const stop = () => {
    stopping.abort();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  log().info({ mode: settings.CASCADE_MODE }, 'the worker runs');
  const mail = createMailer(settings, processContext());
  await Promise.all([
    watchInbox(stopping.signal),
    watchMail(mail, stopping.signal),
    watchProjection(database(), stopping.signal),
    watchMarket(stopping.signal),
  ]);
  mail.close();
  await jobs.stop();
  // A client waits for the statement that is under way, which can be a long reading; PostgreSQL ends it by itself.
  await Promise.race([database().close(), pause(closeMsMax)]);
}

function scheduledJobs(): ScheduledJob[] {
  const context = processContext();
  const refresh = { ...context, venice: venice({ callsPerMinuteMax: workerCallsPerMinute }) };
  const walk: RefreshWalk = { after: null };
  const outgrown: OutgrownWalk = { after: null };
  return [
    { name: 'citizens.refresh', cron: '*/5 * * * *', handle: () => refreshCitizens(refresh, walk) },
    { name: 'ledger.partitions', cron: '10 3 * * *', handle: () => ensurePartitions(database().client) },
    {
      name: 'ledger.check-news',
      cron: '*/5 * * * *',
      handle: () => checkUnlessChecked('incremental'),
      secondsMax: checkSecondsMax,
    },
    { name: 'ledger.check', cron: '22 2 * * *', handle: () => checkUnlessChecked('full'), secondsMax: checkSecondsMax },
    { name: 'ledger.expire-pendings', cron: '* * * * *', handle: () => sweepPendings(database()) },
    { name: 'ledger.fold-groups', cron: '* * * * *', handle: () => foldAccountGroups(database()) },
    {
      name: 'ledger.deliver-crossings',
      cron: '* * * * *',
      handle: () => deliverCrossings(database(), { ...context, report: logCrossing }),
    },
    { name: 'ledger.trim-counters', cron: '40 * * * *', handle: () => trimCounters(database()) },
    ...marketJobs(context),
    { name: 'citizens.reseal', cron: '20 3 * * *', handle: () => resealFields(context) },
    { name: 'citizens.trim-mail', cron: '25 4 * * *', handle: () => trimMail(context) },
    {
      name: 'payments.reconcile',
      cron: '* * * * *',
      handle: () => reconcileNews(context),
      secondsMax: reconcileSecondsMax,
    },
    {
      name: 'payments.reconcile-day',
      cron: '40 4 * * *',
      handle: () => reconcileDay(context),
      secondsMax: reconcileSecondsMax,
    },
    { name: 'payments.release-fees', cron: '10 0 * * *', handle: () => releaseEarnedFees(context) },
    {
      name: 'payments.expire-grants',
      cron: '25 * * * *',
      handle: () => expireGrants(context),
    },
    { name: 'payments.expire-top-ups', cron: '*/5 * * * *', handle: () => expireTopUps(context) },
    {
      name: 'payments.cash-outs',
      cron: '* * * * *',
      handle: () => workOnCashOuts({ ...context, cashOut: cashOutSetup() }),
    },
    { name: 'payments.tend-subscriptions', cron: '*/5 * * * *', handle: () => tendSubscriptions(context) },
    {
      name: 'payments.tell-outgrown',
      cron: '35 * * * *',
      handle: () => tellOutgrownSubscribers(context, outgrown),
    },
    { name: 'payments.release-waiting', cron: '*/5 * * * *', handle: () => releaseWaitingTopUps(context) },
    { name: 'payments.settle-debts', cron: '*/5 * * * *', handle: () => settleDebtPayments(context) },
    { name: 'payments.settle-refunds', cron: '* * * * *', handle: () => settleRefunds(context) },
    { name: 'citizens.refresh-trust', cron: '* * * * *', handle: () => refreshDueTrust(context, enforceStanding) },
  ];
}

function marketJobs(context: ReturnType<typeof processContext>): ScheduledJob[] {
  return [
    { name: 'market.order-deadlines', cron: '* * * * *', handle: () => takeDueSteps(context) },
    { name: 'market.expire-offers', cron: '* * * * *', handle: () => expireOffers(context) },
    { name: 'market.expire-requests', cron: '*/5 * * * *', handle: () => expireDucatRequests(context) },
    { name: 'market.count-words', cron: '50 3 * * *', handle: () => countTitleWords(context) },
    { name: 'market.sale-news', cron: '* * * * *', handle: () => tellOfSales(context) },
    { name: 'market.saved-searches', cron: '*/5 * * * *', handle: () => watchSavedSearches(context) },
    { name: 'market.continue-checkouts', cron: '* * * * *', handle: () => continueCheckouts(context) },
    { name: 'market.forget-carts', cron: '35 3 * * *', handle: () => forgetBrowserCarts(context) },
    { name: 'market.trim-imports', cron: '55 3 * * *', handle: () => trimImports(context) },
    { name: 'market.forgotten-escrow', cron: '15 * * * *', handle: () => findForgottenEscrow(context) },
    { name: 'market.show-reviews', cron: '* * * * *', handle: () => showDueReviews(context) },
    { name: 'market.age-ratings', cron: '*/10 * * * *', handle: () => ageSellerRatings(context) },
    { name: 'market.check-ratings', cron: '50 3 * * *', handle: () => checkListingRatings(context) },
    {
      name: 'market.sweep-attachments',
      cron: '30 * * * *',
      handle: () => sweepAttachments({ ...context, storage: storage() }),
    },
    {
      name: 'market.sweep-uploads',
      cron: '45 * * * *',
      handle: () => sweepUploads({ ...context, storage: storage() }),
    },
  ];
}

async function expireGrants(context: Parameters<typeof expireGrantedDucats>[0]): Promise<void> {
  const { takenMinor, postponed } = await expireGrantedDucats(context);
  const isNews = takenMinor > 0n || Object.keys(postponed).length > 0;
  if (isNews) log().info({ takenMinor: String(takenMinor), postponed }, 'expired ducats went back');
}

/** A check of what is new has nothing to do while another one runs; a full one is due and comes again. */
async function checkUnlessChecked(kind: CheckKind): Promise<void> {
  try {
    raiseAlarm(await checkBooks(database(), kind, provenanceFindings));
  } catch (error) {
    if (kind === 'full' || asRefusal(error)?.code !== 'check_running') throw error;
    log().info('the books are being checked already');
  }
}

/** Handles events as they arrive. */
async function watchInbox(signal: AbortSignal): Promise<void> {
  const context = { ...processContext(), disputedOrders };
  const options = {
    source: stripeSource,
    handler: (event: Parameters<typeof handleStripeEvent>[1]) => handleStripeEvent(context, event),
    limit: inboxBatchMax,
  };
  await repeat(
    { work: () => drainInbox(context, options), full: inboxBatchMax, pauseMs: inboxPauseMs, signal },
    'the inbox',
  );
}

/** Sends letters as they are queued. */
async function watchMail(mailer: Mailer, signal: AbortSignal): Promise<void> {
  const deps = { ...processContext(), mailer };
  const work = () => sendDueMail(deps, mailBatchMax);
  await repeat({ work, full: mailBatchMax, pauseMs: mailPauseMs, signal }, 'the outgoing mail');
}

/** Follows what the market tells, and keeps its counts fresh. */
async function watchMarket(signal: AbortSignal): Promise<void> {
  const context = processContext();
  const count = async () => {
    await countListings(context);
    return { claimed: 0 };
  };
  await Promise.all([
    repeat({ work: () => followNews(context), full: newsBatchMax, pauseMs: newsPauseMs, signal }, 'the news'),
    repeat({ work: () => followShelves(context), full: shelfBatchMax, pauseMs: newsPauseMs, signal }, 'the shelves'),
    repeat({ work: () => workOnImports(context), full: 1, pauseMs: importsPauseMs, signal }, 'the imports'),
    repeat({ work: count, full: Infinity, pauseMs: countPauseMs, signal }, 'what is on sale'),
  ]);
}

interface Repetition {
  work: () => Promise<{ claimed: number }>;
  /** So many claimed at once say that there may be more. */
  full: number;
  pauseMs: number;
  signal: AbortSignal;
}

/** Works on a queue until told to stop; while PostgreSQL is away it waits, longer each time. */
async function repeat({ work, full, pauseMs: usualMs, signal }: Repetition, queue: string): Promise<void> {
  let pauseMs = usualMs;
  while (!signal.aborted) {
    try {
      const report = await work();
      pauseMs = usualMs;
      if (report.claimed === full) continue;
    } catch (error) {
      pauseMs = Math.min(pauseMs * 2, Math.max(pauseMsMax, usualMs));
      log().warn({ err: error, pauseMs }, `${queue} cannot be read right now`);
    }
    await pause(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

await main().catch((error: unknown) => {
  const isForPeople = error instanceof SettingsError || (error instanceof Error && error.name === 'BootRefused');
  process.stderr.write(`${isForPeople ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = 1;
});
process.exit();
