import { createHash } from 'node:crypto';
import type { SandboxCitizen } from './citizens-data.ts';

export interface Relationship {
  id: string;
  citizen1: string;
  citizen2: string;
  strengthScore: number;
  trustScore: number;
  tier: string;
  status: string;
  lastInteraction: string;
}

/** One undirected record per pair that knows each other (about a third of all pairs), strongest first. */
export function relationships(citizens: readonly SandboxCitizen[]): Relationship[] {
  const names = citizens.map((citizen) => citizen.username).sort();
  const pairs = names.flatMap((citizen1, index) =>
    names.slice(index + 1).map((citizen2) => pairOf(citizen1, citizen2)),
  );
  return pairs
    .filter((pair) => pair !== null)
    .sort((a, b) => b.strengthScore - a.strengthScore || a.id.localeCompare(b.id));
}

export function relationshipBetween(
  citizens: readonly SandboxCitizen[],
  pair: { citizen1: string; citizen2: string },
): Relationship | null {
  const wanted = [pair.citizen1, pair.citizen2].sort().join(' ');
  return relationships(citizens).find((each) => `${each.citizen1} ${each.citizen2}` === wanted) ?? null;
}

export function strongestOf(citizens: readonly SandboxCitizen[], username: string, limit: number) {
  return relationships(citizens)
    .filter((each) => each.citizen1 === username || each.citizen2 === username)
    .slice(0, limit)
    .map((each) => ({
      citizen: each.citizen1 === username ? each.citizen2 : each.citizen1,
      trustScore: each.trustScore,
      strengthScore: each.strengthScore,
    }));
}

/** With no citizens given it answers the sample figures that the real endpoint shows on any error. */
export function economy(citizens: readonly SandboxCitizen[]) {
  const totalDucats = citizens.reduce((sum, citizen) => sum + citizen.ducats, 0);
  if (citizens.length === 0) return { success: true, totalDucats: 1_000_000, activeCitizens: 150, transactions: 42 };
  return { success: true, totalDucats, activeCitizens: citizens.length, transactions: citizens.length * 7 };
}

function pairOf(citizen1: string, citizen2: string): Relationship | null {
  const digest = createHash('sha256').update(`${citizen1} ${citizen2}`).digest();
  if (digest.readUInt8(0) > 85) return null;
  const strengthScore = digest.readUInt8(1) % 101;
  return {
    id: `rel_${digest.toString('hex').slice(0, 14)}`,
    citizen1,
    citizen2,
    strengthScore,
    trustScore: digest.readUInt8(2) % 101,
    tier: strengthScore > 66 ? 'Close' : 'Acquaintance',
    status: 'Active',
    lastInteraction: '2026-10-30T17:00:00.000Z',
  };
}
