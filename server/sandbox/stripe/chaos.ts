/** What the control page has switched on. One record, kept over restarts. */
export interface ChaosRecord {
  webhookUrl: string | null;
  held: boolean;
  delayMs: number;
  dropNext: number;
  failNext: { mode: FailMode; count: number };
  clockOffsetMs: number;
}

/** `before`: answered with 500 and nothing done. `after`: done, but the reply is lost on the way. */
export type FailMode = 'before' | 'after';

export const calm: ChaosRecord = {
  webhookUrl: null,
  held: false,
  delayMs: 0,
  dropNext: 0,
  failNext: { mode: 'before', count: 0 },
  clockOffsetMs: 0,
};
