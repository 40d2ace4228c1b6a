import type { Limits, RateLimit } from '#server/platform/rate-limit.ts';

/** A limit small enough to run into. */
export const three: RateLimit = { name: 'three', calls: 3, windowSeconds: 60 };

/** Calls that many times in a row and says what became of each. */
export async function takeTimes(limits: Limits, times: number, caller: string): Promise<string[]> {
  const outcomes: string[] = [];
  for (let count = 0; count < times; count += 1) {
    outcomes.push(
      await limits.take(three, caller).then(
        () => 'taken',
        (error: unknown) => (error as { code: string }).code,
      ),
    );
  }
  return outcomes;
}
