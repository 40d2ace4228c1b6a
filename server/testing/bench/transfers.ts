import type { Random } from './random.ts';

/** A transfer between two accounts by their position, 0 to accounts - 1, before any contestant's keys are put in. */
export interface Move {
  from: number;
  to: number;
  amountMinor: number;
}

export interface MoveRules {
  random: Random;
  accounts: number;
  count: number;
  /** Of a thousand transfers, how many ask for more than any account holds. */
  refusedPerMille?: number;
  /** Only every so manieth account pays. */
  payerStep?: number;
}

/** More than all accounts of a benchmark hold together. */
const beyondAllFunds = 900_000_000_000_000;

/** Transfers of 1 to 100 minor units between accounts drawn at random. */
export function randomMoves({ random, accounts, count, refusedPerMille = 0, payerStep = 1 }: MoveRules): Move[] {
  return Array.from({ length: count }, () => {
    const from = random.under(Math.floor(accounts / payerStep)) * payerStep;
    const to = (from + 1 + random.under(accounts - 1)) % accounts;
    const isRefused = refusedPerMille > 0 && random.under(1000) < refusedPerMille;
    return { from, to, amountMinor: isRefused ? beyondAllFunds : 1 + random.under(100) };
  });
}
