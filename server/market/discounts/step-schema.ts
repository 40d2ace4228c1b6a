import { z } from '#server/platform/zod.ts';

/** Percentages are basis points: a hundredth of a percent. */
export const percentBps = z.number().int().min(1).max(9_999);

export const quantityStepsMax = 5;

/** From so many on, each costs so much less. */
const quantityStep = z.object({ fromQuantity: z.number().int().min(2).max(100), percentBps });
export type QuantityStep = z.output<typeof quantityStep>;

/** Whoever buys more pays less for each: both rise from step to step. */
export const quantitySteps = z
  .array(quantityStep)
  .max(quantityStepsMax)
  .refine((steps) => steps.every((step, index) => isAbove(step, steps[index - 1])), { error: 'steps_not_rising' });

function isAbove(step: QuantityStep, before: QuantityStep | undefined): boolean {
  return before === undefined || (step.fromQuantity > before.fromQuantity && step.percentBps > before.percentBps);
}
