import type { AccountCondition, TransferCondition, TransferRequest } from '#server/ledger/schema.ts';

type Words = Record<string, unknown>;

/** Further than any balance, version or part of a rate, and still a number that PostgreSQL reads. */
const farthest = 10n ** 100n;
const conditionNames = ['debit', 'credit', 'ownerAvailableAtLeastMinor'];
const accountConditionNames = ['version', 'balanceAtLeastMinor', 'balanceAtMostMinor'];

/**
 * What only few items have, as one JSON text for `ledger.post`: effective date, condition and conversion by item
 * number. Null when no item has any. Its form is also what the ledger compares when an id is used again, so one
 * meaning has one form: amounts are decimal texts, and what is left out is not there.
 *
 * What PostgreSQL could not read becomes something that it refuses for its item alone: a day that there is not, a
 * rate of nothing. A condition that makes no sense is sent as an empty one; `item-wire.ts` sees to it that the
 * posting function finds it where no condition may be.
 */
export function itemOptions(requests: readonly TransferRequest[]): string | null {
  const options = requests.flatMap((request, index): [string, Words][] => {
    const words = wordsOf(request);
    return words === undefined ? [] : [[String(index + 1), words]];
  });
  return options.length === 0 ? null : JSON.stringify(Object.fromEntries(options));
}

/** Whether everything that its condition asks is known and a whole number. A condition never falls away unseen. */
export function isConditionSound({ condition }: TransferRequest): boolean {
  if (condition === undefined) return true;
  if (!hasOnly(condition, conditionNames)) return false;
  const { debit, credit, ownerAvailableAtLeastMinor } = condition;
  return (
    [debit, credit].every((part) => part === undefined || isAccountConditionSound(part)) &&
    isWholeOrLeftOut(ownerAvailableAtLeastMinor)
  );
}

function isAccountConditionSound(part: unknown): boolean {
  return hasOnly(part, accountConditionNames) && Object.values(part).every(isWholeOrLeftOut);
}

function hasOnly(value: unknown, names: readonly string[]): value is Words {
  return typeof value === 'object' && value !== null && Object.keys(value).every((name) => names.includes(name));
}

function isWholeOrLeftOut(value: unknown): boolean {
  return value === undefined || typeof value === 'bigint';
}

function wordsOf(request: TransferRequest): Words | undefined {
  if (!isConditionSound(request)) return { condition: {} };
  const { effectiveDate, condition, conversion } = request;
  return present({
    effectiveDate: effectiveDate === undefined ? undefined : dayWord(effectiveDate),
    condition: condition === undefined ? undefined : conditionWords(condition),
    conversion: conversion === undefined ? undefined : rateWords(conversion),
  });
}

function conditionWords({ debit, credit, ownerAvailableAtLeastMinor }: TransferCondition): Words | undefined {
  return present({
    debit: partWords(debit),
    credit: partWords(credit),
    ownerAvailableAtLeastMinor,
  });
}

function partWords(part: AccountCondition | undefined): Words | undefined {
  return part === undefined ? undefined : present({ ...part });
}

/** No day has the empty name: `effective_date_out_of_range`. */
function dayWord(day: unknown): string {
  return typeof day === 'string' && /^[0-9-]{1,20}$/.test(day) ? day : '';
}

/** No rate has 0 in it, nor an exact side but these two: `conversion_malformed`. */
function rateWords(rate: unknown): Words | undefined {
  const { numerator, denominator, exact }: Words = typeof rate === 'object' ? { ...rate } : {};
  return present({
    numerator: typeof numerator === 'bigint' ? numerator : 0n,
    denominator: typeof denominator === 'bigint' ? denominator : 0n,
    exact: exact === 'in' || exact === 'out' ? exact : 'neither',
  });
}

/** The same without what is undefined; nothing at all when all of it is. */
function present(words: Words): Words | undefined {
  const entries = Object.entries(words)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, typeof value === 'bigint' ? decimal(value) : value] as const);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** What lies beyond everything is as far as anything: more digits than PostgreSQL reads would end the whole call. */
function decimal(value: bigint): string {
  if (value > farthest) return farthest.toString();
  return (value < -farthest ? -farthest : value).toString();
}
