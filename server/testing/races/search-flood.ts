import { differentSearches } from '../bench/market-calls.ts';
import { hold } from './stage.ts';

const busyCodes = ['search_busy', 'rate_limited'];
const atOnceMax = 500;

export interface Flood {
  asked: number;
  answered: number;
  /** How many were refused, by code. */
  refused: Record<string, number>;
}

/** Many more searches at once than anybody can answer: each is answered or clearly refused, and none is lost. */
export async function floodSearches(base: string, { count, seed }: { count: number; seed: number }): Promise<Flood> {
  const paths = differentSearches(seed, count);
  const flood: Flood = { asked: 0, answered: 0, refused: {} };
  const caller = async () => {
    while (flood.asked < count) {
      const path = paths[flood.asked] ?? '/';
      flood.asked += 1;
      const code = await searchOnce(`${base}${path}`);
      if (code === null) flood.answered += 1;
      else flood.refused[code] = (flood.refused[code] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnceMax, count) }, caller));
  const others = Object.keys(flood.refused).filter((code) => !busyCodes.includes(code));
  hold(others.length === 0, `a search is answered or refused with ${busyCodes.join(' or ')}`, flood);
  const refused = Object.values(flood.refused).reduce((sum, times) => sum + times, 0);
  hold(flood.answered + refused === count, 'no search is lost', flood);
  hold(flood.answered > 0, 'some are answered', flood);
  return flood;
}

/** Null for an answer, otherwise the code of the refusal or what else came. */
async function searchOnce(address: string): Promise<string | null> {
  try {
    const response = await fetch(address);
    const text = await response.text();
    if (response.ok) return null;
    return /"code":"([a-z_]+)"/.exec(text)?.[1] ?? `status ${String(response.status)}`;
  } catch (error) {
    return `no answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}
