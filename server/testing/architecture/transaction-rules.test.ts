import { describe, expect, test } from 'vitest';
import { transactionViolations } from './transaction-rules.ts';

function violationsOf(path: string, text: string): number {
  return transactionViolations([{ path, text }]).length;
}

describe('the transaction rules turn red', () => {
  test.each([
    [
      'a service opens a transaction',
      'server/market/orders.ts',
      'await deps.database.inTransaction((tx) => place(tx));',
    ],
    [
      'a service opens one of its parts',
      'server/market/orders.ts',
      'const { inTransaction } = deps; await inTransaction(place);',
    ],
    ['a query opens a snapshot', 'server/ledger/checker.ts', 'await database.inSnapshot((tx) => check(tx));'],
    [
      "a service uses Prisma's own transaction",
      'server/citizens/service.ts',
      'await client.$transaction(async (tx) => sign(tx));',
    ],
    [
      'a query holds the live client',
      'server/market/queries.ts',
      'const rows = await ctx.database.client.listing.findMany();',
    ],
    ['a query reaches for the database of the process', 'server/citizens/queries.ts', 'const own = database();'],
    ['a page reaches for the database', 'app/wallet/page.tsx', 'const own = database();'],
  ])('when %s', (_what, path, text) => {
    expect(violationsOf(path, text)).toBe(1);
  });
});

describe('the transaction rules allow', () => {
  test.each([
    ['a router', 'server/market/router.ts', 'await ctx.database.inTransaction((tx) => place(tx, input));'],
    [
      'a router with a longer name',
      'server/payments/wallet-router.ts',
      'await accountBalance(ctx.database.client, id);',
    ],
    ['a flow', 'server/payments/flows.ts', 'await deps.inTransaction((tx) => record(tx));'],
    ['a command of the terminal', 'server/ledger/check-command.ts', 'const own = database();'],
    ['a test', 'server/market/orders.test.ts', 'await database.inTransaction((tx) => place(tx));'],
    [
      'other things called client',
      'server/citizens/venice-client.ts',
      'const id = settings.client; const http = venice.client.fetch();',
    ],
  ])('%s', (_what, path, text) => {
    expect(violationsOf(path, text)).toBe(0);
  });
});
