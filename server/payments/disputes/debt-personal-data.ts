import { paged, type PersonalDataPart } from '#server/citizens/personal-data.ts';
import type { Db } from '#server/platform/db.ts';

const pageMax = 100;

interface PageOf {
  citizenId: string;
  after: string;
}

/** What is kept of disputes, debts and how they were paid, in the order in which it happened. */
export const debtParts: readonly PersonalDataPart[] = [
  part('disputes', (db, { citizenId, after }) =>
    db.dispute.findMany({
      where: { citizenId, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: pageMax,
      select: { id: true, topUpId: true, amountMinor: true, reason: true, state: true, openedAt: true, closedAt: true },
    }),
  ),
  part('debts', (db, { citizenId, after }) =>
    db.debt.findMany({
      where: { citizenId, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: pageMax,
      select: {
        ...{ id: true, cause: true, reference: true, amountMinor: true, repaidMinor: true, writtenOffMinor: true },
        ...{ createdAt: true, cancelledAt: true },
      },
    }),
  ),
  part('debtPayments', (db, { citizenId, after }) =>
    db.debtPayment.findMany({
      where: { citizenId, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: pageMax,
      select: { id: true, amountMinor: true, state: true, createdAt: true, paidAt: true },
    }),
  ),
  part('debtRepayments', (db, { citizenId, after }) =>
    db.debtRepayment.findMany({
      where: { citizenId, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: pageMax,
      select: { id: true, method: true, amountMinor: true, createdAt: true },
    }),
  ),
  part('ducatsTaken', async (db, { citizenId, after }) => {
    const rows = await db.ducatTaking.findMany({
      where: { citizenId, transferId: { gt: after } },
      orderBy: { transferId: 'asc' },
      take: pageMax,
      select: { transferId: true, step: true, amountMinor: true, returnedMinor: true },
    });
    return rows.map(({ transferId: id, ...row }) => ({ id, ...row }));
  }),
  part('debtsWrittenOff', (db, { citizenId, after }) =>
    db.debtWriteOff.findMany({
      where: { citizenId, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: pageMax,
      select: { id: true, reference: true, amountMinor: true, reason: true, state: true, proposedAt: true },
    }),
  ),
];

const first = '00000000-0000-0000-0000-000000000000';

function part(name: string, read: (db: Db, page: PageOf) => Promise<{ id: string }[]>): PersonalDataPart {
  return {
    name,
    rows: (db, { citizenId }) =>
      paged(async (cursor) => {
        const items = await read(db, { citizenId, after: cursor ?? first });
        return { items, nextCursor: items.length < pageMax ? null : (items.at(-1)?.id ?? null) };
      }),
  };
}
