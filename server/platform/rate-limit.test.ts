import { describe, expect, it } from 'vitest';
import { movableClock } from '#server/testing/clock.ts';
import { takeTimes, three } from '#server/testing/limits.ts';
import { createLimits } from './rate-limit.ts';

describe('limits in one process', () => {
  it('refuses the call over the limit, says how long to wait, and forgives after the window', async () => {
    const clock = movableClock(new Date('2026-05-01T10:00:00Z'));
    const limits = createLimits({ clock });
    expect(await takeTimes(limits, 4, 'a')).toEqual(['taken', 'taken', 'taken', 'rate_limited']);
    expect(await takeTimes(limits, 1, 'b')).toEqual(['taken']);
    await expect(limits.take(three, 'a')).rejects.toMatchObject({ details: { retryAfterSeconds: 60 } });
    clock.advance(120_000);
    expect(await takeTimes(limits, 1, 'a')).toEqual(['taken']);
  });
});
