import { citizenById } from '#server/citizens/queries.ts';
import { notify } from '#server/citizens/notifications.ts';
import { partiesOf } from '#server/market/parties.ts';
import { blocksMax, storedPeopleWords } from '#server/market/people/people-schema.ts';
import type { BlockedView, BlockKind } from '#server/market/people/people-schema.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Clock } from '#server/platform/clock.ts';
import { Prisma, type Db, type Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';

/** Whether `by` blocked `citizenId`, who may then neither write to them, ask them, nor buy from them. */
export function isBlocked(db: Db, pair: { by: string; citizenId: string }): Promise<boolean> {
  return has(db, { ...pair, kinds: ['block'] });
}

/** Whether one of the two blocked the other. */
export async function isBlockedBetween(db: Db, [one, other]: readonly [string, string]): Promise<boolean> {
  const pairs = [
    { citizenId: one, blockedId: other },
    { citizenId: other, blockedId: one },
  ];
  return (await db.citizenBlock.count({ where: { kind: 'block', OR: pairs } })) > 0;
}

/** Whether `by` does not want to be told what `citizenId` does. Whoever is blocked is not heard either. */
export function isUnheard(db: Db, pair: { by: string; citizenId: string }): Promise<boolean> {
  return has(db, { ...pair, kinds: ['block', 'mute'] });
}

/** Of some sellers those who blocked a buyer. */
export async function closedTo(
  db: Db,
  { buyerId, among }: { buyerId: string; among: readonly string[] },
): Promise<ReadonlySet<string>> {
  if (among.length === 0) return new Set();
  const sellers = [...new Set(among)];
  const rows = await db.citizenBlock.findMany({
    where: { citizenId: { in: sellers }, blockedId: buyerId, kind: 'block' },
    take: sellers.length,
    select: { citizenId: true },
  });
  return new Set(rows.map(({ citizenId }) => citizenId));
}

/**
 * Of some citizens those from whom nobody brings `citizenId` news: they are blocked or muted by them, or blocked them and
 * do not sell to them.
 */
export async function strangersOf(
  db: Db,
  { citizenId, among }: { citizenId: string; among: readonly string[] },
): Promise<ReadonlySet<string>> {
  if (among.length === 0) return new Set();
  const others = [...new Set(among)];
  const rows = await db.citizenBlock.findMany({
    where: {
      OR: [
        { citizenId, blockedId: { in: others } },
        { citizenId: { in: others }, blockedId: citizenId, kind: 'block' },
      ],
    },
    take: 3 * others.length,
    select: { citizenId: true, blockedId: true },
  });
  return new Set(rows.map((row) => (row.citizenId === citizenId ? row.blockedId : row.citizenId)));
}

/** The same as a condition of SQL: whether news of `from` reach `reader`, both columns. */
export function hearsSql({ reader, from }: { reader: Prisma.Sql; from: Prisma.Sql }): Prisma.Sql {
  return Prisma.sql`
    NOT EXISTS (SELECT FROM citizen_block
                 WHERE (citizen_id = ${reader} AND blocked_id = ${from})
                    OR (citizen_id = ${from} AND blocked_id = ${reader} AND kind = 'block'))`;
}

/** `isBlocked` as a value of SQL. */
export function isBlockedSql({ by, citizenId }: { by: Prisma.Sql; citizenId: string }): Prisma.Sql {
  return Prisma.sql`
    EXISTS (SELECT FROM citizen_block
             WHERE citizen_id = ${by} AND blocked_id = ${citizenId}::uuid AND kind = 'block')`;
}

/** A buyer whom a seller blocked reads of it as if the seller sold to nobody. */
export function sellerUnavailable(): Error {
  return refuse('conflict', 'seller_unavailable', 'This seller does not sell to you.');
}

/**
 * Blocks or mutes a citizen, or takes it back. Doing it twice changes nothing.
 * Refuses `citizen_not_found`, `own_block`, `blocks_exhausted`.
 */
export async function setBlock(
  tx: Tx,
  input: { by: string; citizenId: string; kind: BlockKind; isOn: boolean; clock: Clock },
): Promise<void> {
  const { by, citizenId, kind, isOn, clock } = input;
  if (by === citizenId) throw refuse('invalid', 'own_block', 'You cannot block yourself.');
  const pair = { citizenId: by, blockedId: citizenId, kind };
  if (!isOn) {
    await tx.citizenBlock.deleteMany({ where: pair });
    return;
  }
  if ((await citizenById(tx, citizenId)) === null)
    throw refuse('not_found', 'citizen_not_found', 'There is no such citizen.');
  await lockName(tx, `market.blocks:${by}`);
  await tx.citizenBlock.createMany({ data: [{ ...pair, createdAt: clock.now() }], skipDuplicates: true });
  if ((await tx.citizenBlock.count({ where: { citizenId: by } })) > blocksMax)
    throw refuse('conflict', 'blocks_exhausted', 'You block as many citizens as one can.');
}

/** Everybody whom a citizen blocked or muted, the latest first. */
export async function blockedBy(db: Db, citizenId: string): Promise<BlockedView[]> {
  const rows = await db.citizenBlock.findMany({
    where: { citizenId },
    orderBy: [{ createdAt: 'desc' }, { blockedId: 'asc' }, { kind: 'asc' }],
    take: blocksMax,
    select: { blockedId: true, kind: true },
  });
  const parties = await partiesOf(
    db,
    rows.map(({ blockedId }) => blockedId),
  );
  const kinds = new Map<string, BlockKind[]>();
  for (const { blockedId, kind } of rows)
    kinds.set(blockedId, [...(kinds.get(blockedId) ?? []), storedPeopleWords.kind.parse(kind)]);
  return [...kinds].map(([blockedId, of]) => ({ citizen: parties(blockedId), kinds: of }));
}

/** Tells a citizen what another one did, unless they do not want to hear of them. */
export async function tell(
  tx: Tx,
  deps: Parameters<typeof notify>[1],
  input: Parameters<typeof notify>[2] & { from: string },
): Promise<void> {
  const { from, ...notice } = input;
  if (!(await isUnheard(tx, { by: notice.citizenId, citizenId: from }))) await notify(tx, deps, notice);
}

async function has(db: Db, input: { by: string; citizenId: string; kinds: BlockKind[] }): Promise<boolean> {
  const where = { citizenId: input.by, blockedId: input.citizenId, kind: { in: input.kinds } };
  return (await db.citizenBlock.count({ where })) > 0;
}
