import { z } from 'zod';
import { citizensByIds } from '#server/citizens/queries.ts';
import { closeBreaker } from '#server/ledger/breaker.ts';
import { breakerState, checkRuns, type BreakerState } from '#server/ledger/check-runs.ts';
import { groupTotals, kindTotals } from '#server/ledger/groups.ts';
import { checkBooks, raiseAlarm } from '#server/ledger/jobs.ts';
import { latestCrossings } from '#server/ledger/monitors.ts';
import { sealedMonths } from '#server/ledger/seal-queries.ts';
import type { Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { featuredDeskRouter } from '#server/market/featured/featured-router.ts';
import { moderationRouter } from '#server/market/people/reports-router.ts';
import { reconciliationRouter } from '#server/payments/reconciliation/reconciliation-router.ts';
import { inboxCounts } from '#server/platform/inbox-reading.ts';
import { refundDeskRouter } from '#server/payments/refunds/refunds-router.ts';
import { operatorProcedure, router } from '#server/platform/trpc.ts';
import { provenanceFindings } from '#server/provenance/checks.ts';
import { cashOutSetup } from './cash-out.ts';
import { cashOutsDeskRouter } from './cash-outs-desk-router.ts';
import { correctionsRouter } from './corrections-router.ts';
import { disputesRouter } from './disputes-router.ts';
import { eventsRouter } from './events-router.ts';
import { peopleRouter } from './people-router.ts';
import { breakerReasonInput } from './schema.ts';
import { provenanceDeskRouter } from './provenance-router.ts';
import { trustAdminRouter } from './trust-admin-router.ts';

const runsShown = 10;
const crossingsShown = 20;
const sealsShown = 24;

/** What an operator sees first, and what an operator may do about the books. */
export const operatorRouter = router({
  corrections: correctionsRouter,
  cashOuts: cashOutsDeskRouter(cashOutSetup),
  disputes: disputesRouter,
  events: eventsRouter,
  reconciliation: reconciliationRouter,
  people: peopleRouter,
  moderation: moderationRouter,
  featured: featuredDeskRouter,
  refunds: refundDeskRouter,
  trust: trustAdminRouter,
  provenance: provenanceDeskRouter,

  /** Reads what was kept and the roll-ups; the books themselves are read by the worker's jobs and by `checkBooks`. */
  overview: operatorProcedure(['support', 'finance'], { limit: 'read', audited: false }).query(async ({ ctx }) => {
    const { client } = ctx.database;
    const [[full], [incremental], runs, breaker, totals, groups, crossings, seals, inbox] = await Promise.all([
      checkRuns(client, { kind: 'full', limit: 1 }),
      checkRuns(client, { kind: 'incremental', limit: 1 }),
      checkRuns(client, { limit: runsShown }),
      namedBreakerState(client),
      kindTotals(client),
      groupTotals(client),
      latestCrossings(client, crossingsShown),
      sealedMonths(client, sealsShown),
      inboxCounts(client),
    ]);
    const money = { totals, groups, crossings, seals };
    const checks = { full: full ?? null, incremental: incremental ?? null, runs };
    return { ...checks, breaker, ...money, inbox, now: ctx.clock.now() };
  }),

  /** Checks the books in place, as the scheduled jobs do; wrong books stop posting. Refuses `check_running`. */
  checkBooks: operatorProcedure(['support', 'finance'], { limit: 'write', audited: true })
    .input(z.object({ kind: z.enum(['full', 'incremental']) }))
    .mutation(async ({ ctx, input }) => {
      const run = await checkBooks(ctx.database, input.kind, provenanceFindings);
      raiseAlarm(run);
      return { kind: run.kind, ok: run.ok, findings: run.findings.length };
    }),

  /** Lets posting go on. Refuses `breaker_not_open`. */
  closeBreaker: operatorProcedure(['finance'], { limit: 'write', audited: true, proof: 'fresh_factor' })
    .input(breakerReasonInput)
    .mutation(async ({ ctx, input }) => {
      const change = { actor: ctx.principal.citizenId, reason: input.reason };
      const hasChanged = await ctx.database.inTransaction((tx) => closeBreaker(tx, change));
      if (!hasChanged) throw refuse('conflict', 'breaker_not_open', 'Posting goes on already.');
    }),
});

/** The breaker, with the name of whoever changed it last. */
async function namedBreakerState(db: Db): Promise<BreakerState & { actorName: string | null }> {
  const state = await breakerState(db);
  const actor = state.lastChange?.actor;
  if (actor === undefined || !z.uuid().safeParse(actor).success) return { ...state, actorName: null };
  const citizens = await citizensByIds(db, [actor]);
  return { ...state, actorName: citizens.get(actor)?.displayName ?? null };
}
