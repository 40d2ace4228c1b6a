/** What the control page has switched on. One record, kept over restarts. */
export interface ChaosRecord {
  webhookUrl: string | null;
  held: boolean;
  delayMs: number;
  dropNext: number;
  failNext: NextFault;
  clockOffsetMs: number;
  weather: Weather;
}

/**
 * `before`: answered with 500 and nothing done. `after`: done, but the reply is lost on the way.
 * `slow`: done, but the reply comes `delayMs` later, so that the same key meets itself.
 */
export type FailMode = 'before' | 'after' | 'slow';

/** Strikes the next `count` API calls whose method and path begin with `route`; an empty route means all. */
export interface NextFault {
  mode: FailMode;
  count: number;
  route: string;
  delayMs: number;
}

/** Steady bad weather for a chaos run; repeatable, as its draws come from the seed. */
export interface Weather {
  /** How often every event is sent. */
  times: number;
  /** Each sending is put off by up to this long, which shuffles the order. */
  spreadMs: number;
  dropPerMille: number;
  seed: number;
  draws: number;
}

export const fairWeather: Weather = { times: 1, spreadMs: 0, dropPerMille: 0, seed: 1, draws: 0 };

export const calm: ChaosRecord = {
  webhookUrl: null,
  held: false,
  delayMs: 0,
  dropNext: 0,
  failNext: { mode: 'before', count: 0, route: '', delayMs: 0 },
  clockOffsetMs: 0,
  weather: fairWeather,
};

/** A number from 0 up to `below`, the same for the same seed and draw (mulberry32). */
export function drawn(seed: number, draw: number, below: number): number {
  let state = (seed + Math.imul(draw, 0x6d2b79f5)) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) % below;
}
