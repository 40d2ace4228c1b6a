import { createdCursor, cutPage, newestFirst, olderThan, type PageInput } from '#server/market/cursors.ts';
import { partiesOf } from '#server/market/parties.ts';
import {
  ducatRequestState,
  type DucatRequestSide,
  type DucatRequestView,
} from '#server/market/peer-transfers/ducat-request-schema.ts';
import { requestNotFound } from '#server/market/peer-transfers/ducat-requests.ts';
import { shownState } from '#server/market/peer-transfers/peer-transfer-rules.ts';
import type { Page } from '#server/market/schema.ts';
import { ducat } from '#server/money/money.ts';
import type { Db, Prisma } from '#server/platform/db.ts';

const selected = {
  id: true,
  askerId: true,
  payerId: true,
  amountMinor: true,
  note: true,
  state: true,
  createdAt: true,
  expiresAt: true,
  closedAt: true,
  transfer: { select: { id: true } },
} satisfies Prisma.DucatRequestSelect;

type DucatRequestRow = Prisma.DucatRequestGetPayload<{ select: typeof selected }>;
type Parties = Awaited<ReturnType<typeof partiesOf>>;

interface Reading {
  citizenId: string;
  now: Date;
}

/** One request, for its two sides. Refuses `request_not_found`, also for everybody else. */
export async function ducatRequestForParty(
  db: Db,
  { requestId, citizenId, now }: Reading & { requestId: string },
): Promise<DucatRequestView> {
  const row = await db.ducatRequest.findFirst({
    where: { id: requestId, OR: [{ askerId: citizenId }, { payerId: citizenId }] },
    select: selected,
  });
  if (row === null) throw requestNotFound();
  return viewOf(row, { parties: await partiesOf(db, [row.askerId, row.payerId]), citizenId, now });
}

/** Requests that a citizen made or received, newest first. Refuses: `invalid_cursor`. */
export async function ducatRequestsOf(
  db: Db,
  input: PageInput & Reading & { side: DucatRequestSide },
): Promise<Page<DucatRequestView>> {
  const { citizenId, now, side, cursor, limit } = input;
  const own = side === 'asked' ? { askerId: citizenId } : { payerId: citizenId };
  const rows = await db.ducatRequest.findMany({
    where: { ...own, ...olderThan(cursor) },
    orderBy: newestFirst,
    take: limit + 1,
    select: selected,
  });
  const page = cutPage(rows, { limit, cursorOf: createdCursor });
  const parties = await partiesOf(
    db,
    page.items.flatMap((row) => [row.askerId, row.payerId]),
  );
  return { items: page.items.map((row) => viewOf(row, { parties, citizenId, now })), nextCursor: page.nextCursor };
}

/** How many requests wait for a citizen's answer; beyond 100 it is 100. */
export function openRequestsFor(db: Db, { citizenId, now }: Reading): Promise<number> {
  return db.ducatRequest.count({ where: { payerId: citizenId, state: 'open', expiresAt: { gt: now } }, take: 100 });
}

function viewOf(
  { askerId, payerId, amountMinor, transfer, ...row }: DucatRequestRow,
  { parties, citizenId, now }: Reading & { parties: Parties },
): DucatRequestView {
  const { expiresAt } = row;
  return {
    ...row,
    state: shownState({ state: ducatRequestState.parse(row.state), expiresAt }, now),
    side: askerId === citizenId ? 'asked' : 'received',
    asker: parties(askerId),
    payer: parties(payerId),
    amountMinor: ducat(amountMinor),
    peerTransferId: transfer?.id ?? null,
  };
}
