import { initTRPC, TRPCError } from '@trpc/server';
import type Stripe from 'stripe';
import superjson from 'superjson';
import type { Clock } from './clock.ts';
import type { Database } from './db.ts';
import { asRefusal, errorKinds, refuse, type DomainError, type ErrorDetails } from './errors.ts';
import type { Ids } from './ids.ts';
import { log } from './log.ts';
import type { Limits, RateLimit } from './rate-limit.ts';
import type { Principal } from './session.ts';

/** Everything a procedure may use. Built once per request in server/api/context.ts. */
export interface Context {
  database: Database;
  clock: Clock;
  ids: Ids;
  principal: Principal | null;
  requestId: string;
  /** Who is asking, for limits: the citizen's id, or the address of someone not signed in. */
  caller: string;
  limits: Limits;
  stripe: Stripe;
  /** Public origin of the product, without a slash at the end. */
  appUrl: string;
  /** The server's secret; keys are derived from it, it is never used directly. */
  secret: string;
}

/** What the interface gets to know of a failed call. `code` is the key into the message catalogues. */
export interface RefusalShape {
  code: string;
  message: string;
  details: ErrorDetails;
}

const t = initTRPC.context<Context>().create({
  transformer: superjson,
  isDev: false,
  errorFormatter: ({ shape, error }) => {
    const refusal = refusalOf(error);
    return { ...shape, message: refusal.message, data: { ...shape.data, refusal } };
  },
});

function refusalOf(error: TRPCError): RefusalShape {
  const refusal = asRefusal(error.cause);
  if (refusal !== null) return { code: refusal.code, message: refusal.message, details: refusal.details };
  const fields = invalidFields(error.cause);
  if (fields !== null)
    return { code: 'invalid_input', message: 'Some of the input is not valid.', details: { fields } };
  if (error.code === 'INTERNAL_SERVER_ERROR') {
    return { code: 'internal', message: 'Something went wrong on our side. Please try again.', details: {} };
  }
  return { code: error.code.toLowerCase(), message: error.message, details: {} };
}

/** Names of the fields that a zod schema refused; zod exists once per bundle, so its class is not asked. */
function invalidFields(cause: unknown): string | null {
  const issues = (cause as { issues?: unknown } | undefined)?.issues;
  if (!Array.isArray(issues)) return null;
  return issues.map((issue: { path?: PropertyKey[] }) => (issue.path ?? []).join('.')).join(', ');
}

/** Expected refusals keep their kind; anything else is a defect, logged with the request's id. */
const translateErrors = t.middleware(async ({ ctx, next, path }) => {
  const result = await next();
  if (result.ok) return result;
  const refusal = asRefusal(result.error.cause);
  if (refusal !== null) throw toTrpcError(refusal);
  if (result.error.code === 'INTERNAL_SERVER_ERROR') {
    log().error({ err: result.error.cause ?? result.error, path, requestId: ctx.requestId }, 'procedure failed');
  }
  return result;
});

function toTrpcError(refusal: DomainError): TRPCError {
  return new TRPCError({ code: errorKinds[refusal.kind].trpc, message: refusal.message, cause: refusal });
}

/** A failure outside of any procedure, such as PostgreSQL gone while the session is read, as tRPC shall answer it. */
export function asTrpcError(error: unknown): TRPCError {
  const refusal = asRefusal(error);
  if (refusal !== null) return toTrpcError(refusal);
  log().error({ err: error }, 'a call could not begin');
  return new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: error });
}

const readLimit: RateLimit = { name: 'read', calls: 600, windowSeconds: 60 };
const writeLimit: RateLimit = { name: 'write', calls: 60, windowSeconds: 60 };

const limitCalls = t.middleware(async ({ ctx, next, type }) => {
  await ctx.limits.take(type === 'mutation' ? writeLimit : readLimit, ctx.caller);
  return next();
});

const requireCitizen = t.middleware(({ ctx, next }) => {
  if (ctx.principal === null) throw refuse('unauthenticated', 'sign_in_required', 'Please sign in first.');
  return next({ ctx: { ...ctx, principal: ctx.principal } });
});

const requireOperator = t.middleware(({ ctx, next }) => {
  if (ctx.principal === null) throw refuse('unauthenticated', 'sign_in_required', 'Please sign in first.');
  if (ctx.principal.role !== 'operator') throw refuse('forbidden', 'operators_only', 'This is for operators.');
  return next({ ctx: { ...ctx, principal: ctx.principal } });
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** For anyone. */
export const publicProcedure = t.procedure.use(translateErrors).use(limitCalls);
/** For someone signed in; `ctx.principal` is theirs. */
export const citizenProcedure = publicProcedure.use(requireCitizen);
/** For an operator of the house. */
export const operatorProcedure = publicProcedure.use(requireOperator);
