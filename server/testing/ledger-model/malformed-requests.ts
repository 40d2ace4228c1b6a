import { systemAccountId } from '#server/ledger/accounts.ts';
import type { TransferKind, TransferRequest } from '#server/ledger/schema.ts';
import { transferId } from '#server/testing/ledger.ts';
import type { Malformation } from './draws.ts';
import type { Surroundings } from './requests.ts';
import { dayOf } from './state.ts';

const day = 86_400_000;
export const unknownAccount = 999n;

/** The request with one thing wrong, or just not wrong, whatever the books say. */
export function malformed(malformation: Malformation, plain: TransferRequest, around: Surroundings): TransferRequest {
  const { debitAccountId } = plain;
  const house = systemAccountId('issuance', 'DUCAT');
  const today = dayOf(around.now);
  const voidPendingId = transferId(new Date(around.now));
  const idAt = (milliseconds: number): TransferRequest => ({
    ...plain,
    id: transferId(new Date(around.now + milliseconds)),
  });
  const cases: Record<Malformation, TransferRequest> = {
    idIsText: { ...plain, id: 'order 1' },
    idOfVersion4: { ...plain, id: '6f1dbdd6-2f0b-4e0c-8f8f-0123456789ab' },
    idOf36Days: idAt(-36 * day),
    idOfLongAgo: idAt(-4_000 * day),
    idOf34Days: idAt(-34 * day),
    idIn2Minutes: idAt(120_000),
    idIn400Days: idAt(400 * day),
    idIn30Seconds: idAt(30_000),
    sameAccount: { ...plain, creditAccountId: debitAccountId },
    debitUnknown: { ...plain, debitAccountId: unknownAccount },
    creditUnknown: { ...plain, creditAccountId: unknownAccount },
    otherAsset: { ...plain, creditAccountId: around.otherAssetAccount },
    amountZero: { ...plain, amountMinor: 0n },
    amountNegative: { ...plain, amountMinor: -1n, reference: '' },
    amountOverMax: { ...plain, amountMinor: 10n ** 15n + 1n },
    amountMax: { ...plain, amountMinor: 10n ** 15n },
    voidOfAmount: { ...plain, voidPendingId },
    kindUnknown: { ...plain, kind: 'theft' as TransferKind },
    referenceEmpty: { ...plain, reference: '' },
    referenceLong: { ...plain, reference: 'è'.repeat(201), creditAccountId: unknownAccount },
    referenceLongest: { ...plain, reference: '𐐷'.repeat(200) },
    shortfallPending: { ...plain, mode: 'shortfall', pending: {} },
    availableReversal: { ...plain, mode: 'available', reversesId: voidPendingId },
    datePending: { ...plain, effectiveDate: today, pending: {} },
    dateVoid: { ...plain, effectiveDate: today, amountMinor: 0n, voidPendingId },
    conditionVoid: { ...plain, condition: { debit: { version: 1n } }, amountMinor: 0n, voidPendingId },
    conditionOfHouse: { ...plain, debitAccountId: house, condition: { ownerAvailableAtLeastMinor: 0n } },
    datedAndOld: { ...idAt(-36 * day), effectiveDate: dayOf(around.now, 367) },
    dateOfNoDay: { ...plain, effectiveDate: `${today.slice(0, 4)}-02-30` },
    dateInWords: { ...plain, effectiveDate: 'today' },
    conditionBeyondAll: {
      ...plain,
      condition: { debit: { balanceAtLeastMinor: -(10n ** 20n) }, credit: { balanceAtMostMinor: 10n ** 20n } },
    },
    timeoutZero: { ...plain, pending: { timeoutSeconds: 0 } },
    timeoutLong: { ...plain, pending: { timeoutSeconds: 366 * 86_400 + 1 } },
  };
  return cases[malformation];
}
