import { describe, expect, it } from 'vitest';
import { callersMax, windowCounts } from './rate-limit-windows.ts';

const minute = 60_000;
const start = Date.parse('2026-05-01T10:00:00Z');

describe('counts in bounded memory', () => {
  it('slide: what was done in the window before counts by how much of it is still covered', () => {
    const counts = windowCounts(minute);
    for (let call = 0; call < 100; call += 1) counts.count('a', start);
    expect(counts.standing('a', start + minute - 1)).toMatchObject({ calls: 100, resetAt: start + minute });
    expect(counts.standing('a', start + minute).calls).toBe(100);
    expect(counts.standing('a', start + 1.25 * minute).calls).toBe(75);
    expect(counts.standing('a', start + 2 * minute).calls).toBe(0);
  });

  it('forget nothing when the clock is set back', () => {
    const counts = windowCounts(minute);
    counts.count('a', start + minute);
    expect(counts.standing('a', start).calls).toBe(1);
  });

  it('take a call back, also after the window in which it was counted', () => {
    const counts = windowCounts(minute);
    const takeBack = counts.count('a', start);
    counts.count('a', start);
    expect(counts.standing('a', start + minute).calls).toBe(2);
    takeBack();
    expect(counts.standing('a', start + minute).calls).toBe(1);
  });

  it('keep the count of everybody who was there, however many others come', () => {
    const counts = windowCounts(minute);
    for (let call = 0; call < 7; call += 1) counts.count('a citizen', start);
    for (let other = 0; other < 10 * callersMax; other += 1) counts.count(`attacker ${String(other)}`, start);
    expect(counts.standing('a citizen', start)).toMatchObject({ calls: 7, isExact: true });
    for (let other = 0; other < 10 * callersMax; other += 1) counts.count(`another ${String(other)}`, start + minute);
    counts.count('a citizen', start + minute);
    expect(counts.standing('a citizen', start + minute)).toMatchObject({ calls: 8, isExact: true });
  });

  it('count whoever comes to full places with others: at least as many calls as they made, never fewer', () => {
    const counts = windowCounts(minute);
    for (let other = 0; other < callersMax; other += 1) counts.count(`first ${String(other)}`, start);
    for (let other = 0; other < 5_000; other += 1) {
      counts.count(`late ${String(other % 500)}`, start);
    }
    for (let other = 0; other < 500; other += 1) {
      const { calls, isExact } = counts.standing(`late ${String(other)}`, start);
      expect(isExact).toBe(false);
      expect(calls).toBeGreaterThanOrEqual(10);
    }
    expect(counts.standing('late 1', start + minute).calls).toBeGreaterThanOrEqual(10);
  });

  it('hold no more than so many callers, and let go of all of them after two windows', () => {
    const counts = windowCounts(minute);
    for (const window of [0, 1, 2, 3]) {
      for (let other = 0; other < 4 * callersMax; other += 1) counts.count(String(other), start + window * minute);
    }
    let own = 0;
    for (let other = 0; other < 4 * callersMax; other += 1) {
      if (counts.standing(String(other), start + 3 * minute).isExact) own += 1;
    }
    expect(own).toBeLessThanOrEqual(2 * callersMax);
    expect(counts.standing('0', start + 5 * minute)).toMatchObject({ calls: 0, isExact: true });
  });
});
