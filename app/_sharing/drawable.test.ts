import { expect, test } from 'vitest';

import { drawable } from './drawable.ts';

test('letters that no typeface here has are left out, so that nothing is asked for them elsewhere', () => {
  expect(drawable('Vaso 🌊 di Šibenik 玻璃 “blu”', 60)).toBe('Vaso di Šibenik “blu”');
  expect(drawable('玻璃', 60)).toBe('');
});

test('a long text ends between two words', () => {
  expect(drawable('A goblet of blue Murano glass', 20)).toBe('A goblet of blue …');
  expect(drawable('A'.repeat(50), 20)).toBe(`${'A'.repeat(20)} …`);
});
