import { describe, expect, test } from 'vitest';
import { namingViolations } from './naming-rules.ts';

function violationsOf(path: string, text = 'export {};'): number {
  return namingViolations([{ path, text }]).length;
}

describe('the naming rules turn red', () => {
  test.each([
    ['a file is in camel case', 'server/market/orderRules.ts', 'export {};'],
    ['a component file is in Pascal case', 'components/order/OrderCard.tsx', 'export {};'],
    ['a folder is in snake case', 'components/order_list/row.tsx', 'export {};'],
    ['a file is called utils', 'server/market/utils.ts', 'export {};'],
    ['a folder is called lib', 'components/lib/dates.ts', 'export {};'],
    ['a barrel appears', 'server/market/index.ts', "export * from './orders.ts';"],
    [
      'a function is exported by default',
      'components/order/order-card.tsx',
      'export default function OrderCard() { return null; }',
    ],
    ['a value is exported by default', 'server/market/rules.ts', 'const rules = {}; export default rules;'],
    ['a name is exported as default', 'server/market/rules.ts', 'const rules = {}; export { rules as default };'],
    ['a Server Action appears', 'app/wallet/actions.ts', "'use server';\nexport async function pay() {}"],
    ['a Server Action hides in a function', 'app/wallet/pay.tsx', "export async function pay() { 'use server'; }"],
    ['a proxy appears', 'proxy.ts', 'export {};'],
    ['a loading file appears', 'app/(market)/market/loading.tsx', 'export {};'],
  ])('when %s', (_what, path, text) => {
    expect(violationsOf(path, text)).toBe(1);
  });
});

describe('the naming rules allow', () => {
  test.each([
    [
      'a page of Next to export by default',
      'app/(market)/listings/[id]/page.tsx',
      'export default function Page() { return null; }',
    ],
    ['a configuration to export by default', 'next.config.mjs', 'export default {};'],
    ['a migration its time', 'prisma/migrations/20261121000000_platform/migration.sql', 'SELECT 1;'],
    ['a decision its number', 'server/decisions/0001-one-database.md', '# One database'],
    ['catch-all segments', 'app/api/auth/[...nextauth]/route.ts', 'export { GET } from "x";'],
    ['private folders', 'app/_messages/en/wallet.json', '{}'],
  ])('%s', (_what, path, text) => {
    expect(violationsOf(path, text)).toBe(0);
  });
});
