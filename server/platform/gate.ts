/** Lets so many in at once, some more wait in the order in which they came, and turns away whoever comes beyond. */
export interface Gate {
  /** Runs `work` when its turn comes. Rejects with what `refusal` makes when too many wait already. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

export interface GateOptions {
  atOnceMax: number;
  waitingMax: number;
  /** What whoever is turned away is told. */
  refusal: () => Error;
}

export function createGate({ atOnceMax, waitingMax, refusal }: GateOptions): Gate {
  const waiting: (() => void)[] = [];
  let inside = 0;
  const leave = () => {
    const next = waiting.shift();
    // Whoever waits takes the place over, so that nobody who has just come slips in before them.
    if (next === undefined) inside -= 1;
    else next();
  };
  return {
    run: async (work) => {
      if (inside < atOnceMax) inside += 1;
      else if (waiting.length >= waitingMax) throw refusal();
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
