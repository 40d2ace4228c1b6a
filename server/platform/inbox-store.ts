import type { Clock } from './clock.ts';
import type { Database, PreparedQuery } from './db.ts';
import { isDatabaseUnavailable, refuse } from './errors.ts';
import type { Ids } from './ids.ts';
import type { IncomingEvent } from './inbox.ts';
import { invariant } from './invariant.ts';

/** The way into the inbox. Events that arrive at one moment travel to PostgreSQL together, and wait for one commit. */

interface StoreDeps {
  database: Database;
  clock: Clock;
  ids: Ids;
}

interface Waiting {
  id: string;
  event: IncomingEvent;
  receivedAt: Date;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

/** One statement is on its way while the next one gathers. */
const lanesMax = 2;
/** Fewest events that are worth a statement of their own beside another one: the commit costs more than their rows. */
const shareMin = 16;
/**
 * A statement for each size, of which the smallest is taken that has room for all that wait; the rest of it stays empty.
 * One commit for all is worth more than a full statement, and each is planned in every connection.
 */
const batchSizes = [1, 4, 16, 32, 64] as const;
const batchMax = Math.max(...batchSizes);
/** More than this wait only while PostgreSQL does not answer; senders come again. */
const waitingMax = 2_000;

const columns = {
  ...{ id: 'uuid', source: 'text', event_id: 'text', type: 'text', object_id: 'text', payload: 'text' },
  received_at: 'timestamptz',
} as const;
const [names, types] = [Object.keys(columns).join(', '), Object.values(columns)];

/** Rows are parameters of their own: arrays would have to be written as text, every quote in every body escaped. */
function insertOf(size: number): PreparedQuery {
  const rows = Array.from({ length: size }, (_, row) => {
    const given = types.map((type, place) => `$${String(row * types.length + place + 1)}::${type}`);
    return `(${given.join(', ')})`;
  });
  const text = `
    INSERT INTO inbox_event (${names}, state, next_attempt_at)
    SELECT ${names}, 'received', received_at FROM (VALUES ${rows.join(', ')}) arrived (${names})
    WHERE id IS NOT NULL
    ON CONFLICT (source, event_id) DO NOTHING`;
  return { name: `inbox_store_${String(size)}`, text };
}

const inserts = batchSizes.map((size) => ({ size, insert: insertOf(size) }));

/** What gathers for a database in this process. */
const stores = new WeakMap<Database, EventStore>();

/**
 * Stores an event once, and resolves when it is committed; one that was here before stays what it is. Rejects when the
 * database does; then nothing is stored, or the sender's repetition finds it stored. Refuses `overloaded` (unavailable)
 * while too many wait.
 */
export function storeEvent(deps: StoreDeps, event: IncomingEvent): Promise<void> {
  let store = stores.get(deps.database);
  if (store === undefined) stores.set(deps.database, (store = new EventStore(deps.database)));
  return store.add({ id: deps.ids.uuid(), event, receivedAt: deps.clock.now() });
}

class EventStore {
  readonly #database: Database;
  readonly #waiting: Waiting[] = [];
  #lanes = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  add(arrived: Pick<Waiting, 'id' | 'event' | 'receivedAt'>): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= waitingMax)
        throw refuse('unavailable', 'overloaded', 'Too many events wait already.');
      this.#waiting.push({ ...arrived, resolve, reject });
      if (this.#isWorthLane()) void this.#travel();
    });
  }

  #isWorthLane(): boolean {
    return this.#lanes === 0 || (this.#lanes < lanesMax && this.#waiting.length >= shareMin);
  }

  /** Never rejects: whoever waits for an event hears what became of it. */
  async #travel(): Promise<void> {
    this.#lanes += 1;
    // What arrived in the same turn of the process comes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length >= (this.#lanes === 1 ? 1 : shareMin)) {
      await this.#storeAll(this.#waiting.splice(0, batchMax));
    }
    this.#lanes -= 1;
  }

  /** One that PostgreSQL cannot take must not keep the others out: what fails together is tried in halves. */
  async #storeAll(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#database.runPrepared(...insertFor(batch));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1 || isDatabaseUnavailable(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const middle = batch.length >> 1;
      await this.#storeAll(batch.slice(0, middle));
      await this.#storeAll(batch.slice(middle));
    }
  }
}

/** In the order of their ids, so that two processes that were sent the same events wait for each other in one direction. */
function insertFor(batch: readonly Waiting[]): [PreparedQuery, unknown[]] {
  const fitting = inserts.find(({ size }) => size >= batch.length);
  invariant(fitting !== undefined, 'no more travel together than the largest statement holds');
  const { size, insert } = fitting;
  const values = new Array<unknown>(size * types.length).fill(null);
  let place = 0;
  for (const { id, event, receivedAt } of batch.toSorted(byEventId)) {
    const { source, eventId, type, objectId, payload } = event;
    // In the order of `columns`.
    for (const value of [id, source, eventId, type, objectId, payload, receivedAt.toISOString()]) {
      values[place] = value;
      place += 1;
    }
  }
  return [insert, values];
}

function byEventId({ event: left }: Waiting, { event: right }: Waiting): number {
  return left.eventId < right.eventId ? -1 : 1;
}
