import { Prisma, type Tx } from './db.ts';

/**
 * Writes that belong together, by the name under which the others may read what one returns: each an INSERT, UPDATE or
 * DELETE, or a SELECT that calls a function.
 */
export type Writes = Readonly<Record<string, Prisma.Sql>>;

const namePattern = /^[a-z][a-z_]{1,40}$/;

/**
 * Sends writes as one statement and answers its rows. All of them see what was there before the first, and PostgreSQL
 * does them in no order that it names: one may use what another returns, and must not count on finding what it wrote.
 * Keys and references are looked at when all are done. A SELECT among them is done only where something reads it.
 */
export function writeTogether<Row>(tx: Tx, writes: Writes, answer: Prisma.Sql): Promise<Row[]> {
  const parts = Object.entries(writes).map(([name, write]) => {
    if (!namePattern.test(name)) throw new Error(`a write is not called ${name}`);
    return Prisma.sql`${Prisma.raw(name)} AS (${write})`;
  });
  return tx.$queryRaw<Row[]>(Prisma.sql`WITH ${Prisma.join(parts, ', ')} ${answer}`);
}

/** Sends writes of which nobody needs to know anything. */
export async function writeAll(tx: Tx, writes: Writes): Promise<void> {
  await writeTogether(tx, writes, Prisma.sql`SELECT true AS written`);
}

/** Rows as `jsonb_to_recordset` reads them; amounts are written as digits. */
export function rowsJson(rows: readonly object[]): string {
  return JSON.stringify(rows, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
