import { importById, importReport, importsOf } from '#server/market/imports/import-queries.ts';
import {
  startImportInput,
  importIdInput,
  importReportInput,
  importsInput,
} from '#server/market/imports/import-schema.ts';
import { cancelImport, startApplying, startUndo } from '#server/market/imports/imports.ts';
import type { Principal } from '#server/platform/session.ts';
import { citizenProcedure, router } from '#server/platform/trpc.ts';
import type { Context } from '#server/platform/trpc.ts';

const reading = () => citizenProcedure({ limit: 'read', audited: false });
const writing = () => citizenProcedure({ limit: 'write', audited: false });

/** A seller's own imports. Files come in and go out by doors beside (`server/api/catalogue-doors.ts`). */
export const importsRouter = router({
  mine: reading()
    .input(importsInput)
    .query(({ ctx, input }) => importsOf(ctx.database.client, { ...input, sellerId: ctx.principal.citizenId })),

  byId: reading()
    .input(importIdInput)
    .query(({ ctx, input }) => importById(ctx.database.client, { ...input, ...sellerOf(ctx) })),

  report: reading()
    .input(importReportInput)
    .query(({ ctx, input }) => importReport(ctx.database.client, { ...input, ...sellerOf(ctx) })),

  start: writing()
    .input(startImportInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => startApplying(tx, { ...input, ...sellerOf(ctx) })),
    ),

  cancel: writing()
    .input(importIdInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => cancelImport(tx, { ...input, ...sellerOf(ctx) }))),

  undo: writing()
    .input(importIdInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => startUndo(tx, { ...input, ...sellerOf(ctx) }))),
});

function sellerOf(ctx: Pick<Context, 'clock'> & { principal: Principal }) {
  return { sellerId: ctx.principal.citizenId, clock: ctx.clock };
}
