import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '#server/platform/db.ts';
import { hold, type House } from './stage.ts';

/** A worker looks every minute. */
const patienceMs = 150_000;
const lookEveryMs = 3;

/** The worker of a product that runs, reached through its database. */
export function runningHouse(database: Database): House {
  return {
    actOn: async (orderIds) => {
      await endTimeOf(database, orderIds);
      await until(async () => (await stillOpen(database, orderIds)) < orderIds.length);
      return { settled: until(async () => (await stillOpen(database, orderIds)) === 0) };
    },
  };
}

/** Lets the time of orders that wait for their seller be over. */
export async function endTimeOf({ client }: Database, orderIds: readonly string[]): Promise<void> {
  const { count } = await client.marketOrder.updateMany({
    where: { id: { in: [...orderIds] }, state: 'purchased' },
    data: { deadlineAt: new Date(Date.now() - 1_000) },
  });
  hold(count === orderIds.length, 'all orders wait for their seller', { count });
}

function stillOpen({ client }: Database, orderIds: readonly string[]): Promise<number> {
  return client.marketOrder.count({ where: { id: { in: [...orderIds] }, state: 'purchased' } });
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await isSo())) {
    hold(performance.now() < end, 'the house acts when the time of an order is over');
    await pause(lookEveryMs);
  }
}
