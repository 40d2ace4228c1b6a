import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { describe, expect, test } from 'vitest';

/** The configuration itself, asked about texts that stand in for files which exist. */
const eslint = new ESLint({ cwd: fileURLToPath(new URL('../../..', import.meta.url)) });

async function rulesBroken(filePath: string, text: string): Promise<(string | null)[]> {
  const results = await eslint.lintText(text, { filePath });
  return results.flatMap((result) => result.messages.map((message) => message.ruleId));
}

const money = 'server/money/money.ts';
const service = 'server/market/orders/orders.ts';
const component = 'components/ui/badge.tsx';

describe('the linter turns red', { timeout: 120_000 }, () => {
  test.each([
    ['no-restricted-syntax', money, "export const price = Number('1');"],
    ['no-restricted-syntax', money, "export const price = parseFloat('1');"],
    ['no-restricted-syntax', 'server/ledger/transfers.ts', 'export const text = (price: number) => price.toFixed(2);'],
    ['no-restricted-syntax', service, 'export const cents = (price: number) => Math.round(price);'],
    ['no-restricted-properties', service, "export const key = process.env['KEY'];"],
    ['@typescript-eslint/no-floating-promises', service, 'export function run(): void {\n  Promise.resolve(1);\n}'],
    [
      '@typescript-eslint/no-misused-promises',
      service,
      'export const all = [1].filter(async () => Promise.resolve(true));',
    ],
    ['@typescript-eslint/no-explicit-any', service, 'export const value = (given: any): unknown => given;'],
    ['@typescript-eslint/no-non-null-assertion', service, 'export const first = (all: string[]) => all[0]!;'],
    ['@typescript-eslint/no-unnecessary-condition', service, "export const word = (text: string) => text ?? 'none';"],
    [
      '@typescript-eslint/max-params',
      service,
      'export const f = (a: string, b: string, c: string, d: string) => [a, b, c, d];',
    ],
    [
      '@typescript-eslint/consistent-type-imports',
      service,
      "import { Tx } from '#server/platform/db.ts';\nexport type T = Tx;",
    ],
    [
      '@typescript-eslint/switch-exhaustiveness-check',
      service,
      "export function f(side: 'in' | 'out'): void {\n  switch (side) {\n    case 'in':\n  }\n}",
    ],
    ['no-console', service, "console.log('here');"],
    ['cascade/no-literal-text', component, 'export const Badge = () => <p>Sold out</p>;'],
    ['cascade/tokens-only', component, 'export const Badge = () => <p className="text-red-500" />;'],
  ])('by %s in %s', async (rule, filePath, text) => {
    expect(await rulesBroken(filePath, text)).toContain(rule);
  });
});
