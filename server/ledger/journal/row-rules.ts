import { z } from 'zod';
import type { JournalRow } from '#server/ledger/journal/rows.ts';

const amountMax = 10n ** 15n;
const boundMax = 10n ** 17n;
const balanceMax = 9n * 10n ** 18n;
const uuidv7 = /^.{14}7.{4}[89ab]/;

const knownCodes = z.looseObject({
  transfer_kind: z.array(z.looseObject({ code: z.int() })),
  refusal: z.array(z.looseObject({ code: z.int() })),
});

interface Rule {
  message: string;
  isBroken: (row: JournalRow) => boolean;
}

/**
 * What posting never writes, row by row: the ranges that the tables themselves do not hold. What lies between rows is
 * the checker's. `header` says which kinds and refusals there are.
 */
export function rowRules(header: string): (section: string, row: JournalRow) => string | null {
  const { transfer_kind, refusal } = knownCodes.parse(JSON.parse(header));
  const kinds = new Set<unknown>(transfer_kind.map(({ code }) => code));
  const outcomes = new Set<unknown>([0, ...refusal.map(({ code }) => code)]);
  const rules: Readonly<Record<string, readonly Rule[]>> = {
    account: accountRules,
    entry: [{ message: 'there is no such kind.', isBroken: ({ kind }) => !kinds.has(kind) }],
    transfer: [
      ...transferRules,
      { message: 'there is no such kind.', isBroken: ({ kind }) => !kinds.has(kind) },
      { message: 'there is no such outcome.', isBroken: ({ outcome }) => !outcomes.has(outcome) },
    ],
  };
  return (section, row) => rules[section]?.find(({ isBroken }) => isBroken(row))?.message ?? null;
}

const accountRules: readonly Rule[] = [
  { message: 'an owner has 1 to 128 characters.', isBroken: ({ owner }) => !hasLength(owner, 128) },
  { message: 'the balance is out of range.', isBroken: (row) => !isWithin(row['balance'], -balanceMax, balanceMax) },
  { message: 'the reserved amount is out of range.', isBroken: (row) => !isWithin(row['reserved'], 0n, boundMax) },
  { message: 'the version is out of range.', isBroken: (row) => !isWithin(row['version'], 0n, balanceMax) },
  {
    message: 'floor and ceiling are out of range or out of order.',
    isBroken: ({ floor, ceiling }) => {
      const areWithin = isWithin(floor, -boundMax, boundMax) && isWithin(ceiling, -boundMax, boundMax);
      return !areWithin || (typeof floor === 'string' && !isWithin(ceiling, BigInt(floor), boundMax));
    },
  },
  {
    message: 'a closed account holds nothing.',
    isBroken: ({ closed, balance, reserved }) => closed === true && (balance !== '0' || reserved !== '0'),
  },
  {
    message: 'an account of the house is never frozen or closed.',
    isBroken: ({ owner, frozen, closed }) => owner === 'house' && (frozen === true || closed === true),
  },
];

const transferRules: readonly Rule[] = [
  { message: 'the id is not a UUIDv7.', isBroken: ({ id }) => typeof id !== 'string' || !uuidv7.test(id) },
  { message: 'the amount is out of range.', isBroken: (row) => !isWithin(row['amount'], 0n, amountMax) },
  { message: 'there is no such action.', isBroken: ({ action }) => !isOneOf(action, [1, 2, 3, 4, 5, 6]) },
  { message: 'there is no such mode.', isBroken: ({ mode }) => !isOneOf(mode, [0, 1, 2]) },
  {
    message: 'only what ends a pending transfer or reverses one names another.',
    isBroken: (row) => (row['related_id'] !== null) !== isOneOf(row['action'], [3, 4, 5, 6]),
  },
  {
    message: 'a linked group has an id and a size.',
    isBroken: (row) => (row['group_id'] === null) !== (row['group_size'] === null),
  },
  {
    message: 'a reference has 1 to 200 characters.',
    isBroken: ({ reference }) => reference !== null && !hasLength(reference, 200),
  },
];

function isWithin(value: JournalRow[string] | undefined, least: bigint, most: bigint): boolean {
  if (value === null) return true;
  return typeof value === 'string' && BigInt(value) >= least && BigInt(value) <= most;
}

function isOneOf(value: JournalRow[string] | undefined, allowed: readonly number[]): boolean {
  return typeof value === 'number' && allowed.includes(value);
}

/** PostgreSQL counts characters, not the halves of which some consist here. */
function hasLength(value: JournalRow[string] | undefined, most: number): boolean {
  if (typeof value !== 'string' || value === '') return false;
  return value.length <= most || Array.from(value).length <= most;
}
