import { randomUUID } from 'node:crypto';
import type { AnyRouter } from '@trpc/server';
import { TRPCError } from '@trpc/server';
import { beforeAll, describe, expect, it } from 'vitest';
import { asRefusal } from '#server/platform/errors.ts';
import { limitClasses, type LimitClassName } from '#server/platform/rate-limit-classes.ts';
import type { CredentialRights, OperatorRole, Principal } from '#server/platform/session.ts';
import { router } from '#server/platform/trpc.ts';
import type { ProcedureMeta } from '#server/platform/trpc.ts';
import { testContext } from '#server/testing/context.ts';
import { testMarket, type TestMarket } from '#server/testing/market.ts';
import { plainProcedure, procedureTable, type ProcedureRow } from '#server/testing/procedures.ts';
import { testPrincipal } from '#server/testing/principal.ts';
import { appRouter, createCaller } from './root.ts';

/** What is wrong with how a router's procedures declare themselves; empty when nothing is. */
function undeclared(candidate: AnyRouter): string[] {
  return procedureTable(candidate).flatMap(({ path, type, meta }) => {
    const problems: string[] = [];
    if (meta === undefined) return [`${path} declares nothing`];
    if (meta.access !== 'public' && meta.access !== 'citizen' && meta.access.length === 0) problems.push('no role');
    if (Array.isArray(meta.access) && type === 'mutation' && !meta.audited) problems.push('an unaudited operator');
    if (meta.proof !== undefined && !meta.audited) problems.push('an unaudited step-up');
    if (type === 'mutation' && meta.limit === 'read') problems.push('a write limited as a read');
    if (meta.access === 'public' && meta.proof !== undefined) problems.push('a proof of nobody');
    return problems.map((problem) => `${path}: ${problem}`);
  });
}

describe('every procedure', () => {
  it('declares who may call it, its limit and whether it is audited', () => {
    expect(procedureTable(appRouter).length).toBeGreaterThan(30);
    expect(undeclared(appRouter)).toEqual([]);
  });

  it('is counted by one of the limits, each of which counts something: files have doors of their own', () => {
    const used = new Set(procedureTable(appRouter).map(({ meta }) => meta?.limit));
    expect(Object.keys(limitClasses).filter((name) => !used.has(name as LimitClassName))).toEqual(['statement']);
    const writing = procedureTable(appRouter).filter(({ path }) => /\.(setEmail|resend)$/.test(path));
    expect(writing.map(({ meta }) => meta?.limit)).toEqual(['mail', 'mail']);
  });

  it('would be missed here if it did not', () => {
    expect(undeclared(router({ nested: router({ forgotten: plainProcedure() }) }))).toEqual([
      'nested.forgotten declares nothing',
    ]);
  });
});

const secondFactor = { hasSecondFactor: true, secondFactorAt: new Date() };
const operator = (operatorRole: OperatorRole) => testPrincipal({ role: 'operator', operatorRole });

/** Whoever holds one has a second factor, and none of it is proved by it. */
const credential = (credentialRights: CredentialRights) =>
  testPrincipal({ hasSecondFactor: true, sessionId: null, provedAt: null, secondFactorAt: null, credentialRights });

/** Everybody who could stand before a procedure. */
const visitors: readonly (readonly [string, Principal | null])[] = [
  ['nobody', null],
  ['a citizen', testPrincipal()],
  ['a citizen who owes the second factor', testPrincipal({ ...secondFactor, secondFactorAt: null })],
  ['a bearer', testPrincipal({ sessionId: null, provedAt: null })],
  ['a credential that may read', credential('read')],
  ['a credential that may change things', credential('read_write')],
  ['support', operator('support')],
  ['finance', operator('finance')],
  ['an admin', operator('admin')],
  ['an admin without a second factor', testPrincipal({ role: 'operator', hasSecondFactor: false })],
  ['an admin who owes the second factor', { ...operator('admin'), secondFactorAt: null }],
  ['an admin whose proof is old', { ...operator('admin'), provedAt: new Date(0), secondFactorAt: new Date(0) }],
];

