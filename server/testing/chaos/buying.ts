import { fulfil, startTopUp } from '#server/payments/flows.ts';
import { enforceStanding } from '#server/payments/trust-enforcement.ts';
import { refreshTrustOf } from '#server/citizens/trust-flows.ts';
import type { EarnedLevel } from '#server/citizens/trust-rules.ts';
import { cards } from '../payments.ts';
import { assignTestLevel } from '../trust.ts';
import { formKey, type ChaosWorld } from './chaos-world.ts';
import type { PlannedSession } from './session-plan.ts';

/** A session that began, and whose it is. */
export interface BegunSession extends PlannedSession {
  citizenId: string;
  topUpId: string;
  sessionId: string;
}

const riskyCard = '4000000000004954';
const refundCards = ['4242424242424242', '4000000000007726', '4000000000005126'] as const;
const goodBank = '000123456789';
const closedBank = '000111111113';

/** A buyer opens a page and pays on it as the plan has it. */
export async function buy(world: ChaosWorld, planned: PlannedSession, citizenId: string): Promise<BegunSession> {
  const key = formKey();
  const { choice, fate } = planned;
  const { checkoutUrl, topUpId } = await world.insist('start', (deps) => startTopUp(deps, { citizenId, choice, key }));
  const sessionId = new URL(checkoutUrl).pathname.split('/').at(-1) ?? '';
  if (fate === 'over_limits') await setLevel(world, citizenId, 0);
  pay(world, planned, sessionId);
  if (planned.comesBack && fate !== 'abandoned') {
    await world.insist('page', (deps) => fulfil(deps, { sessionId, citizenId }));
  }
  return { ...planned, citizenId, topUpId, sessionId };
}

function pay(world: ChaosWorld, { fate, turn }: PlannedSession, session: string): void {
  const { sandbox } = world.bridge;
  const by = (card: string) => sandbox.control({ action: 'pay', session, card });
  switch (fate) {
    case 'abandoned':
      return;
    case 'bank_paid':
    case 'bank_failed':
      sandbox.control({ action: 'pay', session, bankAccount: fate === 'bank_paid' ? goodBank : closedBank });
      return;
    case 'declined_first':
      by(cards.decline);
      by(cards.success);
      return;
    case 'refunded':
      by(refundCards[turn % refundCards.length] ?? cards.success);
      return;
    case 'reviewed':
      by(riskyCard);
      return;
    case 'kept':
    case 'refunded_at_stripe':
    case 'disputed':
    case 'over_limits':
      by(cards.success);
  }
}

/** An operator sets a citizen's level, and the ledger's limits follow. */
export async function setLevel(world: ChaosWorld, citizenId: string, level: EarnedLevel): Promise<void> {
  const { database, clock } = world.deps;
  await database.inTransaction((tx) => assignTestLevel(tx, { citizenId, level, clock }));
  await refreshTrustOf(world.deps, { citizenId, enforce: enforceStanding });
}
