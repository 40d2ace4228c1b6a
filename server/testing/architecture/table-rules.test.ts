import { describe, expect, test } from 'vitest';
import { readOwnership, tableViolations } from './table-rules.ts';

const schema = [
  {
    path: 'prisma/schema/market.prisma',
    text: 'model Order {\n  id String @id\n\n  @@map("market_order")\n}\n\nmodel Listing {\n  id String @id\n  @@map("listing")\n}\n',
  },
  {
    path: 'prisma/schema/ledger.prisma',
    text: 'model Account {\n  id BigInt @id\n  @@map("account")\n  @@schema("ledger")\n}\n',
  },
];

function violationsOf(path: string, text: string): string[] {
  return tableViolations([...schema, { path, text }]).map((violation) => violation.message);
}

test('a table belongs to the domain of the schema file that holds its model', () => {
  expect(readOwnership(schema).tables.get('market_order')).toBe('market');
  const room = schema.map(({ text }) => ({ path: 'prisma/schema/market-orders.prisma', text }));
  expect(readOwnership(room).tables.get('market_order')).toBe('market');
  expect(readOwnership(schema).models.get('account')).toBe('ledger');
});

describe('the table rules turn red', () => {
  test.each([
    [
      'a model of another domain is read',
      'server/payments/queries.ts',
      'export const read = (db) => db.order.findMany({ take: 10 });',
    ],
    [
      'a model of another domain is written',
      'server/payments/service.ts',
      'export const write = (tx) => tx.listing.update({});',
    ],
    [
      'the api reads a table itself',
      'server/api/operator.ts',
      'export const read = (ctx) => ctx.database.client.listing.count();',
    ],
    [
      'raw SQL reads a table of another domain',
      'server/payments/queries.ts',
      'const q = sql`SELECT id FROM market_order WHERE id = ${id}`;',
    ],
    [
      'raw SQL joins a table of another domain',
      'server/citizens/queries.ts',
      'const q = sql`SELECT 1 FROM citizen JOIN "listing" ON true`;',
    ],
    [
      'raw SQL writes a table of another domain',
      'server/citizens/service.ts',
      "await tx.$executeRawUnsafe('UPDATE public.listing SET stock = 0');",
    ],
    [
      'raw SQL calls a function of the ledger',
      'server/market/orders.ts',
      'await tx.$queryRaw`SELECT ledger.post_transfers(${ids})`;',
    ],
    ['raw SQL reads the ledger', 'server/market/queries.ts', 'const q = sql`SELECT balance FROM ledger.account`;'],
  ])('when %s', (_what, path, text) => {
    expect(violationsOf(path, text)).toHaveLength(1);
  });
});

describe('the table rules allow', () => {
  test.each([
    [
      'a domain its own models',
      'server/market/orders.ts',
      'export const read = (db) => db.order.findMany({ take: 10 });',
    ],
    ['a domain its own tables', 'server/market/search.ts', 'const q = sql`SELECT id FROM market_order, listing`;'],
    [
      'the ledger its schema',
      'server/ledger/transfers.ts',
      'await tx.$queryRaw`SELECT ledger.post_transfers(${ids})`;',
    ],
    [
      'methods of other things with the same names',
      'server/payments/flows.ts',
      'await stripe.customers.create({}); const list = orders.count();',
    ],
    [
      'prose that names a table',
      'server/payments/flows.ts',
      "throw refuse('conflict', 'gone', 'The listing is gone from the account');",
    ],
    ['tests to look', 'server/payments/flows.test.ts', 'await database.client.order.findMany();'],
  ])('%s', (_what, path, text) => {
    expect(violationsOf(path, text)).toEqual([]);
  });
});
