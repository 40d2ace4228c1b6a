import { ledgerTime } from '#server/ledger/feed.ts';
import { Prisma, type Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { LotSource } from './lots.ts';
import { invalidateDecided, lockProjection } from './project.ts';
import { lotSource, takeRule, type TakeRule } from './schema.ts';

/**
 * What the ledger does not say about units, written in the transaction of the posting it belongs to and before it. Nothing
 * here is ever changed.
 */

/** What the units of a transfer are from then on. */
export interface LotFacts {
  transferId: string;
  /**
   * `earned` says that it is a sale: each source keeps its colour, so what granted ducats paid stays granted, and the
   * hold is at least that of the source.
   */
  kind: 'bought' | 'granted' | 'earned';
  source: LotSource;
  /** Null: not held. */
  holdUntil: Date | null;
  /** Null: never expires. Of an earning it is that of what paid. */
  expiresAt: Date | null;
}

/** Says what the units of transfers become. Saying it again, also otherwise, changes nothing: the first word counts. */
export async function noteLotFacts(tx: Tx, facts: readonly LotFacts[]): Promise<void> {
  if (facts.length > 0) await tx.$executeRaw(lotFactsSql(facts));
}

/** The same as one of several writes that are sent together. */
export function lotFactsSql(facts: readonly LotFacts[]): Prisma.Sql {
  const rows = facts.map(({ source, ...fact }) => ({ ...fact, ...lotSource.parse(source) }));
  return Prisma.sql`
    INSERT INTO lot_note (transfer_id, kind, source_type, source_id, hold_until, expires_at)
    SELECT fact."transferId", fact.kind, fact.type, fact.id, fact."holdUntil", fact."expiresAt"
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
           AS fact ("transferId" uuid, kind text, type text, id text, "holdUntil" timestamptz, "expiresAt" timestamptz)
        ON CONFLICT DO NOTHING`;
}

/**
 * Says which units a transfer takes. The caller has looked at the lots and knows that they are there
 * (`projectAccounts`, then a condition on the version): where they are not, the order of spending fills up, and a defect
 * says so for good. The first word counts.
 */
export async function noteTake(tx: Tx, { transferId, rule }: { transferId: string; rule: TakeRule }): Promise<void> {
  await tx.lotTake.createMany({ data: [{ transferId, rule: takeRule.parse(rule) }], skipDuplicates: true });
}

export type HoldChange = {
  /** 1 to 500 characters, kept for good. */
  reason: string;
  /** When it was decided, by the caller's clock: for people. What it counts for follows from the ledger's time. */
  at: Date;
  ids: Ids;
} & ({ source: LotSource } | { accountId: bigint }) &
  (
    | { holdUntil: Date }
    /** Sets the hold anew, also to an earlier time, or to none: an operator's decision. */
    | { holdUntil: Date | null; isLift: true }
  );

/**
 * Prolongs the hold of a source's lots wherever they are by then, and of what was earned with them and is still held; or
 * lifts it. Or holds whatever an account holds, beside the lots' own holds, until its next such word. It counts for
 * everything that is booked from now on, so it waits for a projector that is at work, and is part of the caller's
 * transaction.
 */
export async function noteHold(tx: Tx, change: HoldChange): Promise<void> {
  await lockProjection(tx);
  await invalidateDecided(tx);
  const { reason, at, ids, holdUntil } = change;
  const isLift = 'isLift' in change;
  const target = 'source' in change ? lotSource.parse(change.source) : null;
  const accountId = 'accountId' in change ? change.accountId : null;
  invariant(reason.length >= 1 && reason.length <= 500, 'a hold has a reason of 1 to 500 characters');
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO lot_hold (id, source_type, source_id, account_id, hold_until, is_lift, reason, noted_at, effective_at)
    SELECT ${ids.uuid()}::uuid, ${target?.type ?? null}::text, ${target?.id ?? null}::text, ${accountId}::bigint,
           ${holdUntil}::timestamptz, ${isLift}, ${reason}, ${at}::timestamptz,
           greatest(p.last_time + interval '1 microsecond',
                    'epoch'::timestamptz + ${await ledgerTime(tx)}::bigint * interval '1 microsecond')
    FROM lot_projection p`);
}
