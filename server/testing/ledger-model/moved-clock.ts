import { sweepPendings } from '#server/ledger/jobs.ts';
import { ensurePartitions } from '#server/ledger/partitions.ts';
import { timeOfUuidv7 } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { TestDatabase } from '#server/testing/database.ts';
import type { Moment } from './soundness.ts';
import { dayOf } from './state.ts';

const timeoutMax = 600_000;
const hour = 3_600_000;
const day = 24 * hour;

/** The clock of a test's ledger, which is moved forward, and the months that the ledger knows then. */
export class MovedClock {
  private readonly database: TestDatabase;
  private offset = 0;
  private months = { from: 0, until: 0 };
  /** On which something was asked. */
  readonly days = new Set<string>();

  private constructor(database: TestDatabase) {
    this.database = database;
  }

  /**
   * Lets what earlier sequences reserved on accounts of the house run out: the clock only ever goes forward. It begins
   * at half past some hour, far from where counters and days change.
   */
  static async start(database: TestDatabase): Promise<MovedClock> {
    const clock = new MovedClock(database);
    const control = await database.client.ledgerControl.findFirstOrThrow();
    const offset = Number(control.clockOffsetMicroseconds / 1_000n);
    const earliest = Date.now() + offset + timeoutMax + 1_000;
    const halfPast = Math.ceil((earliest - hour / 2) / hour) * hour + hour / 2;
    clock.offset = offset;
    await clock.advance(halfPast - (Date.now() + offset));
    await clock.makeMonths();
    await sweepPendings(database);
    return clock;
  }

  now(): Date {
    return new Date(Date.now() + this.offset);
  }

  moment(): Omit<Moment, 'isExternal'> {
    const now = this.now().getTime();
    this.days.add(dayOf(now));
    return { now, monthsFrom: this.months.from, monthsUntil: this.months.until };
  }

  async advance(milliseconds: number): Promise<void> {
    this.offset += milliseconds;
    await this.database.client.$queryRaw`SELECT ledger.set_clock_offset(${this.offset * 1_000}::bigint)::text`;
    if (milliseconds >= day) await this.makeMonths();
  }

  /** Which months are in the archive, as milliseconds of the ids. */
  async archivedMonths(): Promise<{ from: number; until: number }> {
    const { archivedFrom, archivedUntil } = await this.database.client.ledgerControl.findFirstOrThrow();
    invariant(archivedFrom !== null, 'there are months in the archive');
    return { from: timeOfUuidv7(archivedFrom).getTime(), until: timeOfUuidv7(archivedUntil).getTime() };
  }

  /** Looks up which months the ledger has, and where those begin that may be booked into. */
  async makeMonths(): Promise<void> {
    await ensurePartitions(this.database.client);
    const control = await this.database.client.ledgerControl.findFirstOrThrow();
    invariant(control.idsFrom !== null && control.idsUntil !== null, 'there are months');
    this.months = { from: timeOfUuidv7(control.idsFrom).getTime(), until: timeOfUuidv7(control.idsUntil).getTime() };
  }
}
