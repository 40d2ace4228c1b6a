import type { TopUpChoice } from '#server/payments/schema.ts';
import type { Random } from '../proofs/random.ts';

/** What becomes of a session, apart from being paid. */
export type Fate =
  | 'kept'
  | 'bank_paid'
  | 'bank_failed'
  | 'declined_first'
  | 'abandoned'
  | 'refunded'
  | 'refunded_at_stripe'
  | 'disputed'
  | 'over_limits'
  | 'reviewed';

export interface PlannedSession {
  fate: Fate;
  /** Which of the sessions of this fate, from 0: what alternates goes by it. */
  turn: number;
  /** Which buyer; those of fates that change where a buyer stands have a buyer of their own. */
  buyer: number;
  choice: TopUpChoice;
  /** Whether the buyer's browser comes back from Stripe's page. */
  comesBack: boolean;
}

/** Of a thousand sessions, and at least so many. */
const shares: readonly [Fate, { perMille: number; least: number }][] = [
  ['bank_failed', { perMille: 50, least: 2 }],
  ['refunded', { perMille: 30, least: 3 }],
  ['disputed', { perMille: 20, least: 2 }],
  ['over_limits', { perMille: 20, least: 2 }],
  ['bank_paid', { perMille: 30, least: 1 }],
  ['declined_first', { perMille: 20, least: 1 }],
  ['abandoned', { perMille: 20, least: 2 }],
  ['refunded_at_stripe', { perMille: 10, least: 1 }],
  ['reviewed', { perMille: 10, least: 2 }],
];

/** Fates whose buyers have nothing else at the same time, so that what happens to one is known. */
const alone: readonly Fate[] = ['disputed', 'over_limits', 'refunded'];
const sessionsPerBuyer = 4;

/** The sessions of a run, in the order in which they begin. */
export function planSessions(count: number, random: Random): PlannedSession[] {
  const fates: Fate[] = shares.flatMap(([fate, { perMille, least }]) =>
    Array.from({ length: Math.max(least, Math.ceil((count * perMille) / 1_000)) }, () => fate),
  );
  while (fates.length < count) fates.push('kept');
  const turns = new Map<Fate, number>();
  const sharedBuyers = Math.max(1, Math.floor(count / sessionsPerBuyer));
  let ownBuyer = sharedBuyers;
  const planned = fates.map((fate): PlannedSession => {
    const turn = turns.get(fate) ?? 0;
    turns.set(fate, turn + 1);
    const buyer = alone.includes(fate) ? ownBuyer++ : random.below(sharedBuyers);
    return { fate, turn, buyer, choice: choiceOf(fate, random), comesBack: random.below(2) === 0 };
  });
  return shuffled(planned, random);
}

function choiceOf(fate: Fate, random: Random): TopUpChoice {
  if (alone.includes(fate))
    return random.pick([trader, { kind: 'custom', priceMinor: BigInt(6_001 + random.below(9_000)) }]);
  const custom: TopUpChoice = { kind: 'custom', priceMinor: BigInt(1_000 + random.below(19_000)) };
  return random.pick([
    { kind: 'package', packageId: 'starter' },
    { kind: 'package', packageId: 'explorer' },
    trader,
    custom,
  ]);
}

const trader: TopUpChoice = { kind: 'package', packageId: 'trader' };

export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const drawn = items.map((item) => ({ item, place: random.below(2 ** 30) }));
  return drawn.sort((left, right) => left.place - right.place).map(({ item }) => item);
}
