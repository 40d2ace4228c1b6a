/** One side of a comparison. */
export interface Racer {
  name: string;
  /** Works for one slice of time and says how many transfers a second it made. */
  run(): Promise<number>;
}

export interface Measurement {
  name: string;
  /** One per round, in the order of rounds. */
  rates: number[];
}

/**
 * Runs all racers in each round, in an order that moves on by one each time, so that whatever slows the machine for a
 * while slows all of them. The first round warms up and does not count.
 */
export async function race(racers: readonly Racer[], rounds: number): Promise<Measurement[]> {
  const measurements = racers.map(({ name }): Measurement => ({ name, rates: [] }));
  for (let round = 0; round <= rounds; round += 1) {
    for (let turn = 0; turn < racers.length; turn += 1) {
      const place = (round + turn) % racers.length;
      const rate = await racers[place]?.run();
      if (round > 0 && rate !== undefined) measurements[place]?.rates.push(rate);
    }
  }
  return measurements;
}

/** The middle one, or half way between the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

/** The smallest number that at least the given share of all numbers does not exceed. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** How many times faster the first was, round by round. */
export function ratios(first: Measurement, second: Measurement): number[] {
  return first.rates.map((rate, round) => rate / (second.rates[round] ?? NaN));
}
