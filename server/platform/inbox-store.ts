import type { Clock } from './clock.ts';
import type { Database } from './db.ts';
import { refuse } from './errors.ts';
import type { Ids } from './ids.ts';
import type { IncomingEvent } from './inbox.ts';

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
  resolve: (isNew: boolean) => void;
  reject: (reason: unknown) => void;
}

/** One statement is on its way while the next one gathers. */
const lanesMax = 2;
/** A statement of its own for each size; what waits beyond the largest that fits goes with the next one. */
const batchSizes = [64, 32, 16, 8, 4, 2, 1] as const;
/** More than this wait only while PostgreSQL does not answer; senders come again. */
const waitingMax = 2_000;

const columns = ['id', 'source', 'event_id', 'type', 'object_id', 'payload', 'received_at'] as const;

/** Rows are parameters of their own: arrays would have to be written as text, every quote in every body escaped. */
function insertOf(size: number): { name: string; text: string } {
  const rows = Array.from({ length: size }, (_, row) => {
    const given = columns.map((_column, place) => `$${String(row * columns.length + place + 1)}`);
    return `(${[...given, "'received'", given.at(-1)].join(', ')})`;
  });
  const text = `
    INSERT INTO inbox_event (${columns.join(', ')}, state, next_attempt_at) VALUES ${rows.join(', ')}
    ON CONFLICT (source, event_id) DO NOTHING RETURNING id::text`;
  return { name: `inbox_store_${String(size)}`, text };
}

const inserts = new Map(batchSizes.map((size) => [size as number, insertOf(size)]));

/** What gathers for a database in this process. */
const stores = new WeakMap<Database, EventStore>();

/**
 * Stores an event once, and resolves when that is committed. False when it was here before; then nothing changes.
 * Rejects when the database does; then nothing is stored, or the sender's repetition finds it stored. Refuses
 * `overloaded` (unavailable) while too many wait.
 */
export function storeEvent(deps: StoreDeps, event: IncomingEvent): Promise<boolean> {
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

  add(arrived: Pick<Waiting, 'id' | 'event' | 'receivedAt'>): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= waitingMax)
        throw refuse('unavailable', 'overloaded', 'Too many events wait already.');
      this.#waiting.push({ ...arrived, resolve, reject });
      if (this.#lanes < lanesMax) void this.#travel();
    });
  }

  /** Never rejects: whoever waits for an event hears what became of it. */
  async #travel(): Promise<void> {
    this.#lanes += 1;
    // What arrived in the same turn of the process comes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const size = batchSizes.find((fitting) => fitting <= this.#waiting.length) ?? 1;
      await this.#storeAll(this.#waiting.splice(0, size));
    }
    this.#lanes -= 1;
  }

  async #storeAll(batch: readonly Waiting[]): Promise<void> {
    try {
      const insert = inserts.get(batch.length) ?? insertOf(batch.length);
      const rows = await this.#database.runPrepared<{ id: string }>(insert, batch.flatMap(valuesOf));
      const stored = new Set(rows.map(({ id }) => id));
      for (const { id, resolve } of batch) resolve(stored.has(id));
    } catch (error) {
      const [only] = batch;
      if (only !== undefined && batch.length === 1) only.reject(error);
      // One that PostgreSQL cannot take must not keep the others out.
      else for (const one of batch) await this.#storeAll([one]);
    }
  }
}

/** In the order of `columns`. */
function valuesOf({ id, event, receivedAt }: Waiting): unknown[] {
  const { source, eventId, type, objectId, payload } = event;
  return [id, source, eventId, type, objectId, payload, receivedAt.toISOString()];
}
