import fc from 'fast-check';
import { expect, it } from 'vitest';
import { movableClock } from '#server/testing/clock.ts';
import { createCallPace } from './call-pace.ts';

it('no stretch of a minute holds more calls than allowed, and none is turned away without need', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 20, maxLength: 200 }), (pauses) => {
      const clock = movableClock(new Date(0));
      const pace = createCallPace({ callsMax: 5, windowMs: 60_000, clock });
      const made: number[] = [];
      for (const milliseconds of pauses) {
        clock.advance(milliseconds);
        const now = clock.now().getTime();
        const lately = made.filter((time) => time > now - 60_000).length;
        expect(pace.take()).toBe(lately < 5);
        if (lately < 5) made.push(now);
      }
    }),
  );
});
