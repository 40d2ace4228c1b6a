import { initTRPC, TRPCError } from '@trpc/server';
import type Stripe from 'stripe';
import { assertFreshProof, assertMayChange, assertOperator, assertSecondFactorGiven, assertSession } from './access.ts';
import { auditEnd, auditStart } from './audit.ts';
import type { Clock } from './clock.ts';
import type { Database } from './db.ts';
import { asRefusal, errorKinds, refuse, type DomainError, type ErrorDetails } from './errors.ts';
import type { Ids } from './ids.ts';
import { invariant } from './invariant.ts';
import { log } from './log.ts';
import type { Callers, LimitClassName } from './rate-limit-classes.ts';
import type { Limits } from './rate-limit.ts';
import type { Sealing } from './sealing.ts';
import { whileSessionLives } from './session-stream.ts';
import type { OperatorRole, Principal, SessionStore } from './session.ts';
import { wire } from './wire.ts';

/** Everything a procedure may use. Built once per request in server/api/context.ts. */
export interface Context {
  database: Database;
  clock: Clock;
  ids: Ids;
  principal: Principal | null;
  requestId: string;
  sessions: SessionStore;
  /** The browser or machine that asks. */
  client: ClientFacts;
  /** Adds a `Set-Cookie` line to the answer. Only a door can; a page that is being drawn cannot. */
  setCookie: (line: string) => void;
  /** Who is asking, for limits. */
  callers: Callers;
  limits: Limits;
  /**
   * Counts one call of those that the citizen's programs may make in a month; a session or a token of Venice has none to
   * count. Refuses `monthly_calls_used` (rate_limited).
   */
  countCall: () => Promise<void>;
  stripe: Stripe;
  /** Whether the house plays or is in earnest. */
  mode: 'sandbox' | 'live';
  /** Public origin of the product, without a slash at the end. */
  appUrl: string;
  /** Seals single fields for the database. */
  sealing: Sealing;
  /** The server's secret; keys are derived from it, it is never used directly. */
  secret: string;
}

/** What is known of whoever asks, beside who they say they are. */
export interface ClientFacts {
  /** As the front saw it; configured proxies counted. */
  address: string;
  userAgent: string;
  /** The browser's own random cookie, or null when it has none. */
  browserId: string | null;
}

/** What the interface gets to know of a failed call. `code` is the key into the message catalogues. */
export interface RefusalShape {
  code: string;
  message: string;
  details: ErrorDetails;
}

const t = initTRPC
  .context<Context>()
  .meta<ProcedureMeta>()
  .create({
    transformer: wire,
    isDev: false,
    // A proxy closes what is silent for a minute; a browser that hears nothing for three pings connects again.
    sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 45_000 } },
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

/** What every procedure declares when it is made. */
export interface Policy {
  /** By which of the limits a call is counted. */
  limit: LimitClassName;
  /** Whether who called it, on what and with which outcome, is kept. */
  audited: boolean;
  /**
   * `fresh`: the citizen proved who they are in the last five minutes, by a second factor where they have one.
   * `fresh_factor`: the same, and only a second factor will do. A bearer token never does.
   */
  proof?: 'fresh' | 'fresh_factor';
  /** Also for someone who signed in but still owes their second factor. */
  beforeSecondFactor?: true;
  /** Only in a signed-in browser: neither a token of Venice nor an API credential does. */
  session?: true;
}

/** Who may call: anyone, anyone signed in, or operators of the named roles. */
export type Access = 'public' | 'citizen' | readonly OperatorRole[];

/** The row of a procedure in the matrix of roles and procedures. */
export interface ProcedureMeta extends Policy {
  access: Access;
}

const limitCalls = t.middleware(async ({ ctx, meta, next }) => {
  invariant(meta !== undefined, 'every procedure declares its policy');
  await ctx.limits.take(meta.limit, ctx.callers);
  // After the limits, so that a call they refuse costs nothing of the month.
  await ctx.countCall();
  return next();
});

const keepToRights = t.middleware(({ ctx, type, next }) => {
  if (type === 'mutation') assertMayChange(ctx.principal);
  return next();
});

