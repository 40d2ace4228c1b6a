import type { OrderTurn } from '#server/market/dashboards/dashboard-schema.ts';
import type { OrderState, PartyAction } from '#server/market/orders/order-schema.ts';
import type { OrderProcess } from '#server/market/orders/process.ts';
import { pathAhead } from '#server/market/orders/process-rules.ts';

/** Who has to act on an open order, and how, as the declared process says. */

export interface Turn {
  turn: OrderTurn;
  /** The step that leads on, for whom it waits; null where an operator decides. */
  step: PartyAction | null;
}

/** The step to the next state on the way to where the seller is paid, and who may take it. */
export function turnIn(process: OrderProcess, state: OrderState): Turn {
  const [next] = pathAhead(process, state);
  const steps = process.transitions.filter(
    ({ from, to, actor }) => from === state && to === next && (actor === 'buyer' || actor === 'seller'),
  );
  const step = steps.map(({ action }) => action).find((action) => action !== 'lapse');
  if (step === undefined) return { turn: 'operator', step: null };
  const actors = new Set(steps.map(({ actor }) => actor));
  if (actors.size > 1) return { turn: 'both', step };
  return { turn: actors.has('seller') ? 'seller' : 'buyer', step };
}
