import type { TransferRequest } from '#server/ledger/schema.ts';
import { bindTemplate } from '#server/ledger/templates.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import { derivedId } from '#server/platform/ids.ts';
import {
  disputeBonusTemplate,
  disputeDebtTemplate,
  disputeTakeTemplate,
  disputeTakeWaitingTemplate,
  disputeWithdrawalTemplate,
} from '#server/payments/templates/templates-dispute.ts';
import {
  disputeBonusBackTemplate,
  disputeDebtReturnTemplate,
  disputeGiveBackTemplate,
  disputeRepaidTemplate,
  disputeReturnTemplate,
  disputeWaitedBackTemplate,
  disputeWaitingBackTemplate,
  disputeWaivedTemplate,
} from '#server/payments/templates/templates-dispute-return.ts';

/** Disputes as transfers: the templates bound to amounts and ids. */

export interface DisputeIdentity {
  disputeId: string;
  citizenId: string;
  openedAt: Date;
  secret: string;
}

/** The same on every attempt: made of the dispute and the leg. */
export function namesOf(dispute: DisputeIdentity, prefix = ''): { idOf: (leg: string) => string; reference: string } {
  const { disputeId: key, citizenId: principal, openedAt: time } = dispute;
  const secret = deriveKey(dispute.secret, 'ledger-ids');
  return {
    idOf: (leg) => derivedId({ time, principal, kind: 'dispute', key, leg: `${prefix}${leg}`, secret }),
    reference: key,
  };
}

/** Ducats out of a wallet; `position` counts the takings of one dispute. */
export function takeTransfers(
  dispute: DisputeIdentity,
  taking: { position: number; walletAccountId: bigint; amountMinor: bigint; isBonus: boolean },
): TransferRequest[] {
  const { position, walletAccountId: wallet, amountMinor, isBonus } = taking;
  return bindTemplate(isBonus ? disputeBonusTemplate : disputeTakeTemplate, {
    amounts: { ducats: amountMinor },
    parties: { wallet },
    ...namesOf(dispute, `${String(position)}-`),
  });
}

/** Ducats of a top-up: the bought ones and its bonus. */
export interface WaitingDucats {
  baseMinor: bigint;
  bonusMinor: bigint;
}

/** Ducats that wait in suspense. */
export function takeWaitingTransfers(dispute: DisputeIdentity, taken: WaitingDucats): TransferRequest[] {
  const amounts = { base: taken.baseMinor, bonus: taken.bonusMinor };
  return bindTemplate(disputeTakeWaitingTemplate, { amounts, parties: {}, ...namesOf(dispute) });
}

/** The same ducats back: into suspense, or into the wallet where the rest of their top-up is by now. */
export function waitingBackTransfers(
  dispute: DisputeIdentity,
  { baseMinor: base, bonusMinor: bonus, walletAccountId: wallet }: WaitingDucats & { walletAccountId: bigint | null },
): TransferRequest[] {
  const bound = { amounts: { base, bonus }, ...namesOf(dispute, 'won-') };
  return wallet === null
    ? bindTemplate(disputeWaitingBackTemplate, { ...bound, parties: {} })
    : bindTemplate(disputeWaitedBackTemplate, { ...bound, parties: { wallet } });
}

export interface WithdrawalAmounts {
  amountMinor: bigint;
  feeMinor: bigint;
  taxMinor: bigint;
  lossMinor: bigint;
  /** Stripe's own fee for the dispute. */
  chargedMinor: bigint;
}

/** The dollars that Stripe took, and its fee. */
export function withdrawalTransfers(dispute: DisputeIdentity, withdrawal: WithdrawalAmounts): TransferRequest[] {
  return bindTemplate(disputeWithdrawalTemplate, {
    amounts: amountsOf(withdrawal),
    parties: {},
    ...namesOf(dispute),
  });
}

function amountsOf(withdrawal: WithdrawalAmounts) {
  const { amountMinor: amount, feeMinor: fee, taxMinor: tax, lossMinor: loss, chargedMinor: charged } = withdrawal;
  return { amount, float: amount - fee - tax - loss, fee, tax, loss, charged };
}

export interface DebtAmounts {
  receivableAccountId: bigint;
  earnedMinor: bigint;
  lossMinor: bigint;
  chargedMinor: bigint;
}

