import { describe, expect, test } from 'vitest';
import { importViolations } from './import-rules.ts';

function violationsOf(path: string, text: string): number {
  return importViolations([{ path, text }]).length;
}

describe('the import rules turn red', () => {
  test.each([
    [
      'the ledger knows a domain above it',
      'server/ledger/transfers.ts',
      "import { citizenById } from '#server/citizens/queries.ts';",
    ],
    [
      'a relative path hides an upward import',
      'server/citizens/service.ts',
      "import { post } from '../ledger/transfers.ts';",
    ],
    ['a type is imported upward', 'server/payments/flows.ts', "import type { Order } from '#server/market/schema.ts';"],
    ['a re-export goes upward', 'server/platform/db.ts', "export { post } from '#server/ledger/transfers.ts';"],
    [
      'an import() goes upward',
      'server/platform/jobs.ts',
      "const ledger = await import('#server/ledger/transfers.ts');",
    ],
    [
      'an import type goes upward',
      'server/platform/jobs.ts',
      "type Post = import('#server/ledger/transfers.ts').Post;",
    ],
    ['money imports a package', 'server/money/money.ts', "import { z } from 'zod';"],
    [
      'the product imports test equipment',
      'server/api/context.ts',
      "import { fixedClock } from '#server/testing/clock.ts';",
    ],
    [
      'the product imports a sandbox',
      'server/main.ts',
      "import { startVeniceSandbox } from '#server/sandbox/venice/server.ts';",
    ],
    ['a domain imports Next', 'server/market/queries.ts', "import { headers } from 'next/headers';"],
    ['a domain imports server-only', 'server/market/queries.ts', "import 'server-only';"],
    ['a domain imports React', 'server/market/rules.ts', "import { cache } from 'react';"],
    ['next-auth leaves its home', 'server/market/router.ts', "import { decode } from 'next-auth/jwt';"],
    [
      'the generated client is imported elsewhere',
      'server/ledger/queries.ts',
      "import { Prisma } from '../../prisma/generated/client.ts';",
    ],
    [
      'a page reaches into a domain',
      'app/wallet/page.tsx',
      "import { accountBalance } from '#server/ledger/queries.ts';",
    ],
    [
      'a component reaches for the api',
      'components/order/order-card.tsx',
      "import { caller } from '#server/api/caller.ts';",
    ],
    [
      'a server file imports a component',
      'server/market/router.ts',
      "import { Amount } from '#components/money/amount.tsx';",
    ],
    ['a folder that is no domain appears', 'server/shop/service.ts', "import { ids } from '#server/platform/ids.ts';"],
    [
      'an enterprise writes to the ledger',
      'server/enterprise/service.ts',
      "import { post } from '#server/ledger/transfers.ts';",
    ],
  ])('when %s', (_what, path, text) => {
    expect(violationsOf(path, text)).toBe(1);
  });
});

describe('the import rules allow', () => {
  test.each([
    ['what lies below', 'server/market/orders.ts', "import { post } from '#server/ledger/transfers.ts';"],
    ['a neighbour of the same domain', 'server/market/orders.ts', "import { rules } from './rules.ts';"],
    ['joining everything in the api', 'server/api/root.ts', "import { marketRouter } from '#server/market/router.ts';"],
    ['the process that serves pages to import Next', 'server/main.ts', "import nextServer from 'next';"],
    [
      'tests to use test equipment and sandboxes',
      'server/payments/flows.test.ts',
      "import { startStripeSandbox } from '#server/sandbox/stripe/server.ts';",
    ],
    [
      'a component to use a schema',
      'components/wallet/top-up-form.tsx',
      "import { topUpChoice } from '#server/payments/schema.ts';",
    ],
    [
      'a component to use a schema of a room of a domain',
      'components/refund/refund-form.tsx',
      "import { refundInput } from '#server/payments/refunds/refund-schema.ts';",
    ],
    [
      'a component to use a type',
      'components/order/order-card.tsx',
      "import type { AppRouter } from '#server/api/root.ts';",
    ],
    ['a page to use the api', 'app/wallet/page.tsx', "import { caller } from '#server/api/caller.ts';"],
    [
      'insights to read queries',
      'server/insights/rollups.ts',
      "import { ordersByDay } from '#server/market/queries.ts';",
    ],
  ])('%s', (_what, path, text) => {
    expect(violationsOf(path, text)).toBe(0);
  });
});
