import { setTimeout as pause } from 'node:timers/promises';

/** How often an open stream asks whether its session still lives. With what its source waits, it ends within 5 s. */
export const sessionCheckMs = 1_500;

/**
 * Passes on what a source yields for as long as a session lives, and ends by itself soon after it does, wherever it was
 * ended. While PostgreSQL is away it throws, so that the browser connects again later. `stop` tells a source that waits
 * for news that nobody waits for it any longer, and `reader` is aborted when the reader leaves: asking a generator to
 * return does nothing while it waits.
 */
export async function* whileSessionLives<T>(
  source: AsyncIterable<T>,
  session: { isLive: () => Promise<boolean>; stop: () => void; reader?: AbortSignal | undefined; everyMs?: number },
): AsyncGenerator<T, void> {
  const stopped = new AbortController();
  const signal = session.reader === undefined ? stopped.signal : AbortSignal.any([stopped.signal, session.reader]);
  const over = untilOver(session.isLive, { everyMs: session.everyMs ?? sessionCheckMs, signal });
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
    session.stop();
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
