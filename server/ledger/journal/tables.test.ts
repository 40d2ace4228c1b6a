import { expect, it } from 'vitest';
import {
  columnsLeftOut,
  referenceTables,
  sections,
  tablesLeftOut,
  type ColumnType,
} from '#server/ledger/journal/tables.ts';
import { testDatabase } from '#server/testing/database.ts';

const database = await testDatabase();

const typeNames: Record<string, ColumnType> = {
  int8: 'bigint',
  int2: 'smallint',
  int4: 'integer',
  bool: 'boolean',
  uuid: 'uuid',
  text: 'text',
  timestamptz: 'time',
  date: 'date',
  jsonb: 'jsonb',
};

it('every column of every table of the ledger is in the file or is said to be left out', async () => {
  const columns = await database.client.$queryRaw<
    { table_name: string; column_name: string; udt_name: string; is_nullable: string }[]
  >`
    SELECT c.table_name::text, c.column_name::text, c.udt_name::text, c.is_nullable::text
    FROM information_schema.columns c
    WHERE c.table_schema = 'ledger' AND c.table_name NOT IN (SELECT name FROM ledger.transfer_partition)`;
  const found = columns
    .filter(({ table_name, column_name }) => {
      return !(table_name in tablesLeftOut) && !(`${table_name}.${column_name}` in columnsLeftOut);
    })
    .map(({ table_name, column_name, udt_name, is_nullable }) => {
      const type = typeNames[udt_name] ?? udt_name;
      return `${table_name}.${column_name} ${type}${is_nullable === 'YES' ? '?' : ''}`;
    });
  const written = [...referenceTables, ...sections].flatMap(({ name, columns: own }) => {
    return [...own].map(([column, { type, isNullable }]) => `${name}.${column} ${type}${isNullable ? '?' : ''}`);
  });
  expect(found.sort()).toEqual(written.sort());
  const all = new Set(columns.flatMap(({ table_name, column_name }) => [table_name, `${table_name}.${column_name}`]));
  expect([...Object.keys(columnsLeftOut), ...Object.keys(tablesLeftOut)].filter((name) => !all.has(name))).toEqual([]);
});

it('the key of every section is what tells the rows of its table apart', async () => {
  const keys = await database.client.$queryRaw<{ name: string; columns: string[] }[]>`
    SELECT i.indrelid::regclass::text AS name,
           array_agg(a.attname::text ORDER BY a.attname::text) AS columns
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::smallint[])
    WHERE i.indisprimary AND i.indrelid::regclass::text LIKE 'ledger.%' GROUP BY i.indrelid`;
  const byTable = new Map(keys.map(({ name, columns }) => [name, columns]));
  for (const { name, key } of [...referenceTables, ...sections]) {
    // A table of one row needs no key; crossings are told apart by their monitor and the version that crossed.
    if (name === 'control' || name === 'monitor_event') continue;
    expect([...key].sort(), name).toEqual(byTable.get(`ledger.${name}`));
  }
});
