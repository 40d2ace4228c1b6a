import type { TrustLimits } from '#server/citizens/trust-rules.ts';
import { trustStanding } from '#server/citizens/trust.ts';
import { findAccount } from '#server/ledger/accounts.ts';
import { velocityLimits } from '#server/ledger/limits.ts';
import { accountBalance } from '#server/ledger/queries.ts';
import { createdCursor, cutPage, newestFirst, olderThan, type PageInput } from '#server/market/cursors.ts';
import { partiesOf } from '#server/market/parties.ts';
import { assertMaySend, assertWithinRoom, leavingParts } from '#server/market/peer-transfers/peer-transfer-rules.ts';
import type {
  PeerTransferDirection,
  PeerTransferView,
  SendingPreview,
  SendRoom,
} from '#server/market/peer-transfers/peer-transfer-schema.ts';
import type { Page } from '#server/market/schema.ts';
import { ducat, type DucatMinor } from '#server/money/money.ts';
import { openDebt } from '#server/payments/disputes/debts.ts';
import { countedSending, leftWithin } from '#server/payments/trust-enforcement.ts';
import type { Db, Prisma } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { lotsOf } from '#server/provenance/queries.ts';

/** How much a citizen may still send: what their wallet has, and what the limits leave of a day and a month. */
export async function sendRoom(
  db: Db,
  { citizenId, limits }: { citizenId: string; limits: TrustLimits },
): Promise<Pick<SendRoom, 'dayLeftMinor' | 'monthLeftMinor'>> {
  const uses = await velocityLimits(db, citizenId);
  const left = (period: '24_hours' | '30_days') =>
    leftWithin({ limits, cashOutFrom: null }, uses, { ...countedSending, period });
  return { dayLeftMinor: left('24_hours'), monthLeftMinor: left('30_days') };
}

/** The same with what is in the wallet, for the form. */
export async function ownSendRoom(db: Db, { citizenId, now }: { citizenId: string; now: Date }): Promise<SendRoom> {
  const { limits } = await trustStanding(db, { citizenId, now });
  return { ...(await sendRoom(db, { citizenId, limits })), availableMinor: await availableOf(db, citizenId) };
}

/**
 * What a sending would do, before it is confirmed; it refuses what the sending itself would refuse at this moment:
 * `trust_frozen`, `send_not_before`, `debt_before_sending`, `send_limit`, `insufficient_funds`.
 */
export async function previewSending(
  db: Db,
  wish: { senderId: string; recipientId: string; amountMinor: bigint; now: Date },
): Promise<SendingPreview> {
  const { senderId, recipientId, amountMinor, now } = wish;
  const standing = await trustStanding(db, { citizenId: senderId, now });
  assertMaySend({ standing, openDebtMinor: await openDebt(db, senderId) });
  assertWithinRoom(amountMinor, await sendRoom(db, { citizenId: senderId, limits: standing.limits }));
  const availableMinor = await availableOf(db, senderId);
  if (availableMinor < amountMinor)
    throw refuse('conflict', 'insufficient_funds', 'There are not enough ducats in your wallet.');
  const accountId = await findAccount(db, { owner: senderId, kind: 'wallet', asset: 'DUCAT' });
  const lots = accountId === null ? [] : await lotsOf(db, accountId, { at: now });
  const parties = await partiesOf(db, [recipientId]);
  return {
    recipient: parties(recipientId),
    amountMinor: ducat(amountMinor),
    availableMinor,
    remainingMinor: ducat(availableMinor - amountMinor),
    leaving: leavingParts(lots, amountMinor),
  };
}

async function availableOf(db: Db, citizenId: string): Promise<DucatMinor> {
  const accountId = await findAccount(db, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' });
  return ducat(accountId === null ? 0n : (await accountBalance(db, accountId)).availableMinor);
}

const selected = {
  id: true,
  senderId: true,
  recipientId: true,
  amountMinor: true,
  note: true,
  requestId: true,
  createdAt: true,
} satisfies Prisma.PeerTransferSelect;

type PeerTransferRow = Prisma.PeerTransferGetPayload<{ select: typeof selected }>;
type Parties = Awaited<ReturnType<typeof partiesOf>>;

/** One sending, for its two parties. Refuses `peer_transfer_not_found`, also for everybody else. */
export async function peerTransferForParty(
  db: Db,
  { peerTransferId, citizenId }: { peerTransferId: string; citizenId: string },
): Promise<PeerTransferView> {
  const row = await db.peerTransfer.findFirst({
    where: { id: peerTransferId, OR: [{ senderId: citizenId }, { recipientId: citizenId }] },
    select: selected,
  });
  if (row === null) throw refuse('not_found', 'peer_transfer_not_found', 'There is no such receipt.');
  return viewOf(row, { parties: await partiesOf(db, [row.senderId, row.recipientId]), citizenId });
}

/** What a citizen sent or received, newest first. Refuses: `invalid_cursor`. */
export async function peerTransfersOf(
  db: Db,
  input: PageInput & { citizenId: string; direction: PeerTransferDirection },
): Promise<Page<PeerTransferView>> {
  const { citizenId, direction, cursor, limit } = input;
  const own = direction === 'sent' ? { senderId: citizenId } : { recipientId: citizenId };
  const rows = await db.peerTransfer.findMany({
    where: { ...own, ...olderThan(cursor) },
    orderBy: newestFirst,
    take: limit + 1,
    select: selected,
  });
  const page = cutPage(rows, { limit, cursorOf: createdCursor });
  const parties = await partiesOf(
    db,
    page.items.flatMap((row) => [row.senderId, row.recipientId]),
  );
  return { items: page.items.map((row) => viewOf(row, { parties, citizenId })), nextCursor: page.nextCursor };
}

function viewOf(
  { senderId, recipientId, amountMinor, ...row }: PeerTransferRow,
  { parties, citizenId }: { parties: Parties; citizenId: string },
): PeerTransferView {
  return {
    ...row,
    direction: senderId === citizenId ? 'sent' : 'received',
    sender: parties(senderId),
    recipient: parties(recipientId),
    amountMinor: ducat(amountMinor),
  };
}
