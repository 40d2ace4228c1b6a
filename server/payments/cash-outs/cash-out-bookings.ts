import type { TransferRequest } from '#server/ledger/schema.ts';
import { bindTemplate } from '#server/ledger/templates.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import { derivedId } from '#server/platform/ids.ts';
import {
  cashOutReleaseTemplate,
  cashOutReturnTemplate,
  cashOutSettledTemplate,
  cashOutTemplate,
} from '#server/payments/templates/templates-cash-out.ts';

/** Cash-outs as transfers: the templates, bound to amounts and ids. */

/** What of a cash-out its transfers are made of. */
export interface BookedCashOut {
  id: string;
  citizenId: string;
  requestedAt: Date;
  ducatsMinor: bigint;
  debtMinor: bigint;
  feeMinor: bigint;
  netMinor: bigint;
  escrowAccountId: bigint;
}

export function holdTransfers(cashOut: BookedCashOut, walletId: bigint, secret: string): TransferRequest[] {
  const parties = { wallet: walletId, escrow: cashOut.escrowAccountId };
  const amounts = { ducats: cashOut.ducatsMinor };
  return bindTemplate(cashOutTemplate, { amounts, parties, ...identityOf(cashOut, secret) });
}

export function releaseCashOutTransfers(cashOut: BookedCashOut, walletId: bigint, secret: string): TransferRequest[] {
  const parties = { wallet: walletId, escrow: cashOut.escrowAccountId };
  const amounts = { ducats: cashOut.ducatsMinor };
  return bindTemplate(cashOutReleaseTemplate, { amounts, parties, ...identityOf(cashOut, secret) });
}

export function settleTransfers(cashOut: BookedCashOut, receivableId: bigint, secret: string): TransferRequest[] {
  const { ducatsMinor: ducats, netMinor: net, feeMinor: fee, debtMinor: debt } = cashOut;
  const parties = { escrow: cashOut.escrowAccountId, receivable: receivableId };
  const amounts = { ducats, net, fee, debt };
  return bindTemplate(cashOutSettledTemplate, { amounts, parties, ...identityOf(cashOut, secret) });
}

/** What went to a debt stays there, so that only the rest of the ducats comes back. */
export function returnTransfers(cashOut: BookedCashOut, walletId: bigint, secret: string): TransferRequest[] {
  const { ducatsMinor, netMinor: net, feeMinor: fee, debtMinor } = cashOut;
  const amounts = { ducats: ducatsMinor - debtMinor * centesimiPerCent, net, fee };
  return bindTemplate(cashOutReturnTemplate, {
    amounts,
    parties: { wallet: walletId },
    ...identityOf(cashOut, secret),
  });
}

/** 10 centesimi of a ducat are a cent. */
export const centesimiPerCent = 10n;

/** The transfer of one leg, the same on every attempt. */
export function cashOutTransferId(cashOut: BookedCashOut, leg: string, secret: string): string {
  return derivedId({
    time: cashOut.requestedAt,
    principal: cashOut.citizenId,
    kind: 'cash_out',
    key: cashOut.id,
    leg,
    secret: deriveKey(secret, 'ledger-ids'),
  });
}

function identityOf(cashOut: BookedCashOut, secret: string) {
  return { idOf: (leg: string) => cashOutTransferId(cashOut, leg, secret), reference: cashOut.id };
}
