import type { Clock } from '#server/platform/clock.ts';

/** A clock that stands still until a test moves it. */
export interface MovableClock extends Clock {
  set(time: Date): void;
  advance(milliseconds: number): void;
}

export function movableClock(start: Date): MovableClock {
  let time = start.getTime();
  return {
    now: () => new Date(time),
    set: (next) => {
      time = next.getTime();
    },
    advance: (milliseconds) => {
      time += milliseconds;
    },
  };
}
