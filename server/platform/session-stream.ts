import { setTimeout as pause } from 'node:timers/promises';

/** How often an open stream asks whether its session still lives. With what its source waits, it ends within 5 s. */
export const sessionCheckMs = 1_500;

/**
 * Passes on what a source yields for as long as a session lives, and ends by itself soon after it does, wherever it was
 * ended. While PostgreSQL is away it throws, so that the browser connects again later.
 */
export async function* whileSessionLives<T>(
  source: AsyncIterable<T>,
  session: { isLive: () => Promise<boolean>; everyMs?: number },
): AsyncGenerator<T, void> {
  const stopped = new AbortController();
  const over = untilOver(session.isLive, { everyMs: session.everyMs ?? sessionCheckMs, signal: stopped.signal });
  // A failure while the reader is busy with an item is met by the next race; it must not count as nobody's.
  over.catch(() => undefined);
  const items = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([items.next(), over]);
      if (next === null || next.done === true) return;
      yield next.value;
    }
  } finally {
    stopped.abort();
    await items.return?.();
  }
}

/** Resolves when the session is over or nobody reads any longer. */
async function untilOver(
  isLive: () => Promise<boolean>,
  { everyMs, signal }: { everyMs: number; signal: AbortSignal },
): Promise<null> {
  while (!signal.aborted && (await isLive())) {
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
  return null;
}
