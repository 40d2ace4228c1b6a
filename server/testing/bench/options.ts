import { parseArgs } from 'node:util';
import { Stopped } from '../prove/last-line.ts';

export interface BenchOptions {
  /** Measured rounds; one more warms up. */
  rounds: number;
  accounts: number;
  cases: ReadonlySet<number>;
  /** Transfers in the table for case 6. */
  grownTransfers: number;
  isInMemory: boolean;
  seed: number;
  /** The whole run ends after this. */
  minutesMax: number;
}

export const usage = `npm run bench:ledger -- [options]
  --rounds 5           measured rounds, interleaved; one more warms up
  --accounts 1000000   wallets
  --cases 1,2,3,4,5,6  which cases
  --grow 10000000      transfers in the table for case 6
  --tmpfs              data under /dev/shm instead of a disk
  --quick              100,000 wallets, 3 rounds, cases 1 to 5
  --seed 1             of the random transfers
  --minutes 40         end of the whole run, finished or not
  --help               this list`;

const caseNumbers = [1, 2, 3, 4, 5, 6] as const;

/** Reads the command line; null when only the usage is asked for. Throws `Stopped` with the usage. */
export function readOptions(args: readonly string[]): BenchOptions | null {
  try {
    const { values } = parseArgs({ args: [...args], options: flags });
    return values.help ? null : optionsOf(values);
  } catch (error) {
    throw new Stopped(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`, { cause: error });
  }
}

const flags = {
  rounds: { type: 'string' },
  accounts: { type: 'string' },
  cases: { type: 'string' },
  grow: { type: 'string', default: '10000000' },
  tmpfs: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  seed: { type: 'string', default: '1' },
  minutes: { type: 'string', default: '40' },
  help: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof flags }>>['values'];

function optionsOf(values: Values): BenchOptions {
  const cases = values.cases ?? (values.quick ? '1,2,3,4,5' : caseNumbers.join(','));
  return {
    rounds: wholeNumber('rounds', values.rounds ?? (values.quick ? '3' : '5'), [1, 100]),
    accounts: wholeNumber('accounts', values.accounts ?? (values.quick ? '100000' : '1000000'), [1000, 10_000_000]),
    cases: new Set(cases.split(',').map((text) => wholeNumber('cases', text, [1, caseNumbers.length]))),
    grownTransfers: wholeNumber('grow', values.grow, [100_000, 100_000_000]),
    isInMemory: values.tmpfs,
    seed: wholeNumber('seed', values.seed, [0, 0xffff_ffff]),
    minutesMax: wholeNumber('minutes', values.minutes, [1, 600]),
  };
}

function wholeNumber(name: string, text: string, [least, most]: readonly [number, number]): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new Error(`--${name} takes whole numbers from ${least} to ${most}, not "${text}"`);
}
