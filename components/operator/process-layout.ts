import type { ProcessDrawing } from '#server/market/orders/process-views.ts';

type State = ProcessDrawing['first'];

export interface DrawnState {
  state: State;
  isOpen: boolean;
  /** The left upper corner. */
  x: number;
  y: number;
}

export interface DrawnArrow {
  from: State;
  to: State;
  /** As the table numbers the ways from one state to another. */
  number: number;
  /** What a `path` element draws. */
  path: string;
  /** Where its number stands. */
  x: number;
  y: number;
}

export interface ProcessLayout {
  width: number;
  height: number;
  states: DrawnState[];
  arrows: DrawnArrow[];
}

export const box = { width: 176, height: 64 } as const;
const margin = 24;
const bay = 72;
const gap = { x: 260, y: 56 } as const;

/**
 * Places a process: the states that an order passes through stand below each other on the left, in the order in which they
 * are reached, and the ends on the right, each beside those that lead to it. So no arrow runs through a state.
 */
export function layoutOf(process: ProcessDrawing): ProcessLayout {
  const open = inOrder(process);
  const ways = waysOf(process);
  const ends = process.states.filter(({ isOpen }) => !isOpen).map(({ state }) => state);
  const middle = (state: State): number => {
    const rows = ways.filter(({ to }) => to === state).map(({ from }) => open.indexOf(from));
    return rows.reduce((sum, row) => sum + row, 0) / Math.max(rows.length, 1);
  };
  const columns = [open, ends.toSorted((left, right) => middle(left) - middle(right))];
  const rows = Math.max(...columns.map(({ length }) => length));
  const height = margin * 2 + rows * box.height + (rows - 1) * gap.y;
  const states = columns.flatMap((column, index) =>
    column.map((state, row) => ({
      state,
      isOpen: index === 0,
      x: margin + bay + index * (box.width + gap.x),
      y: margin + ((row + 0.5) * (height - margin * 2)) / column.length - box.height / 2,
    })),
  );
  const arrows = ways.map((way) => arrowOf(way, states));
  return { width: margin * 2 + bay + box.width * 2 + gap.x, height, states, arrows };
}

export interface Way {
  from: State;
  to: State;
  number: number;
  /** Which of the ways out of its state it is. */
  index: number;
}

/** From which state to which other one steps lead, numbered. */
export function waysOf({ steps }: ProcessDrawing): Way[] {
  const ways: Way[] = [];
  for (const { from, to } of steps) {
    if (from === to || ways.some((way) => way.from === from && way.to === to)) continue;
    const index = ways.filter((way) => way.from === from).length;
    ways.push({ from, to, number: ways.length + 1, index });
  }
  return ways;
}

/** The open states by the longest way that leads to each. */
function inOrder({ first, states, steps }: ProcessDrawing): State[] {
  const depth = new Map<State, number>([[first, 0]]);
  // As often as there are states is enough where no way leads back.
  for (const _ of states)
    for (const { from, to } of steps) {
      const reached = depth.get(from);
      if (from !== to && reached !== undefined) depth.set(to, Math.max(depth.get(to) ?? 0, reached + 1));
    }
  const open = states.filter(({ isOpen }) => isOpen).map(({ state }) => state);
  return open.toSorted((left, right) => (depth.get(left) ?? 0) - (depth.get(right) ?? 0));
}

function arrowOf({ from, to, number, index }: Way, states: readonly DrawnState[]): DrawnArrow {
  const [start, end] = [states.find(({ state }) => state === from), states.find(({ state }) => state === to)];
  if (start === undefined || end === undefined) throw new Error('a way leads from a state to a state');
  const way = { from, to, number };
  if (start.x === end.x) return { ...way, ...downwards(start, end, states) };
  const [x1, y1] = [start.x + box.width, start.y + box.height * (0.2 + 0.15 * Math.min(index, 4))];
  const [x2, y2] = [end.x, end.y + box.height / 2];
  const bend = gap.x / 2;
  const path = `M ${String(x1)} ${String(y1)} C ${String(x1 + bend)} ${String(y1)} ${String(x2 - bend)} ${String(y2)} ${String(x2)} ${String(y2)}`;
  const at = 0.3 + 0.12 * Math.min(index, 4);
  return { ...way, path, ...pointOf({ x1, y1, x2, y2, bend }, at) };
}

function pointOf(
  { x1, y1, x2, y2, bend }: { x1: number; y1: number; x2: number; y2: number; bend: number },
  at: number,
): { x: number; y: number } {
  const rest = 1 - at;
  const weights = [rest ** 3, 3 * rest ** 2 * at, 3 * rest * at ** 2, at ** 3];
  const of = (places: readonly number[]) =>
    places.reduce((sum, place, index) => sum + place * (weights[index] ?? 0), 0);
  return { x: of([x1, x1 + bend, x2 - bend, x2]), y: of([y1, y1, y2, y2]) };
}

/** To the next one straight; past others in a bow on the left. */
function downwards(
  start: DrawnState,
  end: DrawnState,
  states: readonly DrawnState[],
): { path: string; x: number; y: number } {
  const isNext = !states.some(({ x, y }) => x === start.x && start.y < y && y < end.y);
  const [y1, y2] = [start.y + box.height, end.y];
  if (isNext) {
    const x = start.x + box.width / 2;
    return { path: `M ${String(x)} ${String(y1)} L ${String(x)} ${String(y2)}`, x, y: (y1 + y2) / 2 };
  }
  const [from, to] = [start.y + box.height / 2, end.y + box.height / 2];
  const x = start.x - bay * 0.9;
  const path = `M ${String(start.x)} ${String(from)} C ${String(x)} ${String(from)} ${String(x)} ${String(to)} ${String(end.x)} ${String(to)}`;
  return { path, x: start.x - bay * 0.67, y: (from + to) / 2 };
}
