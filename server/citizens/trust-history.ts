import type { Db } from '#server/platform/db.ts';
import type { TrustEventKind } from './trust-events.ts';
import { contractOf } from './trust-facts.ts';
import type { TrustLevel, TrustLimits } from './trust-rules.ts';

const shownMax = 50;

export interface TrustDecision {
  id: string;
  /** Null took the decisions before it back. */
  level: TrustLevel | null;
  contract: TrustLimits | null;
  reason: string;
  /** Null for the house itself. */
  decidedBy: string | null;
  decidedAt: Date;
}

export interface TrustHistory {
  assignments: TrustDecision[];
  events: { id: string; kind: TrustEventKind; reference: string; occurredAt: Date }[];
}

/** The latest 50 decisions about a citizen and the latest 50 events that were noted, the newest first. */
export async function trustHistory(db: Db, citizenId: string): Promise<TrustHistory> {
  const decisions = await db.trustAssignment.findMany({
    where: { citizenId },
    orderBy: [{ decidedAt: 'desc' }, { id: 'desc' }],
    take: shownMax,
    select: { id: true, level: true, contract: true, reason: true, decidedBy: true, decidedAt: true },
  });
  const events = await db.trustEvent.findMany({
    where: { citizenId },
    orderBy: [{ occurredAt: 'desc' }, { id: 'desc' }],
    take: shownMax,
    select: { id: true, kind: true, reference: true, occurredAt: true },
  });
  return {
    assignments: decisions.map(({ level, contract, ...row }) => ({
      ...row,
      level: level as TrustLevel | null,
      contract: contractOf(contract),
    })),
    events: events.map(({ kind, ...row }) => ({ ...row, kind: kind as TrustEventKind })),
  };
}
