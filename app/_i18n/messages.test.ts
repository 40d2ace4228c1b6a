import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { locales } from './locale.ts';
import { loadMessages } from './messages.ts';

test.each(locales)('every catalogue of %s that there is can be read, and no other is asked for', async (locale) => {
  const files = readdirSync(new URL(`../_messages/${locale}/`, import.meta.url));
  const there = files.map((name) => name.replace(/\.json$/, '')).sort();
  expect(Object.keys(await loadMessages(locale)).sort()).toEqual(there);
});
