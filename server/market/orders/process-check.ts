import { effectTemplates } from '#server/market/orders/process.ts';
import type { OrderProcess, OrderTransition } from '#server/market/orders/process.ts';
import { decideTransition, isOpenIn, statesOf } from '#server/market/orders/process-rules.ts';

/**
 * What is wrong with a declared process, in words; empty when every order under it ends and takes its money along. It
 * looks at the declaration only; `process.test.ts` walks the paths through the real services.
 */
export function faultsOf(process: OrderProcess): string[] {
  const open = statesOf(process).filter((state) => isOpenIn(process, state));
  return [
    ...open.flatMap((state) => faultsOfState(process, state)),
    ...process.transitions.flatMap((step) => faultsOfStep(process, step)),
    ...(isOpenIn(process, process.first) ? [] : [`an order would be over where it starts, in ${process.first}`]),
    ...unreached(process).map((state) => `no step leads to ${state}`),
    ...statesOf(process)
      .filter((state) => reachedFrom(process, state).has(state))
      .map((state) => `${state} comes back once it was left`),
  ];
}

type State = OrderTransition['from'];

function faultsOfState(process: OrderProcess, state: State): string[] {
  const faults: string[] = [];
  const timers = process.timers.filter((timer) => timer.state === state);
  if (process.timers.length > 0 && timers.length !== 1) faults.push(`${state} is left to itself: it has no one timer`);
  for (const { action, afterDays } of timers) {
    const decision = decideTransition(process, { state, action, actor: 'system' });
    if (!decision.allowed || decision.transition.to === state) faults.push(`the timer of ${state} leads nowhere`);
    if (afterDays < 1) faults.push(`the timer of ${state} leaves nobody a day`);
  }
  const isCancelled = process.transitions.some(
    ({ from, actor, action, effect }) =>
      from === state && actor === 'system' && action === 'cancel' && effect === 'refund',
  );
  if (!isCancelled) faults.push(`the house cannot cancel an order that is ${state}`);
  return faults;
}

function faultsOfStep(process: OrderProcess, { from, to, action, actor, effect }: OrderTransition): string[] {
  const name = `${action} by ${actor} of ${from}`;
  const faults: string[] = [];
  const ends = isOpenIn(process, from) && !isOpenIn(process, to);
  if (ends !== ['release', 'refund', 'settle'].includes(effect))
    faults.push(`${name} ${ends ? 'ends the order and leaves its money in escrow' : 'empties the escrow too early'}`);
  if (effect === 'refund_part' && !(from === to && isOpenIn(process, from)))
    faults.push(`${name} gives back a part of an escrow that is not there`);
  if (effect === 'give_back' && !(from === to && !isOpenIn(process, from)))
    faults.push(`${name} takes from a seller who is not paid`);
  if (!isOpenIn(process, from) && from !== to) faults.push(`${name} reopens an order that is over`);
  if ((effectTemplates[effect] === null) !== (effect === 'none')) faults.push(`${name} has no posting`);
  const alike = process.transitions.filter(
    (other) => other.from === from && other.action === action && other.actor === actor,
  );
  if (alike.length > 1) faults.push(`${name} is declared twice`);
  return faults;
}

function unreached(process: OrderProcess): State[] {
  const reached = reachedFrom(process, process.first);
  return statesOf(process).filter((state) => state !== process.first && !reached.has(state));
}

/** The states that steps lead to from this one; itself only where they lead back to it. */
function reachedFrom(process: OrderProcess, start: State): ReadonlySet<State> {
  const moves = process.transitions.filter(({ from, to }) => from !== to);
  const reached = new Set<State>();
  for (let before = -1; before < reached.size;) {
    before = reached.size;
    for (const { from, to } of moves) if (from === start || reached.has(from)) reached.add(to);
  }
  return reached;
}
