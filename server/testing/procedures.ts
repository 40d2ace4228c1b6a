import { initTRPC, type AnyRouter } from '@trpc/server';
import type { Context, ProcedureMeta } from '#server/platform/trpc.ts';

export interface ProcedureRow {
  /** For example `orders.place`. */
  path: string;
  type: 'query' | 'mutation' | 'subscription';
  meta: ProcedureMeta | undefined;
}

interface Definition {
  _def: { type: ProcedureRow['type']; meta?: ProcedureMeta };
}

/** All procedures of a router, nested ones too, as they declared themselves. */
export function procedureTable(router: AnyRouter): ProcedureRow[] {
  const procedures = router._def.procedures as unknown as Record<string, Definition>;
  return Object.entries(procedures).map(([path, { _def }]) => ({ path, type: _def.type, meta: _def.meta }));
}

/** A procedure as tRPC makes it when nobody declares anything. */
export function plainProcedure() {
  return initTRPC
    .context<Context>()
    .meta<ProcedureMeta>()
    .create()
    .procedure.mutation(() => null);
}
