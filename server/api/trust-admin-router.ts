import { changeEntitlement, entitlements } from '#server/citizens/entitlements.ts';
import { citizenByUsername, citizensByIds, type Citizen } from '#server/citizens/queries.ts';
import { assignTrust, trustStanding } from '#server/citizens/trust.ts';
import { refreshTrustOf } from '#server/citizens/trust-flows.ts';
import { trustHistory } from '#server/citizens/trust-history.ts';
import { changeTrustGates, changeTrustLimits, trustSettings } from '#server/citizens/trust-settings.ts';
import { releaseWaitingTopUps } from '#server/payments/jobs.ts';
import { enforceStanding } from '#server/payments/trust-enforcement.ts';
import type { Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { operatorProcedure, router } from '#server/platform/trpc.ts';
import {
  assignTrustInput,
  changeTrustLimitsInput,
  entitlementInput,
  trustGatesInput,
  usernameInput,
} from './schema.ts';

/** How far citizens are trusted: the numbers, and decisions about one of them. */
export const trustAdminRouter = router({
  /** What each level allows and asks for now. */
  settings: operatorProcedure(['support', 'finance'], { limit: 'read', audited: false }).query(({ ctx }) =>
    trustSettings(ctx.database.client),
  ),

  /** Refuses `limits_not_rising`. */
  setLimits: operatorProcedure(['admin'], { limit: 'write', audited: true, proof: 'fresh_factor' })
    .input(changeTrustLimitsInput)
    .mutation(({ ctx, input }) => {
      const change = { ...input, by: ctx.principal.citizenId, now: ctx.clock.now() };
      return ctx.database.inTransaction((tx) => changeTrustLimits(tx, change));
    }),

  setGates: operatorProcedure(['admin'], { limit: 'write', audited: true, proof: 'fresh_factor' })
    .input(trustGatesInput)
    .mutation(({ ctx, input }) => {
      const change = { gates: input, by: ctx.principal.citizenId, now: ctx.clock.now() };
      return ctx.database.inTransaction((tx) => changeTrustGates(tx, change));
    }),

  /** Where one citizen stands and how they came there. Refuses `citizen_not_found`. */
  citizen: operatorProcedure(['support', 'finance'], { limit: 'read', audited: false })
    .input(usernameInput)
    .query(async ({ ctx, input }) => {
      const { client } = ctx.database;
      const { id: citizenId, username, displayName } = await knownCitizen(client, input.username);
      const standing = await trustStanding(client, { citizenId, now: ctx.clock.now() });
      const { assignments, events } = await trustHistory(client, citizenId);
      const deciders = assignments.flatMap(({ decidedBy }) => (decidedBy === null ? [] : [decidedBy]));
      const names = await citizensByIds(client, deciders);
      const named = assignments.map(({ decidedBy, ...assignment }) => ({
        ...assignment,
        deciderName: decidedBy === null ? null : (names.get(decidedBy)?.displayName ?? decidedBy),
      }));
      return { username, displayName, standing, assignments: named, events };
    }),

  /**
   * Sets a citizen's level, in the books too; ducats that waited for it come into the wallet. Refuses
   * `citizen_not_found`, `contract_required`, `contract_unexpected`, `own_trust`.
   */
  assign: operatorProcedure(['support', 'finance'], { limit: 'write', audited: true, proof: 'fresh_factor' })
    .input(assignTrustInput)
    .mutation(async ({ ctx, input }) => {
      const { username, ...decision } = input;
      const { id: citizenId } = await knownCitizen(ctx.database.client, username);
      const { clock, ids, principal } = ctx;
      await ctx.database.inTransaction((tx) =>
        assignTrust(tx, { ...decision, citizenId, decidedBy: principal.citizenId, clock, ids }),
      );
      await refreshTrustOf(ctx, { citizenId, enforce: enforceStanding });
      return { released: await releaseWaitingTopUps(ctx, { citizenId }) };
    }),

  /** What each tier may use and pays now. */
  entitlements: operatorProcedure(['support', 'finance'], { limit: 'read', audited: false }).query(({ ctx }) =>
    entitlements(ctx.database.client),
  ),

  /** Refuses `entitlement_not_rising`. */
  setEntitlement: operatorProcedure(['admin'], { limit: 'write', audited: true, proof: 'fresh_factor' })
    .input(entitlementInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => changeEntitlement(tx, input))),
});

async function knownCitizen(db: Db, username: string): Promise<Citizen> {
  const citizen = await citizenByUsername(db, username);
  if (citizen === null) throw refuse('not_found', 'citizen_not_found', 'No citizen of this name has signed in here.');
  return citizen;
}
