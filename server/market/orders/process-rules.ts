import type {
  OrderAction,
  OrderActor,
  OrderNextStep,
  OrderState,
  PartyAction,
} from '#server/market/orders/order-schema.ts';
import { orderStates } from '#server/market/orders/order-schema.ts';
import { orderProcesses } from '#server/market/orders/process.ts';
import type { OrderProcess, OrderTimer, OrderTransition } from '#server/market/orders/process.ts';
import { invariant } from '#server/platform/invariant.ts';

/** What follows from the declared process: pure decisions. */

const dayMs = 86_400_000;

/** The process that an order was placed under. An order of an unknown version is a defect. */
export function processOf(version: number): OrderProcess {
  const process = orderProcesses.find((known) => known.version === version);
  invariant(process !== undefined, `there is no order process ${String(version)}`);
  return process;
}

/** The states of a process, the first one first, in the order in which its steps name them. */
export function statesOf({ first, transitions }: OrderProcess): OrderState[] {
  return [...new Set([first, ...transitions.flatMap(({ from, to }) => [from, to])])];
}

/** Whether an order in this state still has money in escrow: some step leads out of it. */
export function isOpenIn({ transitions }: OrderProcess, state: OrderState): boolean {
  return transitions.some(({ from, to }) => from === state && to !== state);
}

/** States of any version in which the order's money is still in escrow. */
export const openOrderStates: readonly OrderState[] = orderStates.filter((state) =>
  orderProcesses.some((process) => isOpenIn(process, state)),
);

/** States that an order does not leave. */
export const endOrderStates: readonly OrderState[] = orderStates.filter((state) => !openOrderStates.includes(state));

export function isOpen(state: OrderState): boolean {
  return openOrderStates.includes(state);
}

export type TransitionDecision =
  | { readonly allowed: true; readonly transition: OrderTransition }
  | { readonly allowed: false; readonly reason: 'wrong_actor' | 'wrong_state' };

/** Whether `actor` may take `action` on an order in `state`. Who may is decided before when. */
export function decideTransition(
  { transitions }: OrderProcess,
  step: { state: OrderState; action: OrderAction; actor: OrderActor },
): TransitionDecision {
  const ofActor = transitions.filter((rule) => rule.action === step.action && rule.actor === step.actor);
  if (ofActor.length === 0) return { allowed: false, reason: 'wrong_actor' };
  const transition = ofActor.find((rule) => rule.from === step.state);
  return transition === undefined ? { allowed: false, reason: 'wrong_state' } : { allowed: true, transition };
}

/** What `actor` may do next with an order in `state`: the buttons of the order page. */
export function availableActions(
  { transitions }: OrderProcess,
  step: { state: OrderState; actor: OrderActor },
): PartyAction[] {
  return transitions
    .filter((rule) => rule.from === step.state && rule.actor === step.actor)
    .map(({ action }) => action)
    .filter((action) => action !== 'lapse');
}

/** Who may do what with an order in `state`: what its timeline says comes next, without what the house does by itself. */
export function nextSteps({ transitions }: OrderProcess, state: OrderState): OrderNextStep[] {
  return transitions
    .filter(({ from, actor }) => from === state && actor !== 'system')
    .map(({ action, actor, to }) => ({ action, actor, to }));
}

/** The states ahead when all goes well: the shortest way to where the seller is paid, without an operator. */
export function pathAhead({ transitions }: OrderProcess, state: OrderState): OrderState[] {
  const paths: OrderState[][] = [[state]];
  const seen = new Set<OrderState>([state]);
  for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
    const at = path.at(-1);
    const steps = transitions.filter(({ from, to, actor }) => from === at && to !== at && actor !== 'operator');
    const end = steps.find(({ effect }) => effect === 'release' || effect === 'settle');
    if (end !== undefined) return [...path.slice(1), end.to];
    for (const { to, effect } of steps) {
      if (effect !== 'none' || to === 'disputed' || seen.has(to)) continue;
      seen.add(to);
      paths.push([...path, to]);
    }
  }
  return [];
}

/** What the house does by itself in a state, or null. */
export function timerOf({ timers }: OrderProcess, state: OrderState): OrderTimer | null {
  return timers.find((timer) => timer.state === state) ?? null;
}

export interface Deadline {
  deadlineAt: Date | null;
  deadlineAction: OrderAction | null;
}

/** Until when somebody must act on an order that enters `state` now, and what the house does then. */
export function deadlineFrom(process: OrderProcess, entered: { state: OrderState; at: Date }): Deadline {
  const timer = timerOf(process, entered.state);
  if (timer === null) return { deadlineAt: null, deadlineAction: null };
  return { deadlineAt: new Date(entered.at.getTime() + timer.afterDays * dayMs), deadlineAction: timer.action };
}

/**
 * The steps that the house takes at once when an order is placed: it accepts for a seller who wants it so, and accepts and
 * delivers what is digital. None in a process that has no such steps.
 */
export function openingSteps(
  process: OrderProcess,
  order: { acceptsItself: boolean; isDigital: boolean },
): OrderTransition[] {
  const wanted: OrderAction[] = order.isDigital ? ['accept', 'deliver'] : order.acceptsItself ? ['accept'] : [];
  const steps: OrderTransition[] = [];
  let state = process.first;
  for (const action of wanted) {
    const decision = decideTransition(process, { state, action, actor: 'system' });
    if (!decision.allowed) break;
    steps.push(decision.transition);
    state = decision.transition.to;
  }
  return steps;
}
