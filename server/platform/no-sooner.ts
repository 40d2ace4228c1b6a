import { setTimeout as pause } from 'node:timers/promises';

/** Ends like the work, well or badly, but no sooner than after so long: then how long it took tells nothing of how. */
export async function noSoonerThan<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const [outcome] = await Promise.allSettled([work, pause(milliseconds)]);
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}
