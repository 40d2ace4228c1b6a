import type { TransferRequest } from '#server/ledger/schema.ts';
import { bindTemplate } from '#server/ledger/templates.ts';
import { refundDebtUndoneTemplate } from '#server/payments/templates/templates-refund-failed.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import { derivedId } from '#server/platform/ids.ts';
import {
  clawbackReturnTemplate,
  debtCardTemplate,
  debtExcessTemplate,
  debtPaymentRefundFailedTemplate,
  debtPaymentRefundTemplate,
  debtRepaidTemplate,
  debtTakeTemplate,
  writeOffTemplate,
} from '#server/payments/templates/templates-debt.ts';
import type { UndoneDebt } from './debts.ts';
import { centesimiPerCent } from './dispute-rules.ts';

/** Repayments and write-offs as transfers: the templates bound to amounts and ids. */

export interface DebtIdentity {
  /** The repayment or write-off. */
  id: string;
  citizenId: string;
  time: Date;
  secret: string;
}

function namesOf(identity: DebtIdentity, prefix = ''): { idOf: (leg: string) => string; reference: string } {
  const { id: key, citizenId: principal, time } = identity;
  const secret = deriveKey(identity.secret, 'ledger-ids');
  const idOf = (leg: string) => derivedId({ time, principal, kind: 'debt', key, leg: `${prefix}${leg}`, secret });
  return { idOf, reference: key };
}

/** Ducats with which somebody repays; `position` counts them. */
export function repayingTransfers(
  identity: DebtIdentity,
  taking: { position: number; walletAccountId: bigint; amountMinor: bigint },
): TransferRequest[] {
  return bindTemplate(debtTakeTemplate, {
    amounts: { ducats: taking.amountMinor },
    parties: { wallet: taking.walletAccountId },
    ...namesOf(identity, `${String(taking.position)}-`),
  });
}

/** A seller gets back a part of what one transfer took: the very ducats, held as they were. */
export function clawbackReturnTransfers(
  identity: DebtIdentity,
  taking: { transferId: string; walletAccountId: bigint; amountMinor: bigint },
): TransferRequest[] {
  const { transferId, walletAccountId: wallet, amountMinor } = taking;
  const legs = bindTemplate(clawbackReturnTemplate, {
    amounts: { ducats: amountMinor },
    parties: { wallet },
    ...namesOf(identity, `${transferId}-`),
  });
  return legs.map((leg) => (leg.kind === 'mint' ? leg : { ...leg, reversesId: transferId }));
}

export interface PaidDebt {
  receivableAccountId: bigint;
  /** Cents that are for sellers. */
  earnedMinor: bigint;
  /** Cents that are for the house. */
  restMinor: bigint;
}

export function repaidTransfers(identity: DebtIdentity, paid: PaidDebt): TransferRequest[] {
  return bindTemplate(debtRepaidTemplate, {
    amounts: { earned: paid.earnedMinor, rest: paid.restMinor },
    parties: { receivable: paid.receivableAccountId },
    ...namesOf(identity),
  });
}

/** A payment by card; `excessMinor` are cents beyond what was owed. */
export function cardTransfers(identity: DebtIdentity, paid: PaidDebt & { excessMinor: bigint }): TransferRequest[] {
  const { earnedMinor: earned, restMinor: rest, excessMinor: excess, receivableAccountId: receivable } = paid;
  return bindTemplate(debtCardTemplate, {
    amounts: { gross: earned + rest + excess, earned, rest, excess },
    parties: { receivable },
    ...namesOf(identity),
  });
}

/** Ducats for what was paid beyond the debt. */
export function excessTransfers(
  identity: DebtIdentity,
  excess: { walletAccountId: bigint; amountMinor: bigint },
): TransferRequest[] {
  return bindTemplate(debtExcessTemplate, {
    amounts: { ducats: excess.amountMinor },
    parties: { wallet: excess.walletAccountId },
    ...namesOf(identity, 'excess-'),
  });
}

/** The payment of a debt went back; `identity` is the refund's. */
export function paidBackTransfers(
  identity: DebtIdentity,
  back: { receivableAccountId: bigint; amountMinor: bigint },
): TransferRequest[] {
  return bindTemplate(debtPaymentRefundTemplate, {
    amounts: { total: back.amountMinor },
    parties: { receivable: back.receivableAccountId },
    ...namesOf(identity),
  });
}

/** It failed; what was repaid of the debt that it had made comes back as ducats, what was written off is no loss any more. */
export function paidBackFailedTransfers(
  identity: DebtIdentity,
  failed: { receivableAccountId: bigint; walletAccountId: bigint; amountMinor: bigint; undone: UndoneDebt },
): TransferRequest[] {
  const { receivableAccountId: receivable, walletAccountId: wallet, amountMinor: total, undone } = failed;
  const { repaidMinor: repaid, writtenOffMinor: writtenOff } = undone;
  return [
    ...bindTemplate(debtPaymentRefundFailedTemplate, {
      amounts: { total },
      parties: { receivable },
      ...namesOf(identity),
    }),
    ...bindTemplate(refundDebtUndoneTemplate, {
      amounts: { repaid, writtenOff, ducats: repaid * centesimiPerCent },
      parties: { wallet, receivable },
      ...namesOf(identity),
    }),
  ];
}

export function writeOffTransfers(identity: DebtIdentity, given: PaidDebt): TransferRequest[] {
  return bindTemplate(writeOffTemplate, {
    amounts: { earned: given.earnedMinor, rest: given.restMinor },
    parties: { receivable: given.receivableAccountId },
    ...namesOf(identity),
  });
}
