import { detachBooks, sealBooks } from '#server/ledger/seal-flows.ts';
import { ensurePartitions } from '#server/ledger/partitions.ts';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { asSuperuser, type TestDatabase } from '#server/testing/database.ts';
import { ledgerClock } from './ledger-clock.ts';
import { books, move, transferId } from './ledger.ts';

/** Months of one sandbox ledger whose clock stands ahead, so that the present month can be sealed and the next cannot. */
export interface AgedMonths {
  /** `YYYY-MM`, so many months from the present one of the server. */
  month: (count: number) => string;
  /** An id of the middle of that month. */
  idOf: (count: number) => string;
  seal: (count: number) => Promise<void>;
  detach: (count: number) => Promise<void>;
  /** Seals, or seals and detaches, every month up to and with that one. */
  sealAllTo: (count: number) => Promise<void>;
  detachAllTo: (count: number) => Promise<void>;
  /** Seals and detaches every month that is old enough on the ledger's clock. */
  detachAllSealable: () => Promise<void>;
}

const oldest = -2;
const pauseMs = 5;
const sealableAfterMs = 35 * 86_400_000;

/** Moves the clock ahead. What was posted before is old from then on. */
export async function ageMonths(database: TestDatabase): Promise<AgedMonths> {
  await ledgerClock(database).advance(secondsUntilSealable(new Date()));
  await ensurePartitions(database.client);
  return monthsOf(database);
}

/** Until a day after the present month can be sealed, on whatever day of it this is. */
function secondsUntilSealable(present: Date): number {
  const end = Date.UTC(present.getUTCFullYear(), present.getUTCMonth() + 1, 1);
  return Math.ceil((end + sealableAfterMs + 86_400_000 - present.getTime()) / 1_000);
}

/** The months of a database whose clock was moved before. */
export function monthsOf(database: TestDatabase): AgedMonths {
  const present = new Date();
  const firstOf = (count: number) => new Date(Date.UTC(present.getUTCFullYear(), present.getUTCMonth() + count, 1));
  const month = (count: number) => firstOf(count).toISOString().slice(0, 7);
  const ownerUrl = database.adminUrl;
  const order = (count: number) => ({ month: month(count), operator: 'Ispettore' });
  const seal = (count: number) => sealBooks({ database, ownerUrl, pauseMs }, order(count));
  const detach = (count: number) => detachBooks({ ownerUrl, pauseMs }, order(count));
  const upTo = async (count: number, work: (each: number) => Promise<void>) => {
    for (let each = oldest; each <= count; each += 1) await work(each);
  };
  return {
    month,
    idOf: (count) => transferId(new Date(firstOf(count).getTime() + 14 * 86_400_000)),
    seal,
    detach,
    sealAllTo: (count) => upTo(count, seal),
    detachAllTo: (count) => upTo(count, detach),
    detachAllSealable: async () => {
      const until = (await ledgerClock(database).now()).getTime() - sealableAfterMs;
      for (let each = oldest; firstOf(each + 1).getTime() <= until; each += 1) {
        await seal(each);
        await detach(each);
      }
    },
  };
}

/**
 * Fills two months long ago and seals both; the earlier one, of four months ago, is in the archive. A pending, a
 * reversed transfer and a linked group lie on both sides.
 */
export async function sealTwoMonths(database: TestDatabase): Promise<void> {
  const ledger = books(database);
  const issuance = systemAccountId('issuance', 'DUCAT');
  const to = await ledger.wallet(100n);
  const now = new Date();
  const at = (ago: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - ago, 15));
  const order = (ago: number) => ({ month: at(ago).toISOString().slice(0, 7), operator: 'Ispettore' });
  const old = (ago: number, request: Parameters<typeof move>[0]) => ({ ...move(request), id: transferId(at(ago)) });
  for (const ago of [3, 4]) {
    await asSuperuser(database, `SET ROLE cascade_owner; SELECT ledger.create_partition('${order(ago).month}-01')`);
  }
  const held = old(4, { from: to, to: issuance, amountMinor: 9n, pending: {} });
  const original = old(4, { from: issuance, to, amountMinor: 6n, reference: 'in the archive' });
  const back = { from: to, to: issuance, reversesId: original.id, kind: 'reversal' } as const;
  const first = [held, original, old(4, { from: issuance, to, amountMinor: 3n, effectiveDate: '2026-02-03' })];
  const second = [
    old(3, { from: to, to: issuance, amountMinor: 4n, postPendingId: held.id }),
    old(4, { ...back, amountMinor: 1n }),
    old(3, { ...back, amountMinor: 2n, linked: true }),
    old(4, { from: issuance, to, amountMinor: 2n }),
    old(4, { from: to, to: issuance, amountMinor: 99_999n }),
  ];
  for (const requests of [first, second]) await ledger.post(requests, { source: 'external' });
  const deps = { database, ownerUrl: database.adminUrl, pauseMs };
  await sealBooks(deps, order(4));
  await detachBooks(deps, order(4));
  await sealBooks(deps, order(3));
}
