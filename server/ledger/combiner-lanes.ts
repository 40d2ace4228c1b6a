export interface LaneWork<Load> {
  /** Most pieces of work under way at once. */
  lanesMax: number;
  /** The next load, when so many lanes are free; an empty one when nothing waits. */
  next: (lanesFree: number) => readonly Load[];
  /** Works a load off. Must not reject. */
  work: (load: readonly Load[]) => Promise<void>;
}

export interface Lanes {
  /** Says that something waits. Free lanes look for it at the end of the present turn of the event loop. */
  wake(): void;
  busyCount(): number;
  /** Resolves when all lanes are free and nothing waits. */
  drained(): Promise<void>;
}

/**
 * A fixed number of lanes that each work off one load after the other.
 *
 * Lanes start only when every promise job of the present turn has run: callers that were answered together, and hand
 * in their next request in their next line, then share a load instead of the first of them leaving alone. That costs
 * a lone caller no measurable time. (A tick queued from within a promise job runs when no promise job is left.)
 */
export function createLanes<Load>({ lanesMax, next, work }: LaneWork<Load>): Lanes {
  const idlers: (() => void)[] = [];
  let busy = 0;
  let isAwake = false;
  const wake = () => {
    if (isAwake) return;
    isAwake = true;
    queueMicrotask(() => {
      process.nextTick(start);
    });
  };
  const start = () => {
    isAwake = false;
    while (busy < lanesMax) {
      const load = next(lanesMax - busy);
      if (load.length === 0) break;
      busy += 1;
      void work(load).finally(() => {
        busy -= 1;
        wake();
      });
    }
    if (busy === 0) for (const resolve of idlers.splice(0)) resolve();
  };
  return {
    wake,
    busyCount: () => busy,
    drained: () =>
      new Promise((resolve) => {
        idlers.push(resolve);
        wake();
      }),
  };
}
