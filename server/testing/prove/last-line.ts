export type Cleanup = () => Promise<unknown>;

/**
 * Runs a command whose last line is JSON also when it fails or is told to stop: then with why, and code 1. What the
 * work adds to `cleanups` is run before the end, the latest first.
 */
export async function endWithJson(work: (cleanups: Cleanup[]) => Promise<void>): Promise<void> {
  const cleanups: Cleanup[] = [];
  const stopped = new Promise<never>((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        reject(new Error(`ended by ${signal}`));
      });
    }
  });
  try {
    await Promise.race([work(cleanups), stopped]);
  } catch (error) {
    process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
    const why = error instanceof Error ? error.message : String(error);
    process.stdout.write(`${JSON.stringify({ ok: false, failed: why })}\n`);
    process.exitCode = 1;
  }
  for (const cleanup of cleanups.reverse()) await cleanup();
  // Whatever still runs belongs to work that nobody waits for any more.
  process.exit();
}