const accessCodes = new Set([
  'sign_in_required',
  'second_factor_required',
  'operators_only',
  'operator_role_required',
  'factor_missing',
  'step_up_required',
  'session_required',
  'credential_read_only',
]);

type ExpectedOf = Pick<ProcedureRow, 'type'> & { meta: ProcedureMeta };

/** What the declared policy must answer, or null when the call may go on. Written anew, not asked of the product. */
function expectedRefusal({ meta, type }: ExpectedOf, visitor: Principal | null): string | null {
  if (visitor?.credentialRights === 'read' && type === 'mutation') return 'credential_read_only';
  if (meta.access === 'public') return null;
  if (visitor === null) return 'sign_in_required';
  if (meta.access === 'citizen') {
    if ((meta.session === true || type === 'subscription') && visitor.sessionId === null) return 'session_required';
    const owes = visitor.sessionId !== null && visitor.hasSecondFactor && visitor.secondFactorAt === null;
    if (owes && meta.beforeSecondFactor !== true) return 'second_factor_required';
  } else {
    if (visitor.operatorRole === null) return 'operators_only';
    if (visitor.operatorRole !== 'admin' && !meta.access.includes(visitor.operatorRole))
      return 'operator_role_required';
    if (!visitor.hasSecondFactor) return 'factor_missing';
    if (visitor.secondFactorAt === null) return 'second_factor_required';
  }
  if (meta.proof === undefined) return null;
  if (meta.proof === 'fresh_factor' && !visitor.hasSecondFactor) return 'factor_missing';
  const proved = visitor.hasSecondFactor ? visitor.secondFactorAt : visitor.provedAt;
  return proved !== null && Date.now() - proved.getTime() <= 300_000 ? null : 'step_up_required';
}

/** Factors, sessions, credentials, what moves money out or ends the account, and every desk of the house. */
const forBrowsers =
  /^(security\.|credentials\.|session\.(?!current$)|cashOuts\.(request|startOnboarding|syncAccount)$|account\.(close|prepareData)$|contact\.(set|remove)Email$|operator\.)/;

describe('the matrix of roles and procedures', () => {
  let market: TestMarket;
  const ownId = randomUUID();
  beforeAll(async () => {
    market = await testMarket();
  });

  /** The code of an access refusal, or null; what the procedure itself says of the missing input does not matter. */
  async function accessRefusal(path: string, visitor: Principal | null): Promise<string | null> {
    const principal = visitor === null ? null : { ...visitor, citizenId: ownId };
    const caller: unknown = createCaller(testContext(market, principal));
    const call = path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], caller);
    try {
      await (call as (input: unknown) => Promise<unknown>)(undefined);
      return null;
    } catch (error) {
      const code = error instanceof TRPCError ? asRefusal(error.cause)?.code : undefined;
      return code !== undefined && accessCodes.has(code) ? code : null;
    }
  }

  it.each(visitors)('holds for %s at every procedure', async (_, visitor) => {
    const [actual, expected]: [string[], string[]] = [[], []];
    for (const { path, type, meta } of procedureTable(appRouter)) {
      if (meta === undefined) throw new Error(`${path} declares nothing`);
      actual.push(`${path}: ${String(await accessRefusal(path, visitor))}`);
      expected.push(`${path}: ${String(expectedRefusal({ type, meta }, visitor))}`);
    }
    expect(actual).toEqual(expected);
  });

  it('keeps from every credential and token what is for browsers and operators, by name and not by what is declared', async () => {
    const reached: string[] = [];
    const kept = procedureTable(appRouter).filter(({ path }) => forBrowsers.test(path));
    for (const visitor of [credential('read_write'), testPrincipal({ sessionId: null, provedAt: null })])
      for (const { path } of kept) if ((await accessRefusal(path, visitor)) === null) reached.push(path);
    expect(kept.length).toBeGreaterThan(60);
    expect(reached).toEqual([]);
  });
});
