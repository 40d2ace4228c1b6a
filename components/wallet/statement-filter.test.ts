import { expect, test } from 'vitest';

import { csvAddress, cursorOf, filterOf, isBackwards, isFiltered } from '#components/wallet/statement-filter.ts';

const nothing = { group: undefined, from: undefined, to: undefined };

test('an address that was mistyped shows everything instead of failing', () => {
  const filter = filterOf({ group: 'bribes', from: '2026-02-31', to: 'yesterday' });
  expect(filter).toEqual(nothing);
  expect(isFiltered(filter)).toBe(false);
  for (const text of [undefined, '', '0', '-1', '1.5', '1e9', '9'.repeat(40)]) expect(cursorOf(text)).toBeUndefined();
  expect(cursorOf('42')).toBe(42n);
});

test('the download covers what the page shows', () => {
  expect(csvAddress(nothing, '2026-11-21')).toBe('/api/wallet/statement.csv');
  const filter = filterOf({ group: 'top-ups', from: '2026-11-01', to: '2026-11-21' });
  expect(csvAddress(filter, '2026-11-21')).toBe(
    '/api/wallet/statement.csv?from=2026-11-01&to=2026-11-21&kinds=top_up_base%2Ctop_up_bonus%2Cgrant',
  );
});

test('no download is offered that the server would refuse', () => {
  expect(csvAddress({ ...nothing, from: '2025-11-20', to: '2026-11-20' }, '2026-11-21')).not.toBeNull();
  expect(csvAddress({ ...nothing, from: '2025-11-19', to: '2026-11-20' }, '2026-11-21')).toBeNull();
  expect(csvAddress({ ...nothing, from: '2025-11-20' }, '2026-11-21')).toBeNull();
  const backwards = { ...nothing, from: '2026-11-02', to: '2026-11-01' };
  expect(isBackwards(backwards)).toBe(true);
  expect(csvAddress(backwards, '2026-11-21')).toBeNull();
});
