import {
  limitClasses,
  type Allowance,
  type Callers,
  type LimitClass,
  type LimitClassName,
} from '#server/platform/rate-limit-classes.ts';
import type { Limits } from '#server/platform/rate-limit.ts';

/** The classes of the product, but one kind of caller may write only so often, and no other is counted. */
export function writesOf(kind: keyof Callers, allowance: Allowance, windowSeconds = 60): LimitClasses {
  const calls = { address: { shared: 1_000_000, local: 1_000_000 }, [kind]: allowance };
  return { ...limitClasses, write: { windowSeconds, calls } };
}

type LimitClasses = Record<LimitClassName, LimitClass>;

/** Takes that many times in a row and says what became of each. */
export async function takeTimes(
  limits: Limits,
  times: number,
  call: { className?: LimitClassName; callers: Callers },
): Promise<string[]> {
  const outcomes: string[] = [];
  for (let count = 0; count < times; count += 1) {
    outcomes.push(
      await limits.take(call.className ?? 'write', call.callers).then(
        () => 'taken',
        (error: unknown) => (error as { code: string }).code,
      ),
    );
  }
  return outcomes;
}
