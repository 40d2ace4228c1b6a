import { assertMayChange, assertSecondFactorGiven } from '#server/platform/access.ts';
import { answerRefusal, type Handler } from '#server/platform/http.ts';
import type { LimitClassName } from '#server/platform/rate-limit-classes.ts';
import { requestLimits } from '#server/platform/rate-limit-request.ts';
import type { Context } from '#server/platform/trpc.ts';
import { createContext, limits } from './context.ts';

/**
 * A door beside the procedures: counted in a class of limits and in the month of a credential, shut to whoever still owes
 * a second factor, and to a credential that may only read but for reading.
 * Refuses `rate_limited`, `monthly_calls_used`, `second_factor_required`, `credential_read_only` and what the answer
 * refuses.
 */
export function limitedDoor(
  limitClass: LimitClassName,
  answer: (request: Request, context: Context) => Promise<Response>,
): Handler {
  return async (request) => {
    const taken = requestLimits(limits());
    const answered = async () => {
      const context = await createContext(request.headers, { limits: taken });
      await taken.take(limitClass, context.callers);
      await context.countCall();
      if (request.method !== 'GET' && request.method !== 'HEAD') assertMayChange(context.principal);
      if (context.principal !== null) assertSecondFactorGiven(context.principal);
      return await answer(request, context);
    };
    const response = await answered().catch(answerRefusal);
    for (const [name, value] of Object.entries(taken.headers())) response.headers.set(name, value);
    return response;
  };
}
