import { isDomainError } from '#server/platform/errors.ts';

const attemptsMax = 5;
const passing = new Set(['condition_failed', 'ledger_contention', 'ledger_busy']);

/** Repeats what found a wallet changed between deciding and booking. */
export async function repeated<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isPassing = isDomainError(error) && passing.has(error.code);
      if (!isPassing || attempt === attemptsMax) throw error;
    }
  }
}
