import type { Database } from '#server/platform/db.ts';
import { transferId } from './ledger.ts';

const secondsOfDay = 86_400;
const secondsToNoon = 45_000;

/** The ledger's own clock, which only a sandbox database lets anyone move. */
export interface LedgerClock {
  now: () => Promise<Date>;
  advance: (seconds: number) => Promise<void>;
  /** Moves it on to the next half past twelve UTC, so that no hour and no day ends while a test looks. */
  advanceToNoon: () => Promise<void>;
  /** A new transfer id of the ledger's present time. */
  id: () => Promise<string>;
}

export function ledgerClock(database: Database): LedgerClock {
  const now = async () => {
    const rows = await database.client.$queryRaw<{ now: Date }[]>`SELECT ledger.now() AS now`;
    const [row] = rows;
    if (row === undefined) throw new Error('the ledger has no clock');
    return row.now;
  };
  const advance = async (seconds: number) => {
    const control = await database.client.ledgerControl.findFirstOrThrow();
    const offset = control.clockOffsetMicroseconds + BigInt(seconds) * 1_000_000n;
    await database.client.$queryRaw`SELECT ledger.set_clock_offset(${offset}::bigint)::text`;
  };
  return {
    now,
    advance,
    advanceToNoon: async () => {
      const seconds = Math.floor((await now()).getTime() / 1_000);
      await advance(secondsOfDay - ((seconds + secondsOfDay - secondsToNoon) % secondsOfDay));
    },
    id: async () => transferId(await now()),
  };
}
