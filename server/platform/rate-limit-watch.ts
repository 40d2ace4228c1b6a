import { within } from './within.ts';

/** Knows whether the Redis that counts for all processes answers, and finds out by itself when it does again. */
export interface RedisWatch {
  isUp(): boolean;
  /** When it last came back from an outage that may have cost its memory, on `performance.now()`; null for never. */
  renewedAt(): number | null;
  /**
   * It failed: from now on it is not asked any more, only probed. One that was merely slow, for less than a second and
   * on connections that held, has its memory still; after anything else that is not known.
   */
  lost(reason: string, wasSlow?: boolean): void;
  /** It may be there again: probe now instead of later. */
  probeSoon(): void;
  close(): void;
}

/** Told once when Redis is lost, and once when it is back. */
export type OnSharing = (change: { isShared: boolean; reason: string }) => void;

const slowMsMax = 1_000;
const firstProbeMs = 25;
const probeMsMax = 1_000;
/** So many probes in a row have taken about two seconds. */
const probesBeforeComplaint = 6;

/**
 * A small circuit breaker. It begins open: the first probe, at once, closes it. One failure opens it again, because
 * with a local count to fall back to nothing is gained by waiting for a second one.
 */
export function createRedisWatch(options: {
  probe: () => Promise<unknown>;
  /** A Redis that needs longer than this is not there. */
  answerMsMax: number;
  onSharing: OnSharing;
}): RedisWatch {
  let isUp = false;
  let wasUp = false;
  let renewedAt: number | null = null;
  let lostAt = performance.now();
  let hasMemory = true;
  let probes = 0;
  let isProbing = false;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;

  const plan = (milliseconds: number) => {
    clearTimeout(timer);
    if (!isClosed && !isUp) timer = setTimeout(() => void probe(), milliseconds).unref();
  };
  const probe = async () => {
    if (isProbing) return;
    isProbing = true;
    const reason = await within(options.probe(), options.answerMsMax).then(
      (answer) => (answer === null ? 'it does not answer in time' : null),
      reasonOf,
    );
    isProbing = false;
    if (isClosed || isUp) return;
    if (reason === null) return rise();
    probes += 1;
    if (!wasUp && probes === probesBeforeComplaint) options.onSharing({ isShared: false, reason });
    plan(Math.min(firstProbeMs * 2 ** probes, probeMsMax));
  };
  const rise = () => {
    const now = performance.now();
    if (!hasMemory || now - lostAt > slowMsMax) renewedAt = now;
    if (wasUp || probes >= probesBeforeComplaint) options.onSharing({ isShared: true, reason: 'it answers' });
    [isUp, wasUp, hasMemory] = [true, true, true];
  };
  const watch: RedisWatch = {
    isUp: () => isUp,
    renewedAt: () => renewedAt,
    lost: (reason, wasSlow = false) => {
      if (!wasSlow && wasUp) hasMemory = false;
      if (!isUp || isClosed) return;
      isUp = false;
      lostAt = performance.now();
      probes = 0;
      options.onSharing({ isShared: false, reason });
      plan(firstProbeMs);
    },
    probeSoon: () => plan(0),
    close: () => {
      isClosed = true;
      isUp = false;
      clearTimeout(timer);
    },
  };
  plan(0);
  return watch;
}

/** Why Redis failed, in few words and without the caller's address, which the clients put into their messages. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = (error.cause ?? error) as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
