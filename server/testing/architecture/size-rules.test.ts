import { describe, expect, test } from 'vitest';
import { sizeViolations } from './size-rules.ts';

function violationsOf(path: string, text: string): number {
  return sizeViolations([{ path, text }]).length;
}

const statements = (count: number) => 'call();\n'.repeat(count);
const functionOf = (lines: number) => `export function long() {\n${statements(lines - 2)}}\n`;

describe('the size rules turn red', () => {
  test.each([
    ['a file has 301 lines', 'server/market/orders.ts', statements(301)],
    ['a test file has 501 lines', 'server/market/orders.test.ts', statements(501)],
    ['a script has 301 lines', 'scripts/up.mjs', statements(301)],
    ['a function has 71 lines', 'server/market/orders.ts', functionOf(71)],
    ['an arrow function has 71 lines', 'server/market/orders.ts', `const long = () => {\n${statements(69)}};\n`],
    ['a component has 121 lines', 'components/order/order-card.tsx', functionOf(121)],
    [
      'a function has four parameters',
      'server/market/rules.ts',
      'export function f(a: string, b: string, c: string, d: string) { return a + b + c + d; }',
    ],
  ])('when %s', (_what, path, text) => {
    expect(violationsOf(path, text)).toBe(1);
  });
});

describe('the size rules allow', () => {
  test.each([
    ['a file of 300 lines', 'server/market/orders.ts', statements(300)],
    ['a function of 70 lines', 'server/market/orders.ts', functionOf(70)],
    ['a component of 120 lines', 'components/order/order-card.tsx', functionOf(120)],
    ['a long describe', 'server/market/orders.test.ts', `describe('orders', () => {\n${statements(200)}});\n`],
    ['a long seed', 'prisma/seed/listings.ts', statements(600)],
  ])('%s', (_what, path, text) => {
    expect(violationsOf(path, text)).toBe(0);
  });
});
