import { z } from 'zod';
import { resetFactors } from '#server/citizens/factors.ts';
import { appointOperator, dismissOperator, operators } from '#server/citizens/operators.ts';
import { citizenByUsername, citizensByIds } from '#server/citizens/queries.ts';
import { auditRecords } from '#server/platform/audit.ts';
import { refuse } from '#server/platform/errors.ts';
import { emit } from '#server/platform/outbox.ts';
import { operatorProcedure, router } from '#server/platform/trpc.ts';
import { appointInput, resetFactorsInput, usernameInput } from './schema.ts';

/** Who looks after the house, and what they and everyone else did where it is kept. */
export const peopleRouter = router({
  /** All operators; `isOwn` marks the one who asks. */
  operators: operatorProcedure(['support', 'finance'], { limit: 'read', audited: false }).query(async ({ ctx }) => {
    const rows = await operators(ctx.database.client);
    const appointers = rows.flatMap(({ appointedBy }) => (appointedBy === null ? [] : [appointedBy]));
    const names = await citizensByIds(ctx.database.client, appointers);
    return rows.map(({ appointedBy, ...row }) => ({
      ...row,
      appointerName: appointedBy === null ? null : (names.get(appointedBy)?.displayName ?? null),
      isOwn: row.username === ctx.principal.username,
    }));
  }),

  /** Refuses `invalid_username`, `system_citizen`, `own_role`, `last_admin`. */
  appoint: operatorProcedure(['admin'], { limit: 'write', audited: true, proof: 'fresh_factor' })
    .input(appointInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) =>
        appointOperator(tx, { ...input, by: ctx.principal, clock: ctx.clock, ids: ctx.ids }),
      ),
    ),

  /** Refuses `operator_not_found`, `own_role`, `last_admin`. */
  dismiss: operatorProcedure(['admin'], { limit: 'write', audited: true, proof: 'fresh_factor' })
    .input(usernameInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) =>
        dismissOperator(tx, { ...input, by: ctx.principal, clock: ctx.clock, ids: ctx.ids }),
      ),
    ),

  /**
   * Takes all second factors of a citizen who lost them; they sign in and set up new ones. The reason is kept.
   * Refuses `citizen_not_found`, `factor_not_found`, `own_factors`.
   */
  resetFactors: operatorProcedure(['support'], { limit: 'factor', audited: true, proof: 'fresh_factor' })
    .input(resetFactorsInput)
    .mutation(async ({ ctx, input }) => {
      if (input.username === ctx.principal.username) {
        throw refuse('forbidden', 'own_factors', 'Another operator has to reset your own factors.');
      }
      const citizen = await citizenByUsername(ctx.database.client, input.username);
      if (citizen === null)
        throw refuse('not_found', 'citizen_not_found', 'No citizen of this name has signed in here.');
      const { clock, ids } = ctx;
      const note = { type: 'citizen.factors_reset', subject: citizen.id };
      const wereThere = await ctx.database.inTransaction(async (tx) => {
        const payload = { reason: input.reason, by: ctx.principal.citizenId };
        await emit(tx, { clock, ids }, { ...note, payload });
        return await resetFactors(tx, { citizenId: citizen.id, clock, ids });
      });
      if (!wereThere) throw refuse('not_found', 'factor_not_found', 'This citizen has no second factor.');
    }),

  /** The latest entries of the record, of everyone or of one citizen. Refuses `citizen_not_found`. */
  audit: operatorProcedure(['support', 'finance'], { limit: 'read', audited: false })
    .input(
      z.object({
        username: usernameInput.shape.username.optional(),
        cursor: z.uuid().optional(),
        limit: z.int().min(1).max(100).default(50),
      }),
    )
    .query(async ({ ctx, input }) => {
      const { client } = ctx.database;
      const actor = input.username === undefined ? undefined : await citizenByUsername(client, input.username);
      if (actor === null) throw refuse('not_found', 'citizen_not_found', 'No citizen of this name has signed in here.');
      const page = { actorId: actor?.id, cursor: input.cursor, limit: input.limit };
      const records = await auditRecords(client, page);
      const names = await citizensByIds(
        client,
        records.flatMap(({ actorId }) => (actorId === null ? [] : [actorId])),
      );
      const events = records.map((record) => ({
        ...record,
        actorName: record.actorId === null ? null : (names.get(record.actorId)?.displayName ?? null),
      }));
      return { events, nextCursor: events.length < input.limit ? null : (events.at(-1)?.id ?? null) };
    }),
});
