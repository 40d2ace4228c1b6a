import { isDomainError } from '#server/platform/errors.ts';

/** What it answers, or the code it is refused with; null for a call without an answer. */
export async function codeOr<Answer>(call: Promise<Answer>): Promise<Answer | string | null> {
  return call.then(
    (answer) => answer ?? null,
    (error: unknown) => {
      if (isDomainError(error)) return error.code;
      throw error;
    },
  );
}
