import { lookupAccounts } from '#server/ledger/lookups.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import { notify } from '#server/citizens/notifications.ts';
import { toDecimal } from '#server/money/money.ts';
import type { Tx } from '#server/platform/db.ts';
import { emit } from '#server/platform/outbox.ts';
import type { TakeRule } from '#server/provenance/schema.ts';
import type { LotSource } from '#server/provenance/lots.ts';
import { noteTake } from '#server/provenance/notes.ts';
import { addDebt, settleChargebacks } from './debts.ts';
import { debtTransfers, takeTransfers, withdrawalTransfers, type DisputeIdentity } from './dispute-bookings.ts';
import { decideWaterfall, least, sumOf, type Waterfall } from './dispute-rules.ts';
import { heldEarnings, locateCharge, receivableOf, sentDucats, walletIdOf, walletLots } from './disputed-lots.ts';
import { lockDispute, type LockedDispute } from './disputes.ts';
import type { WriteDeps } from '#server/payments/service.ts';
import { expectAtStripe } from '#server/payments/stripe/stripe-facts.ts';
import { withThawed } from './thaw.ts';
import { chargeOf } from '#server/payments/top-up-lots.ts';
import { lockWaiting, takeWaiting } from './waiting-ducats.ts';

interface Taking {
  step: 'charge' | 'bonus' | 'other' | 'sent' | 'earned';
  accountId: bigint;
  /** Whose wallet it is. */
  citizenId: string;
  amountMinor: bigint;
  rule: TakeRule;
}

/**
 * Books what Stripe took for a dispute, once: the waterfall's ducats, the dollars, Stripe's fee, and what the buyer owes
 * from now on, in one linked group. The open orders that the charge paid were cancelled before. What was decided from the
 * lots still holds when it is booked, by the versions of the wallets; where one changed meanwhile it throws
 * `condition_failed`, and the caller repeats. `chargedMinor` is Stripe's fee in cents.
 */
export async function bookWithdrawal(
  tx: Tx,
  deps: WriteDeps,
  withdrawal: { disputeId: string; chargedMinor: bigint },
): Promise<void> {
  const { disputeId, chargedMinor } = withdrawal;
  const dispute = await lockDispute(tx, disputeId);
  if (dispute.state !== 'opened') return;
  const identity = { disputeId, citizenId: dispute.citizenId, openedAt: dispute.openedAt, secret: deps.secret };
  const { takings, versions, waterfall } = await decide(tx, dispute);
  const waiting = await takeWaiting(tx, identity, { topUpId: dispute.topUpId, taken: waterfall.waiting });
  const takes = await bindTakings(tx, identity, takings);
  const { feeMinor, taxMinor, amountMinor } = dispute;
  const { lossMinor, earnedUsdMinor: earnedMinor } = waterfall;
  const dollars = withdrawalTransfers(identity, { amountMinor, feeMinor, taxMinor, lossMinor, chargedMinor });
  const receivableAccountId = await receivableOf(tx, dispute.citizenId);
  const debts = debtTransfers(identity, { receivableAccountId, earnedMinor, lossMinor, chargedMinor });
  await keepWaterfall(tx, deps, { dispute, waterfall, chargedMinor });
  const fact = {
    type: 'adjustment',
    sourceId: dispute.stripeDisputeId,
    amountMinor: -amountMinor,
    feeMinor: chargedMinor,
  } as const;
  const withdrawn = dollars.filter(({ creditAccountId }) => creditAccountId === dollars.at(-1)?.creditAccountId);
  await expectAtStripe(tx, deps, { ...fact, transfers: withdrawn, kind: 'dispute_withdrawn' });
  await tellOthers(tx, deps, takings);
  const transfers = [...waiting, ...stillAt(takes, versions), ...dollars, ...debts];
  const wallets = takings.map(({ accountId }) => accountId);
  await withThawed(tx, wallets, () => postLinked(tx, transfers, { source: 'external' }));
  const payload = { citizenId: dispute.citizenId, lossMinor: String(lossMinor) };
  await emit(tx, deps, { type: 'dispute.withdrawn', subject: disputeId, payload });
}

async function decide(
  tx: Tx,
  dispute: LockedDispute,
): Promise<{ takings: Taking[]; versions: Map<bigint, bigint>; waterfall: Waterfall }> {
  const { citizenId, topUpId, priceMinor, bonusMinor } = dispute;
  const charge = topUpId === null ? null : chargeOf(topUpId);
  const waiting = await lockWaiting(tx, topUpId);
  const { shares, versions } =
    charge === null
      ? { shares: [], versions: new Map() }
      : await locateCharge(tx, { charge, walletId: await walletIdOf(tx, citizenId) });
  const wallet = await walletLots(tx, citizenId);
  versions.set(wallet.accountId, wallet.version);
  const earnings = heldEarnings(shares, wallet.accountId);
  const sent = sentDucats(shares, wallet.accountId);
  const waterfall = decideWaterfall({ ...wallet, priceMinor, bonusMinor, charge, waiting, sent, earnings });
  const own = { accountId: wallet.accountId, citizenId };
  const takings: Taking[] = [
    ...(charge === null ? [] : ofCharge(own, charge, waterfall)),
    ...waterfall.others.map(({ source, kind, amountMinor }) => ({
      ...own,
      step: 'other' as const,
      amountMinor,
      rule: { source, kind },
    })),
    ...(charge === null ? [] : await ofOthers(tx, charge, waterfall)),
  ];
  return { takings: takings.filter(({ amountMinor }) => amountMinor > 0n), versions, waterfall };
}

