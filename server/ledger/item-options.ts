import type { TransferCondition, TransferRequest } from '#server/ledger/schema.ts';

type Words = Record<string, unknown>;

/**
 * What only few items have, as one JSON text for `ledger.post`: effective date, condition and conversion by item
 * number. Null when no item has any. Its form is also what the ledger compares when an id is used again, so one
 * meaning has one form: amounts are decimal texts, and what is left out is not there.
 */
export function itemOptions(requests: readonly TransferRequest[]): string | null {
  const options = requests.flatMap((request, index): [string, Words][] => {
    const words = wordsOf(request);
    return words === undefined ? [] : [[String(index + 1), words]];
  });
  return options.length === 0 ? null : JSON.stringify(Object.fromEntries(options));
}

function wordsOf({ effectiveDate, condition, conversion }: TransferRequest): Words | undefined {
  return present({
    effectiveDate,
    condition: condition === undefined ? undefined : conditionWords(condition),
    conversion: conversion === undefined ? undefined : present({ ...conversion }),
  });
}

function conditionWords({ debit, credit, ownerAvailableAtLeastMinor }: TransferCondition): Words | undefined {
  return present({
    debit: debit === undefined ? undefined : present({ ...debit }),
    credit: credit === undefined ? undefined : present({ ...credit }),
    ownerAvailableAtLeastMinor,
  });
}

/** The same without what is undefined; nothing at all when all of it is. */
function present(words: Words): Words | undefined {
  const entries = Object.entries(words)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, typeof value === 'bigint' ? value.toString() : value] as const);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