/** What the buyer owes at once. */
export function debtTransfers(dispute: DisputeIdentity, debt: DebtAmounts): TransferRequest[] {
  const { receivableAccountId: receivable, earnedMinor: earned, lossMinor: loss, chargedMinor: charged } = debt;
  return bindTemplate(disputeDebtTemplate, {
    amounts: { earned, loss, charged },
    parties: { receivable },
    ...namesOf(dispute),
  });
}

/** The dollars that Stripe gives back; each reverses the leg of the same name. */
export function returnTransfers(dispute: DisputeIdentity, withdrawal: WithdrawalAmounts): TransferRequest[] {
  const legs = bindTemplate(disputeReturnTemplate, {
    amounts: amountsOf(withdrawal),
    parties: {},
    ...namesOf(dispute, 'won-'),
  });
  return reversing(dispute, legs);
}

/** What was owed is owed no more; each reverses the leg of the same name, or what is left of it. */
export function debtReturnTransfers(dispute: DisputeIdentity, debt: DebtAmounts): TransferRequest[] {
  const { receivableAccountId: receivable, earnedMinor: earned, lossMinor: loss, chargedMinor: charged } = debt;
  const legs = bindTemplate(disputeDebtReturnTemplate, {
    amounts: { earned, loss, charged },
    parties: { receivable },
    ...namesOf(dispute, 'won-'),
  });
  return reversing(dispute, legs);
}

/** A leg `won-x` has the id of its own name, and reverses the transfer that leg `x` of the opening made. */
function reversing(dispute: DisputeIdentity, legs: readonly TransferRequest[]): TransferRequest[] {
  const opening = namesOf(dispute);
  const winning = namesOf(dispute, 'won-');
  return legs.map((leg) => {
    const name = reversible.find((candidate) => winning.idOf(candidate) === leg.id);
    return name === undefined ? leg : { ...leg, reversesId: opening.idOf(name) };
  });
}

const reversible = [
  ...['float', 'fee', 'tax', 'loss', 'withdrawn', 'charged'],
  ...['debt-earned', 'debt-loss', 'debt-charged'],
];

/** Ducats back to whom they were taken from, as the very ones they were. */
export function giveBackTransfers(
  dispute: DisputeIdentity,
  taking: { transferId: string; walletAccountId: bigint; amountMinor: bigint; isBonus: boolean },
): TransferRequest[] {
  const { transferId, walletAccountId: wallet, amountMinor, isBonus } = taking;
  const legs = bindTemplate(isBonus ? disputeBonusBackTemplate : disputeGiveBackTemplate, {
    amounts: { ducats: amountMinor },
    parties: { wallet },
    ...namesOf(dispute, `won-${transferId}-`),
  });
  return legs.map((leg) => (leg.kind === 'mint' ? leg : { ...leg, reversesId: transferId }));
}

/** Ducats for dollars that the buyer repaid by card. */
export function repaidInDucatsTransfers(
  dispute: DisputeIdentity,
  repaid: { walletAccountId: bigint; amountMinor: bigint },
): TransferRequest[] {
  return bindTemplate(disputeGiveBackTemplate, {
    amounts: { ducats: repaid.amountMinor },
    parties: { wallet: repaid.walletAccountId },
    ...namesOf(dispute, 'won-repaid-'),
  });
}

/** What was repaid of a debt that is none any more is owed in ducats again. */
export function repaidTransfers(
  dispute: DisputeIdentity,
  repaid: { receivableAccountId: bigint; amountMinor: bigint },
): TransferRequest[] {
  if (repaid.amountMinor === 0n) return [];
  return bindTemplate(disputeRepaidTemplate, {
    amounts: { repaid: repaid.amountMinor },
    parties: { receivable: repaid.receivableAccountId },
    ...namesOf(dispute, 'won-'),
  });
}

/** A fee that was written off, of a dispute that was won. */
export function waivedTransfers(dispute: DisputeIdentity, waivedMinor: bigint): TransferRequest[] {
  if (waivedMinor === 0n) return [];
  return bindTemplate(disputeWaivedTemplate, {
    amounts: { waived: waivedMinor },
    parties: {},
    ...namesOf(dispute, 'won-'),
  });
}
