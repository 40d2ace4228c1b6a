import { DomainError, refuse } from './errors.ts';
import type { OperatorRole, Principal } from './session.ts';

/** How long a proof counts as fresh. */
export const freshProofMs = 5 * 60_000;

/** Whether a citizen signed in but still owes the second factor they set up. A bearer's token answers for itself. */
export function owesSecondFactor(principal: Principal): boolean {
  return principal.sessionId !== null && principal.hasSecondFactor && principal.secondFactorAt === null;
}

/** Whether what is reserved for operators is open: one without a proven second factor is a citizen like any other. */
export function actsAsOperator(principal: Principal): boolean {
  return principal.operatorRole !== null && principal.hasSecondFactor && principal.secondFactorAt !== null;
}

/** Refuses `second_factor_required` (forbidden). */
export function assertSecondFactorGiven(principal: Principal): void {
  if (owesSecondFactor(principal)) throw secondFactorRequired();
}

/**
 * Lets in operators of one of the roles, and admins, whose session proved a second factor.
 * Refuses `operators_only`, `operator_role_required`, `factor_missing`, `second_factor_required` (all forbidden).
 */
export function assertOperator(principal: Principal, roles: readonly OperatorRole[]): void {
  const { operatorRole } = principal;
  if (operatorRole === null) throw refuse('forbidden', 'operators_only', 'This is for operators.');
  if (operatorRole !== 'admin' && !roles.includes(operatorRole)) {
    throw refuse('forbidden', 'operator_role_required', 'This is for operators of another role.');
  }
  if (!principal.hasSecondFactor) throw factorMissing();
  if (principal.secondFactorAt === null) throw secondFactorRequired();
}

/**
 * Demands a proof of the last five minutes. Whoever has a second factor proves with it, so that a stolen sign-in alone
 * cannot take it away. Refuses `factor_missing` and `step_up_required` (both forbidden).
 */
export function assertFreshProof(principal: Principal, demand: { proof: 'fresh' | 'fresh_factor'; now: Date }): void {
  if (demand.proof === 'fresh_factor' && !principal.hasSecondFactor) throw factorMissing();
  const provedAt = principal.hasSecondFactor ? principal.secondFactorAt : principal.provedAt;
  if (provedAt !== null && demand.now.getTime() - provedAt.getTime() <= freshProofMs) return;
  throw new DomainError({
    kind: 'forbidden',
    code: 'step_up_required',
    message: 'Please confirm that it is you.',
    details: { secondFactor: principal.hasSecondFactor },
  });
}

/** Refuses `session_required` (forbidden) to whoever comes with a token or a credential. */
export function assertSession(principal: Principal): void {
  if (principal.sessionId === null) throw refuse('forbidden', 'session_required', 'This needs a signed-in browser.');
}

/** Keeps a credential that may only look from changing anything. Refuses `credential_read_only` (forbidden). */
export function assertMayChange(principal: Principal | null): void {
  if (principal?.credentialRights === 'read')
    throw refuse('forbidden', 'credential_read_only', 'This credential may only read.');
}

function secondFactorRequired(): DomainError {
  return refuse('forbidden', 'second_factor_required', 'Please finish signing in with your second factor.');
}

function factorMissing(): DomainError {
  return refuse('forbidden', 'factor_missing', 'Please set up a second factor first.');
}
