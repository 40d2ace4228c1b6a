import { detachBooks, sealBooks } from '#server/ledger/seal-flows.ts';
import { ensurePartitions } from '#server/ledger/partitions.ts';
import type { TestDatabase } from '#server/testing/database.ts';
import { ledgerClock } from './ledger-clock.ts';
import { transferId } from './ledger.ts';

const secondsUntilSealable = 75 * 86_400;

/** Months of one sandbox ledger whose clock stands 75 days ahead, so that the present month can be sealed. */
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
}

const oldest = -2;
const pauseMs = 5;

/** Moves the clock ahead. What was posted before is old from then on. */
export async function ageMonths(database: TestDatabase): Promise<AgedMonths> {
  const present = new Date();
  const firstOf = (count: number) => new Date(Date.UTC(present.getUTCFullYear(), present.getUTCMonth() + count, 1));
  const month = (count: number) => firstOf(count).toISOString().slice(0, 7);
  await ledgerClock(database).advance(secondsUntilSealable);
  await ensurePartitions(database.client);
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
  };
}
