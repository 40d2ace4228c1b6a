import { isDemanding } from './demands.ts';
import type { AccountCondition, TransferRequest } from '#server/ledger/schema.ts';
import type { StoredTransfer } from '#server/ledger/lookups.ts';
import { actionOf, keyOf, relatedIdOf, type ModelBooks, type ModelTransfer } from './state.ts';

/** The id of what was booked and when; the cause is the transfer's key, or `expiry of` a pending. */
export type Booking = (cause: string, time: number) => { id: string; bookedAt: Date };

/** All that was decided for good: transfers, refusals, and the ends of pendings whose time was over. */
export function storedIn(books: ModelBooks, booking: Booking): StoredTransfer[] {
  const decided = [...books.transfers].map(([key, transfer]) => storedOf(transfer, booking(key, transfer.time)));
  const ended = books.expiries.map(({ pendingId, time }): StoredTransfer => {
    const pending = books.transfers.get(pendingId);
    if (pending === undefined) throw new Error('what ends was a transfer');
    const { kind, debitAccountId, creditAccountId } = pending.request;
    return {
      ...booking(`expiry of ${pendingId}`, time),
      ...{ debitAccountId, creditAccountId, kind, reference: null, action: 'expire', relatedId: pendingId },
      ...{ amountMinor: 0n, requestedMinor: 0n, groupId: null, effectiveDate: null, condition: null, conversion: null },
      ...{ refusal: null, refusedField: null },
    };
  });
  return [...decided, ...ended];
}

function storedOf(transfer: ModelTransfer, booked: { id: string; bookedAt: Date }): StoredTransfer {
  const { request, refusal, amountMinor, groupFirstId, groupSize } = transfer;
  const { debitAccountId, creditAccountId, kind, reference, effectiveDate, conversion } = request;
  return {
    ...booked,
    debitAccountId,
    creditAccountId,
    amountMinor,
    requestedMinor: request.amountMinor,
    kind,
    reference: reference ?? null,
    action: actionOf(request),
    relatedId: relatedIdOf(request),
    groupId: groupSize === 1 ? null : keyOf(groupFirstId),
    effectiveDate: effectiveDate ?? null,
    condition: conditionInWords(request),
    conversion: conversion ?? null,
    refusal: refusal?.code ?? null,
    refusedField: refusal?.field ?? null,
  };
}

/** Amounts as decimal texts, and only what was asked. */
function conditionInWords({ condition }: TransferRequest): Record<string, unknown> | null {
  if (condition === undefined || !isDemanding(condition)) return null;
  const { debit, credit, ownerAvailableAtLeastMinor: sum } = condition;
  const parts: [string, unknown][] = [
    ['debit', partInWords(debit)],
    ['credit', partInWords(credit)],
    ['ownerAvailableAtLeastMinor', sum?.toString()],
  ];
  return Object.fromEntries(parts.filter(([, part]) => part !== undefined));
}

function partInWords(part: AccountCondition = {}): Record<string, string> | undefined {
  const asked = Object.entries(part).filter(([, figure]) => figure !== undefined);
  return asked.length === 0 ? undefined : Object.fromEntries(asked.map(([name, figure]) => [name, String(figure)]));
}