const requireCitizen = t.middleware(({ ctx, meta, next }) => {
  const principal = signedIn(ctx.principal);
  invariant(meta !== undefined, 'every procedure declares its policy');
  if (meta.session === true) assertSession(principal);
  if (meta.beforeSecondFactor !== true) assertSecondFactorGiven(principal);
  if (meta.proof !== undefined) assertFreshProof(principal, { proof: meta.proof, now: ctx.clock.now() });
  return next({ ctx: { ...ctx, principal } });
});

const requireOperator = t.middleware(({ ctx, meta, next }) => {
  const principal = signedIn(ctx.principal);
  invariant(meta !== undefined && Array.isArray(meta.access), 'every procedure of operators names their roles');
  assertOperator(principal, meta.access);
  if (meta.proof !== undefined) assertFreshProof(principal, { proof: meta.proof, now: ctx.clock.now() });
  return next({ ctx: { ...ctx, principal } });
});

function signedIn(principal: Principal | null): Principal {
  if (principal === null) throw refuse('unauthenticated', 'sign_in_required', 'Please sign in first.');
  return principal;
}

const endWithSession = t.middleware(async ({ ctx, next, signal }) => {
  const { sessionId = null, provedAt = null } = ctx.principal ?? {};
  invariant(sessionId !== null, 'a stream is for a session');
  const over = new AbortController();
  const result = await next({ ctx: { streamOver: over.signal } });
  if (!result.ok || !isAsyncIterable(result.data)) return result;
  // Whoever holds the new token of a renewed session connects again with it; with the old one nobody can.
  const session = { isLive: () => ctx.sessions.isLive(sessionId, provedAt), stop: () => over.abort(), reader: signal };
  return { ...result, data: whileSessionLives(result.data, session) };
});

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Writes down an action before it is done and its outcome afterwards. */
const keepRecord = t.middleware(async ({ ctx, meta, next, path, getRawInput }) => {
  if (meta?.audited !== true) return next();
  const entry = {
    actorId: ctx.principal?.citizenId ?? null,
    action: path,
    subject: subjectOf(await getRawInput()),
    sessionId: ctx.principal?.sessionId ?? null,
    requestId: ctx.requestId,
  };
  const id = await auditStart(ctx.database.client, ctx, entry);
  const result = await next();
  const outcome = result.ok ? 'done' : (asRefusal(result.error.cause)?.code ?? 'failed');
  await auditEnd(ctx.database.client, id, outcome);
  return result;
});

/** What an input is about: the first of its fields that names something. */
function subjectOf(input: unknown): string | null {
  if (typeof input !== 'object' || input === null) return null;
  for (const [name, value] of Object.entries(input)) {
    if (/^id$|Id$|^username$/.test(name) && typeof value === 'string') return keepable(value.slice(0, 200));
  }
  return null;
}

/** Without what PostgreSQL keeps in no text: strangers choose the input, and it is noted before it is checked. */
function keepable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '');
}

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

const declared = (meta: ProcedureMeta) => t.procedure.meta(meta).use(translateErrors).use(limitCalls).use(keepToRights);

/** For anyone. */
export function publicProcedure(policy: Policy) {
  return declared({ access: 'public', ...policy }).use(keepRecord);
}

/** For someone signed in; `ctx.principal` is theirs. */
export function citizenProcedure(policy: Policy) {
  return declared({ access: 'citizen', ...policy })
    .use(requireCitizen)
    .use(keepRecord);
}

/**
 * For what goes on being told to someone signed in, as a subscription. It ends within five seconds of its session,
 * wherever that was ended; a bearer, who has no session, gets none. Whatever it waits for, it waits with
 * `ctx.streamOver`, which says that nobody listens any longer.
 */
export function streamProcedure(policy: Policy) {
  return citizenProcedure({ ...policy, session: true }).use(endWithSession);
}

/**
 * For operators of the house in one of the roles; an admin may do everything. Whoever is none is told that there is
 * nothing here.
 */
export function operatorProcedure(roles: readonly OperatorRole[], policy: Policy) {
  return declared({ access: roles, ...policy })
    .use(requireOperator)
    .use(keepRecord);
}
