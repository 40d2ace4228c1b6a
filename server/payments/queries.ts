import { findAccount } from '#server/ledger/accounts.ts';
import { accountBalance, accountEntries } from '#server/ledger/queries.ts';
import { ducat, usd, type DucatMinor } from '#server/money/money.ts';
import type { Db, Prisma } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { packageIds } from './packages.ts';
import { topUpStates, type StatementEntry, type StatementPage, type TopUpView } from './schema.ts';
import type { TransferKind } from '#server/ledger/kinds.ts';

const topUpColumns = {
  id: true,
  citizenId: true,
  choice: true,
  priceMinor: true,
  feeMinor: true,
  taxMinor: true,
  totalMinor: true,
  baseMinor: true,
  bonusMinor: true,
  state: true,
  createdAt: true,
  creditedAt: true,
  quoteExpiresAt: true,
  waitReason: true,
  holdUntil: true,
} satisfies Prisma.TopUpSelect;

type TopUpRow = Prisma.TopUpGetPayload<{ select: typeof topUpColumns }>;

/** One top-up by Stripe's session, whoever it belongs to; null when there is none. */
export async function topUpBySession(db: Db, sessionId: string): Promise<(TopUpView & { citizenId: string }) | null> {
  const row = await db.topUp.findUnique({ where: { stripeSessionId: sessionId }, select: topUpColumns });
  return row === null ? null : { ...viewOf(row), citizenId: row.citizenId };
}

export async function topUpById(db: Db, id: string): Promise<TopUpView | null> {
  const row = await db.topUp.findUnique({ where: { id }, select: topUpColumns });
  return row === null ? null : viewOf(row);
}

/** One top-up for its buyer. Refuses `top_up_not_found`, also when it is somebody else's. */
export async function ownTopUp(db: Db, input: { topUpId: string; citizenId: string }): Promise<TopUpView> {
  const row = await db.topUp.findUnique({ where: { id: input.topUpId }, select: topUpColumns });
  if (row?.citizenId !== input.citizenId) throw refuse('not_found', 'top_up_not_found', 'There is no such top-up.');
  return viewOf(row);
}

/** The citizen's top-ups, newest first. The cursor is the last id of the page before. */
export async function topUpsOf(
  db: Db,
  input: { citizenId: string; cursor?: string | null | undefined; limit: number },
): Promise<{ topUps: TopUpView[]; nextCursor: string | null }> {
  const { citizenId, cursor, limit } = input;
  const rows = await db.topUp.findMany({
    // Ids are made in order of time, so they order and page by themselves.
    where: { citizenId, ...(cursor === null || cursor === undefined ? {} : { id: { lt: cursor } }) },
    orderBy: { id: 'desc' },
    take: limit + 1,
    select: topUpColumns,
  });
  const shown = rows.slice(0, limit);
  return { topUps: shown.map(viewOf), nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

function viewOf(row: TopUpRow): TopUpView {
  return {
    id: row.id,
    choice: packageIds.find((id) => id === row.choice) ?? 'custom',
    priceMinor: usd(row.priceMinor),
    feeMinor: usd(row.feeMinor),
    taxMinor: usd(row.taxMinor),
    totalMinor: usd(row.totalMinor),
    baseMinor: ducat(row.baseMinor),
    bonusMinor: ducat(row.bonusMinor),
    state: topUpStates.find((state) => state === row.state) ?? 'failed',
    createdAt: row.createdAt,
    creditedAt: row.creditedAt,
    quoteExpiresAt: row.quoteExpiresAt,
    waitReason: row.waitReason as TopUpView['waitReason'],
    holdUntil: row.holdUntil,
  };
}

export interface WalletSummary {
  balanceMinor: DucatMinor;
  reservedMinor: DucatMinor;
  availableMinor: DucatMinor;
}

/** What the citizen holds; zero when nothing ever came in. */
export async function walletSummary(db: Db, citizenId: string): Promise<WalletSummary> {
  const accountId = await findAccount(db, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' });
  if (accountId === null) return { balanceMinor: ducat(0n), reservedMinor: ducat(0n), availableMinor: ducat(0n) };
  const { balanceMinor, reservedMinor, availableMinor } = await accountBalance(db, accountId);
  return {
    balanceMinor: ducat(balanceMinor),
    reservedMinor: ducat(reservedMinor),
    availableMinor: ducat(availableMinor),
  };
}

export interface StatementQuery {
  citizenId: string;
  kinds?: TransferKind[] | undefined;
  /** Inclusive. */
  from?: Date | undefined;
  /** Exclusive. */
  to?: Date | undefined;
  cursor?: bigint | null | undefined;
  limit: number;
}

/** One page of the wallet's entries, newest first. */
export async function walletStatement(db: Db, query: StatementQuery): Promise<StatementPage> {
  const accountId = await findAccount(db, { owner: query.citizenId, kind: 'wallet', asset: 'DUCAT' });
  if (accountId === null) return { entries: [], nextCursor: null };
  const { entries, nextCursor } = await accountEntries(db, {
    accountId,
    limit: query.limit,
    ...(query.kinds === undefined || query.kinds.length === 0 ? {} : { kinds: query.kinds }),
    ...(query.from === undefined ? {} : { from: query.from }),
    ...(query.to === undefined ? {} : { to: query.to }),
    ...(query.cursor === undefined || query.cursor === null ? {} : { before: query.cursor }),
  });
  return { entries: entries.map(entryOf), nextCursor };
}

type LedgerEntry = Awaited<ReturnType<typeof accountEntries>>['entries'][number];

function entryOf(entry: LedgerEntry): StatementEntry {
  return {
    version: entry.version,
    transferId: entry.transferId,
    kind: entry.kind,
    reference: entry.reference,
    amountMinor: ducat(entry.amountMinor),
    balanceAfterMinor: ducat(entry.balanceAfterMinor),
    bookedAt: entry.bookedAt,
  };
}
