import { initTRPC, type AnyRouter } from '@trpc/server';
import { z } from 'zod';
import type { Context, ProcedureMeta } from '#server/platform/trpc.ts';

export interface ProcedureRow {
  /** For example `orders.place`. */
  path: string;
  type: 'query' | 'mutation' | 'subscription';
  meta: ProcedureMeta | undefined;
  /** Names of the input's fields that name a row: UUIDs, but for the keys of attempts. */
  idFields: string[];
}

interface Definition {
  _def: { type: ProcedureRow['type']; meta?: ProcedureMeta; inputs: z.ZodType[] };
}

/** All procedures of a router, nested ones too, as they declared themselves. */
export function procedureTable(router: AnyRouter): ProcedureRow[] {
  const procedures = router._def.procedures as unknown as Record<string, Definition>;
  return Object.entries(procedures).map(([path, { _def }]) => ({
    path,
    type: _def.type,
    meta: _def.meta,
    idFields: _def.inputs.flatMap(idFieldsOf),
  }));
}

function idFieldsOf(input: z.ZodType): string[] {
  const { properties = {} } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).flatMap(([name, field]) => {
    const isUuid = typeof field === 'object' && field.format === 'uuid';
    return isUuid && name !== 'key' ? [name] : [];
  });
}

/** A procedure as tRPC makes it when nobody declares anything. */
export function plainProcedure() {
  return initTRPC
    .context<Context>()
    .meta<ProcedureMeta>()
    .create()
    .procedure.mutation(() => null);
}
