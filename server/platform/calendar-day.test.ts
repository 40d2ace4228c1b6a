import { expect, test } from 'vitest';

import { dayOf, daysBetween, nextDay, startOfDay } from '#server/platform/calendar-day.ts';

test('a day of Venice begins at its own midnight, in winter, in summer and when the clock changes', () => {
  const venice = (day: string) => startOfDay(day, 'Europe/Rome').toISOString();
  expect(venice('2026-01-15')).toBe('2026-01-14T23:00:00.000Z');
  expect(venice('2026-07-15')).toBe('2026-07-14T22:00:00.000Z');
  expect(venice('2026-03-29')).toBe('2026-03-28T23:00:00.000Z');
  expect(venice('2026-03-30')).toBe('2026-03-29T22:00:00.000Z');
  expect(venice('2026-10-25')).toBe('2026-10-24T22:00:00.000Z');
  expect(venice('2026-10-26')).toBe('2026-10-25T23:00:00.000Z');
});

test('places behind Greenwich and at Greenwich have their own midnight too', () => {
  expect(startOfDay('2026-01-15', 'America/New_York').toISOString()).toBe('2026-01-15T05:00:00.000Z');
  expect(startOfDay('2026-01-15', 'UTC').toISOString()).toBe('2026-01-15T00:00:00.000Z');
});

test('a day that is not in the calendar is no day', () => {
  for (const text of [
    undefined,
    '',
    '2026-02-30',
    '2026-13-01',
    '26-01-01',
    '2026-1-1',
    '2026-01-01T00:00',
    '0000-01-01',
    "'; --",
  ]) {
    expect(dayOf(text)).toBeUndefined();
  }
  expect(dayOf('2028-02-29')).toBe('2028-02-29');
});

test('days are counted with the first and the last', () => {
  expect(nextDay('2026-12-31')).toBe('2027-01-01');
  expect(daysBetween('2026-03-01', '2026-03-01')).toBe(1);
  expect(daysBetween('2026-01-01', '2026-12-31')).toBe(365);
});
