/**
 * The outcome of `work`, or null when it takes longer. An answer that lies in a socket already is still taken:
 * in a process that was busy the timer comes first, though the other side was in time.
 */
export async function within<T>(work: Promise<T>, milliseconds: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => setImmediate(resolve, null), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
