import { randomUUID } from 'node:crypto';
import type { Principal } from '#server/platform/session.ts';

/** Someone signed in a moment ago; an operator is an admin who has given a second factor. */
export function testPrincipal(facts: Partial<Principal> = {}): Principal {
  const isOperator = facts.role === 'operator';
  const now = new Date();
  return {
    citizenId: randomUUID(),
    username: 'somebody',
    displayName: 'Somebody',
    tier: 'participant',
    role: 'citizen',
    operatorRole: isOperator ? 'admin' : null,
    hasSecondFactor: isOperator,
    sessionId: randomUUID(),
    provedAt: now,
    secondFactorAt: isOperator ? now : null,
    credentialRights: null,
    ...facts,
  };
}
