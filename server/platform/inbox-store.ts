import { Slate, textArray } from './binary-arrays.ts';
import type { Clock } from './clock.ts';
import type { Database, PreparedQuery } from './db.ts';
import { isDatabaseUnavailable, refuse } from './errors.ts';
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
  resolve: () => void;
  reject: (reason: unknown) => void;
}

/** Most events of one statement. */
const batchMax = 256;
/** More than this wait only while PostgreSQL does not answer; senders come again. */
const waitingMax = 2_000;

const store: PreparedQuery = {
  name: 'inbox_store',
  text: `
    INSERT INTO inbox_event (id, source, event_id, type, object_id, payload, state, received_at, next_attempt_at)
    SELECT a.id, a.source, a.event_id, a.type, a.object_id, a.payload, 'received', a.received_at, a.received_at
    FROM (SELECT unnest($1::uuid[]) AS id, unnest($2::timestamptz[]) AS received_at, unnest($3::text[]) AS source,
      unnest($4::text[]) AS event_id, unnest($5::text[]) AS type, unnest($6::text[]) AS object_id,
      unnest($7::text[]) AS payload) a
    ON CONFLICT (source, event_id) DO NOTHING`,
};

/** What gathers for a database in this process. */
const gathering = new WeakMap<Database, EventStore>();

/**
 * Stores an event once, and resolves when it is committed; one that was here before stays what it is. Rejects when the
 * database does; then nothing is stored, or the sender's repetition finds it stored. Refuses `overloaded` (unavailable)
 * while too many wait.
 */
export function storeEvent(deps: StoreDeps, event: IncomingEvent): Promise<void> {
  let events = gathering.get(deps.database);
  if (events === undefined) gathering.set(deps.database, (events = new EventStore(deps.database)));
  return events.add({ id: deps.ids.uuid(), event, receivedAt: deps.clock.now() });
}

class EventStore {
  readonly #database: Database;
  readonly #waiting: Waiting[] = [];
  readonly #slate = new Slate();
  #isTravelling = false;

  constructor(database: Database) {
    this.#database = database;
  }

  add(arrived: Pick<Waiting, 'id' | 'event' | 'receivedAt'>): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= waitingMax)
        throw refuse('unavailable', 'overloaded', 'Too many events wait already.');
      this.#waiting.push({ ...arrived, resolve, reject });
      if (!this.#isTravelling) void this.#travel();
    });
  }

  /** One statement at a time: what arrives meanwhile shares the next one's commit. Never rejects. */
  async #travel(): Promise<void> {
    this.#isTravelling = true;
    // What arrived in the same turn of the process comes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#storeAll(this.#waiting.splice(0, batchMax));
    this.#isTravelling = false;
  }

  /** One that PostgreSQL cannot take must not keep the others out: what fails together is tried in halves. */
  async #storeAll(batch: readonly Waiting[]): Promise<void> {
    try {
      this.#slate.wipe();
      await this.#database.runPrepared(store, columnsOf(batch, this.#slate));
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
function columnsOf(batch: readonly Waiting[], slate: Slate): unknown[] {
  const sorted = batch.toSorted(byEventId);
  const column = (of: (event: IncomingEvent) => string | null) =>
    textArray(
      sorted.map(({ event }) => of(event)),
      slate,
    );
  return [
    `{${sorted.map(({ id }) => id).join(',')}}`,
    `{${sorted.map(({ receivedAt }) => receivedAt.toISOString()).join(',')}}`,
    column(({ source }) => source),
    column(({ eventId }) => eventId),
    column(({ type }) => type),
    column(({ objectId }) => objectId),
    column(({ payload }) => payload),
  ];
}

function byEventId({ event: left }: Waiting, { event: right }: Waiting): number {
  return left.eventId < right.eventId ? -1 : 1;
}
