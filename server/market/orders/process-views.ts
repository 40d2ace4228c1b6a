import { effectTemplates, orderProcesses, currentProcess } from '#server/market/orders/process.ts';
import type { OrderEffect } from '#server/market/orders/process.ts';
import { isOpenIn, statesOf } from '#server/market/orders/process-rules.ts';
import type { OrderAction, OrderActor, OrderState } from '#server/market/orders/order-schema.ts';

/** The declared process as operators read and see it: from the very data that orders follow. */
export interface ProcessDrawing {
  version: number;
  isCurrent: boolean;
  first: OrderState;
  states: { state: OrderState; isOpen: boolean; timer: { afterDays: number; action: OrderAction } | null }[];
  steps: ProcessStep[];
}

export interface ProcessStep {
  from: OrderState;
  to: OrderState;
  action: OrderAction;
  actor: OrderActor;
  effect: OrderEffect;
  /** The posting it books; null where no money moves. */
  template: string | null;
}

/** All versions, the current one first. */
export function processDrawings(): ProcessDrawing[] {
  return orderProcesses
    .map((process) => ({
      version: process.version,
      isCurrent: process === currentProcess,
      first: process.first,
      states: statesOf(process).map((state) => {
        const timer = process.timers.find((one) => one.state === state);
        return {
          state,
          isOpen: isOpenIn(process, state),
          timer: timer === undefined ? null : { afterDays: timer.afterDays, action: timer.action },
        };
      }),
      steps: process.transitions.map(({ from, to, action, actor, effect }) => ({
        ...{ from, to, action, actor, effect },
        template: effectTemplates[effect]?.name ?? null,
      })),
    }))
    .toReversed();
}
