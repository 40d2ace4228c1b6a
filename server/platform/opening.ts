import { Client, Query, type Pool, type PoolClient } from 'pg';

/**
 * BEGIN travels with the first statement of its transaction, which saves every transaction a round trip. PostgreSQL skips
 * the statement where BEGIN fails, because nothing between them ends the message (no Sync). A transaction that ends
 * before it asked anything never reaches the server.
 */
export function openWithFirstStatement(pool: Pool): void {
  const owing = new WeakSet<object>();
  // Nothing is owed to whoever takes the connection next.
  pool.on('release', (_error, client) => owing.delete(client));
  pool.on('connect', (client) => {
    const send = (...args: unknown[]): unknown => Reflect.apply(driver.query, client, args);
    const query = (...args: unknown[]): unknown => {
      const [asked] = args;
      if (isControl(asked, 'BEGIN')) {
        owing.add(client);
        return Promise.resolve(nothing);
      }
      if (!owing.delete(client)) return send(...args);
      if (isControl(asked, 'COMMIT') || isControl(asked, 'ROLLBACK')) return Promise.resolve(nothing);
      return new Promise((resolve, reject) => {
        send(openingQuery(asked, (error, result) => (error ? reject(error) : resolve(result))));
      });
    };
    client.query = query as PoolClient['query'];
  });
}

const driver = Client.prototype as unknown as Record<'query', (...args: unknown[]) => unknown>;

/** How the driver answers a statement that has no rows. */
const nothing = { rows: [], fields: [], rowCount: null };

function isControl(asked: unknown, word: string): boolean {
  return typeof asked === 'object' && asked !== null && 'text' in asked && asked.text === word;
}

/** What of the driver's connection a statement is sent with. */
interface Wire {
  parse(statement: { text: string; name?: string | undefined; types?: unknown }): void;
  bind(values: object): void;
  execute(portal: object): void;
  submittedNamedStatements: Record<string, string>;
}

/** A statement of the driver, with the steps in which it is sent and answered. */
interface SentStatement {
  readonly text: string;
  readonly name?: string | undefined;
  readonly types?: unknown;
  hasBeenParsed(wire: Wire): boolean;
  prepare(wire: Wire): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
}

type Answer = (error: Error | null | undefined, result: unknown) => void;
const Statement = Query as unknown as new (asked: object, values: undefined, answer: Answer) => SentStatement;

class OpeningStatement extends Statement {
  #hasBegun = false;

  override prepare(wire: Wire): void {
    const { text, name, types } = this;
    // First, so that what the driver notes as parsed is the statement and not BEGIN.
    if (name !== undefined && name !== '' && !this.hasBeenParsed(wire)) {
      wire.parse({ text, name, types });
      wire.submittedNamedStatements[name] = text;
    }
    wire.parse({ text: 'BEGIN' });
    wire.bind({});
    wire.execute({});
    super.prepare(wire);
  }

  /** Two commands are answered; whoever asked wants to hear of the second. */
  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.#hasBegun) super.handleCommandComplete(message, wire);
    else this.#hasBegun = true;
  }
}

function openingQuery(asked: unknown, answer: Answer): SentStatement {
  const config = typeof asked === 'string' ? { text: asked } : { ...(asked as object) };
  return new OpeningStatement({ ...config, queryMode: 'extended' }, undefined, answer);
}
