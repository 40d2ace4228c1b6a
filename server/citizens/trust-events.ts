import { Prisma, type Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import { writeAll, type Writes } from '#server/platform/together.ts';

/** What the domains above tell of. Their reference says what it is about, so that each is noted once. */
export const trustEventKinds = [
  'identity_verified',
  'factors_reset',
  'factor_removed',
  'payout_account',
  'new_card',
  'purchase',
  'purchase_refunded',
  'chargeback',
  'chargeback_settled',
  'sale',
  'sale_lost',
] as const;
export type TrustEventKind = (typeof trustEventKinds)[number];

export interface TrustEventInput {
  citizenId: string;
  kind: TrustEventKind;
  /** A card's fingerprint, an order, a top-up; a refund or chargeback names the top-up it is about. 1 to 200 characters. */
  reference: string;
  occurredAt: Date;
  ids: Ids;
}

/** What happens every day and raises nobody before the daily look; all else counts within a minute. */
const everyday: readonly TrustEventKind[] = ['purchase', 'sale'];

/**
 * Notes once what a citizen's trust is earned by or set back for, in the transaction in which it happens. What sets
 * back is put before the worker at once; whoever needs the level sooner calls `refreshTrust` afterwards.
 */
export async function noteTrustEvent(tx: Tx, input: TrustEventInput): Promise<void> {
  await writeAll(tx, trustEventWrites(input));
}

/** The same as one or two of several writes that are sent together. */
export function trustEventWrites({ ids, ...event }: TrustEventInput): Writes {
  const { citizenId, kind, reference, occurredAt } = event;
  const trusted = Prisma.sql`
    INSERT INTO trust_event (id, citizen_id, kind, reference, occurred_at)
    VALUES (${ids.uuid()}::uuid, ${citizenId}::uuid, ${kind}, ${reference}, ${occurredAt}::timestamptz)
        ON CONFLICT DO NOTHING
    RETURNING citizen_id`;
  if (everyday.includes(kind)) return { trusted };
  const refreshed = Prisma.sql`
    UPDATE citizen SET trust_refreshed_at = NULL FROM trusted WHERE citizen.id = trusted.citizen_id`;
  return { trusted, refreshed };
}

/** Asks the worker to compute a citizen's level anew within a minute. */
export async function markTrustDue(tx: Tx, citizenId: string): Promise<void> {
  await tx.citizen.updateMany({ where: { id: citizenId }, data: { trustRefreshedAt: null } });
}
