import { readFileSync } from 'node:fs';
import type { Client } from 'pg';
import { transferKinds } from '#server/ledger/kinds.ts';
import { newIds } from './random.ts';
import type { Move } from './transfers.ts';

/** A ledger function that takes a batch of transfers in arrays. */
export interface Contestant {
  name: string;
  sql: string;
  /** The arrays of one call, as texts that PostgreSQL reads. */
  values: (moves: readonly Move[]) => (string | null)[];
  /** Whether the rows of an answer say that every transfer was booked. */
  isAnswer: (rows: readonly unknown[][]) => boolean;
}

/** The references over one database, and the keys of their accounts by position. */
export interface References {
  bareFloor: Contestant;
  /** As published: text keys, foreign keys. */
  loop: Contestant;
  bigintLoop: Contestant;
  leanLoop: Contestant;
  leanBigintLoop: Contestant;
  /** The published design's call for one transfer. */
  loopSingleSql: string;
  loopKeys: readonly string[];
}

/** The first wallet that a fresh ledger opens. */
export const firstWalletId = 1000;

/** How `ledger.post_plain` answers for an item that it refused and stored; item 0 is the call itself. */
const refusedFinal = 3;

/** The ledger of this product. The one place of the benchmark that spells out its call, as transfers.ts makes it. */
export const ours: Contestant = {
  name: 'ledger',
  sql: `SELECT item, item_status, item_code, item_field, item_amount, item_booked_at FROM ledger.post_plain(
    $1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::smallint[], $6::text[])`,
  values: (moves) => [
    array(newIds(moves.length)),
    array(moves.map(({ from }) => firstWalletId + from)),
    array(moves.map(({ to }) => firstWalletId + to)),
    array(moves.map(({ amountMinor }) => amountMinor)),
    repeated(String(transferKinds.adjustment), moves.length),
    null,
  ],
  isAnswer: ([call, ...exceptions]) => isBookedCall(call) && exceptions.length === 0,
};

/** That every transfer was booked, or refused for good. */
export function isDecided([call, ...exceptions]: readonly unknown[][]): boolean {
  return isBookedCall(call) && exceptions.every(([, status]) => status === refusedFinal);
}

function isBookedCall(row: readonly unknown[] | undefined): boolean {
  return row?.[0] === 0 && row[5] !== null;
}

/** Makes the schema `reference` with all references and as many accounts each. */
export async function createReferences(client: Client, accounts: number): Promise<References> {
  await client.query('CREATE SCHEMA reference');
  await client.query(sqlFile('ulid.sql'));
  await client.query(
    `CREATE TABLE reference.account_key AS
     SELECT n::bigint AS bigint_key, reference.ulid('pgla') AS text_key FROM generate_series(1, ${accounts}) AS n`,
  );
  await client.query(sqlFile('bare-floor.sql'));
  for (const variant of variants) await client.query(loopSql(variant));
  await client.query(`
    GRANT USAGE ON SCHEMA reference TO cascade_app;
    GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA reference TO cascade_app;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA reference TO cascade_app`);
  const { rows } = await client.query<{ key: string }>(
    'SELECT text_key AS key FROM reference.account_key ORDER BY bigint_key',
  );
  const loopKeys = rows.map(({ key }) => key);
  const contestant = ({ name, loop, key, isLean }: Variant): Contestant => ({
    name,
    sql: `SELECT transfer_id, moved, booked_at
          FROM reference.${loop}_post($1::${key}[], $2::${key}[], $3::${amountType(isLean)}[])`,
    values: (moves) => byKey(moves, (position) => (key === 'text' ? loopKeys[position] : position + 1)),
    isAnswer: (rows) => rows.length > 0,
  });
  const [published, publishedBigint, lean, leanBigint] = variants;
  return {
    bareFloor,
    loop: contestant(published),
    bigintLoop: contestant(publishedBigint),
    leanLoop: contestant(lean),
    leanBigintLoop: contestant(leanBigint),
    loopSingleSql: `SELECT transfer_id, moved, booked_at
      FROM reference.${published.loop}_post(ARRAY[$1]::text[], ARRAY[$2]::text[], ARRAY[$3]::numeric[])`,
    loopKeys,
  };
}

interface Variant {
  name: string;
  loop: string;
  key: 'text' | 'bigint';
  /** Without foreign keys, numeric amounts and the index on the time of the event. */
  isLean: boolean;
}

const variants = [
  { name: '(b) loop, text ULID keys', loop: 'text_loop', key: 'text', isLean: false },
  { name: '(b) loop, bigint keys', loop: 'bigint_loop', key: 'bigint', isLean: false },
  { name: '(b) lean, text ULID keys', loop: 'text_lean_loop', key: 'text', isLean: true },
  { name: '(b) lean, bigint keys', loop: 'bigint_lean_loop', key: 'bigint', isLean: true },
] as const satisfies Variant[];

const bareFloor: Contestant = {
  name: '(a) bare floor',
  sql: 'SELECT reference.floor_post($1::bigint[], $2::bigint[], $3::bigint[])',
  values: (moves) => byKey(moves, (position) => position + 1),
  isAnswer: (rows) => rows.length === 1,
};

function loopSql({ loop, key, isLean }: Variant): string {
  const made = (prefix: string) =>
    key === 'text' ? `DEFAULT reference.ulid('${prefix}')` : 'GENERATED BY DEFAULT AS IDENTITY';
  const words: Record<string, string> = {
    loop,
    key,
    amount: amountType(isLean),
    'account key': made('pgla'),
    'transfer key': made('pglt'),
    'entry key': made('pgle'),
    'of account': isLean ? '' : ` REFERENCES reference.${loop}_account`,
    'of transfer': isLean ? '' : ` REFERENCES reference.${loop}_transfer`,
    'event index': isLean ? '' : `CREATE INDEX ${loop}_transfer_event_idx ON reference.${loop}_transfer (event_at);\n`,
  };
  return sqlFile('loop-ledger.sql').replaceAll(/\{([a-z ]+)\}/g, (_, word: string) => {
    const found = words[word];
    if (found === undefined) throw new Error(`loop-ledger.sql has an unknown word: ${word}`);
    return found;
  });
}

function amountType(isLean: boolean): string {
  return isLean ? 'bigint' : 'numeric';
}

function byKey(moves: readonly Move[], key: (position: number) => string | number | undefined): string[] {
  return [
    array(moves.map(({ from }) => key(from))),
    array(moves.map(({ to }) => key(to))),
    array(moves.map(({ amountMinor }) => amountMinor)),
  ];
}

function array(items: readonly unknown[]): string {
  return `{${items.join(',')}}`;
}

function repeated(item: string, count: number): string {
  return array(new Array<string>(count).fill(item));
}

function sqlFile(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}
