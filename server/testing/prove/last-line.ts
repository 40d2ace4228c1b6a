export type Cleanup = () => Promise<unknown>;

/** Something that whoever started the command did or can mend: its message is shown alone. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/**
 * Runs a command whose last line is JSON also when it fails or is told to stop: then with why, with what `known` says
 * by then, and code 1. What the work adds to `cleanups` is run before the end, the latest first.
 */
export async function endWithJson(
  work: (cleanups: Cleanup[]) => Promise<void>,
  known: () => object = () => ({}),
): Promise<void> {
  const cleanups: Cleanup[] = [];
  const stopped = new Promise<never>((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        reject(new Stopped(`ended by ${signal}`));
      });
    }
  });
  const failures: unknown[] = [];
  const fail = (error: unknown) => void failures.push(error);
  await Promise.race([work(cleanups), stopped]).catch(fail);
  for (const cleanup of cleanups.reverse()) await cleanup().catch(fail);
  if (failures.length > 0) tell(failures, known());
  // Whatever still runs belongs to work that nobody waits for any more.
  process.exit();
}

/** Why it failed, for people and in the last line. */
function tell(failures: readonly unknown[], known: object): void {
  for (const error of failures) process.stderr.write(`✗ ${textOf(error)}\n`);
  const [first] = failures;
  const failed = first instanceof Error ? first.message : String(first);
  process.stdout.write(`${JSON.stringify({ ok: false, failed, ...known })}\n`);
  process.exitCode = 1;
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof Stopped ? error.message : (error.stack ?? error.message);
}
