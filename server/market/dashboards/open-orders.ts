import { ordersShown, type OpenOrder, type OpenOrders } from '#server/market/dashboards/dashboard-schema.ts';
import { turnIn } from '#server/market/dashboards/turns.ts';
import { storedOrderWords } from '#server/market/orders/order-schema.ts';
import { namedIn, orderSelected, summaryOf } from '#server/market/orders/order-views.ts';
import { orderProcesses } from '#server/market/orders/process.ts';
import { openOrderStates, processOf } from '#server/market/orders/process-rules.ts';
import { partiesOf } from '#server/market/parties.ts';
import type { Db, Prisma } from '#server/platform/db.ts';

type Side = 'buyer' | 'seller';

/** Open orders of a citizen on one side: those that wait for them, and behind these the ones that wait for others. */
export async function openOrders(db: Db, input: { citizenId: string; side: Side }): Promise<OpenOrders> {
  const { citizenId, side } = input;
  const open = { closedAt: null, ...(side === 'buyer' ? { buyerId: citizenId } : { sellerId: citizenId }) };
  const own = { AND: [open, { OR: turnsOf(side) }] };
  const [waiting, total, first] = await Promise.all([
    db.marketOrder.count({ where: own }),
    db.marketOrder.count({ where: open }),
    rowsOf(db, { where: own, take: ordersShown }),
  ]);
  const left = ordersShown - first.length;
  const others = { AND: [open, { NOT: { OR: turnsOf(side) } }] };
  const rows =
    left === 0 || side === 'seller' ? first : [...first, ...(await rowsOf(db, { where: others, take: left }))];
  const parties = await partiesOf(db, namedIn(rows));
  const items = rows.map((row) => openOrderOf(row, { side, parties }));
  return { items, waiting, total };
}

/** The states, of every version of the process, in which it is on this side to act. */
function turnsOf(side: Side): Prisma.MarketOrderWhereInput[] {
  return orderProcesses.map((process) => ({
    processVersion: process.version,
    state: {
      in: openOrderStates.filter((state) => {
        const { turn } = turnIn(process, state);
        return turn === side || turn === 'both';
      }),
    },
  }));
}

const selected = { ...orderSelected, processVersion: true } satisfies Prisma.MarketOrderSelect;
type Row = Prisma.MarketOrderGetPayload<{ select: typeof selected }>;

function rowsOf(db: Db, page: { where: Prisma.MarketOrderWhereInput; take: number }): Promise<Row[]> {
  return db.marketOrder.findMany({
    ...page,
    orderBy: [{ deadlineAt: { sort: 'asc', nulls: 'last' } }, { createdAt: 'asc' }, { id: 'asc' }],
    select: selected,
  });
}

function openOrderOf(
  { processVersion, ...row }: Row,
  { side, parties }: { side: Side; parties: Awaited<ReturnType<typeof partiesOf>> },
): OpenOrder {
  const { turn, step } = turnIn(processOf(processVersion), storedOrderWords.state.parse(row.state));
  return { ...summaryOf(row, parties), turn, step: turn === side || turn === 'both' ? step : null };
}