function ofCharge(
  own: Pick<Taking, 'accountId' | 'citizenId'>,
  charge: LotSource,
  { chargeMinor, bonusMinor }: Waterfall,
): Taking[] {
  return [
    { ...own, step: 'charge', amountMinor: chargeMinor, rule: { source: charge, kind: 'bought' } },
    { ...own, step: 'bonus', amountMinor: bonusMinor, rule: { source: charge, kind: 'granted' } },
  ];
}

/** What was sent to others, and what others earned. */
async function ofOthers(tx: Tx, charge: LotSource, { sent, earnings }: Waterfall): Promise<Taking[]> {
  const owners = await ownersOf(
    tx,
    [...sent, ...earnings].map(({ accountId }) => accountId),
  );
  const ownerOf = (accountId: bigint) => owners.get(accountId) ?? '';
  return [
    ...sent.map(({ accountId, amountMinor }) => ({
      ...{ step: 'sent' as const, accountId, citizenId: ownerOf(accountId), amountMinor },
      rule: { source: charge, kind: 'bought' as const },
    })),
    ...earnings.map(({ accountId, amountMinor }) => ({
      ...{ step: 'earned' as const, accountId, citizenId: ownerOf(accountId), amountMinor },
      rule: { heldEarnedOf: charge },
    })),
  ];
}

async function ownersOf(tx: Tx, accountIds: readonly bigint[]): Promise<Map<bigint, string>> {
  const accounts = await lookupAccounts(tx, accountIds);
  return new Map(accounts.map(({ id, owner }) => [id, owner]));
}

async function bindTakings(tx: Tx, identity: DisputeIdentity, takings: readonly Taking[]): Promise<TransferRequest[]> {
  const bound: TransferRequest[] = [];
  for (const [position, { step, accountId, citizenId, amountMinor, rule }] of takings.entries()) {
    const isBonus = step === 'bonus';
    for (const transfer of takeTransfers(identity, { position, walletAccountId: accountId, amountMinor, isBonus })) {
      const transferId = transfer.id;
      await noteTake(tx, { transferId, rule });
      const { disputeId } = identity;
      await tx.ducatTaking.create({
        data: { transferId, disputeId, citizenId, accountId, step, position, amountMinor },
        select: { transferId: true },
      });
      bound.push(transfer);
    }
  }
  return bound;
}

/** What was decided from an account's lots holds only while nothing moved on it: said on the first transfer out of each. */
export function stillAt(
  transfers: readonly TransferRequest[],
  versions: ReadonlyMap<bigint, bigint>,
): TransferRequest[] {
  const seen = new Set<bigint>();
  return transfers.map((transfer) => {
    const version = versions.get(transfer.debitAccountId);
    if (version === undefined || seen.has(transfer.debitAccountId)) return transfer;
    seen.add(transfer.debitAccountId);
    return { ...transfer, condition: { debit: { version } } };
  });
}

async function keepWaterfall(
  tx: Tx,
  deps: WriteDeps,
  { dispute, waterfall, chargedMinor }: { dispute: LockedDispute; waterfall: Waterfall; chargedMinor: bigint },
): Promise<void> {
  const { id: disputeId, citizenId } = dispute;
  const cancelled = await tx.disputeOrder.aggregate({ where: { disputeId }, _sum: { ducatsMinor: true } });
  const orderMinor = least(waterfall.chargeMinor, cancelled._sum.ducatsMinor ?? 0n);
  await tx.dispute.update({
    where: { id: disputeId },
    data: {
      state: 'withdrawn',
      withdrawnAt: deps.clock.now(),
      orderMinor,
      chargeMinor: waterfall.waiting.baseMinor + waterfall.chargeMinor - orderMinor + sumOf(waterfall.sent),
      otherMinor: sumOf(waterfall.others),
      earnedMinor: sumOf(waterfall.earnings),
      bonusTakenMinor: waterfall.waiting.bonusMinor + waterfall.bonusMinor,
      lossMinor: waterfall.lossMinor,
      disputeFeeMinor: chargedMinor,
    },
    select: { id: true },
  });
  const debt = { citizenId, reference: disputeId };
  await addDebt(tx, deps, { ...debt, cause: 'clawback', amountMinor: waterfall.earnedUsdMinor });
  await addDebt(tx, deps, { ...debt, cause: 'dispute', amountMinor: waterfall.lossMinor });
  await addDebt(tx, deps, { ...debt, cause: 'dispute_fee', amountMinor: chargedMinor });
  await settleChargebacks(tx, deps, citizenId);
}

async function tellOthers(tx: Tx, deps: WriteDeps, takings: readonly Taking[]): Promise<void> {
  for (const { step, citizenId, amountMinor } of takings) {
    const details = { amount: toDecimal(amountMinor) };
    if (step === 'earned') await notify(tx, deps, { citizenId, kind: 'earning_taken_back', details });
    if (step === 'sent') await notify(tx, deps, { citizenId, kind: 'sent_taken_back', details });
  }
}
