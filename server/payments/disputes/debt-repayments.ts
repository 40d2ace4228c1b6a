import { notify } from '#server/citizens/notifications.ts';
import { trustStanding } from '#server/citizens/trust.ts';
import { openAccount } from '#server/ledger/accounts.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import { toDecimal } from '#server/money/money.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { emit } from '#server/platform/outbox.ts';
import { noteLotFacts, noteTake } from '#server/provenance/notes.ts';
import {
  cardTransfers,
  clawbackReturnTransfers,
  excessTransfers,
  repaidTransfers,
  repayingTransfers,
  type DebtIdentity,
} from './debt-bookings.ts';
import { lockDebts, partsOf, recordRepayment, splitOf, type PaidPart } from './debts.ts';
import { bySource, centesimiPerCent, inShares, least, sumOf, type WalletLot } from './dispute-rules.ts';
import { receivableOf, walletLots } from './disputed-lots.ts';
import { stillAt } from './dispute-withdrawals.ts';
import { holdUntil } from '#server/payments/rules.ts';
import type { WriteDeps } from '#server/payments/service.ts';
import { expectAtStripe, typeOfCharge } from '#server/payments/stripe/stripe-facts.ts';
import { withThawed } from './thaw.ts';
import { chargeOf } from '#server/payments/top-up-lots.ts';

/**
 * Repays what a citizen owes with ducats of their wallet, at most `mostMinor` cents: to sellers first, who get back the
 * very ducats that were taken from them. Only bought and earned ducats repay, ten centesimi a cent. It is the one thing
 * that a frozen wallet allows. The same key again changes nothing. Returns the cents that were repaid.
 * Refuses `debt_none`, `debt_no_ducats`, and `condition_failed` when the wallet changed meanwhile.
 */
export async function repayWithDucats(
  tx: Tx,
  deps: WriteDeps,
  input: { citizenId: string; key: string; mostMinor: bigint },
): Promise<bigint> {
  const { citizenId, key, mostMinor } = input;
  const debts = await lockDebts(tx, citizenId);
  const known = await tx.debtRepayment.findUnique({
    where: { citizenId_key: { citizenId, key } },
    select: { amountMinor: true },
  });
  if (known !== null) return known.amountMinor;
  if (debts.length === 0) throw refuse('conflict', 'debt_none', 'Nothing is owed.');
  const owedMinor = debts.reduce((sum, { openMinor }) => sum + openMinor, 0n);
  const wallet = await walletLots(tx, citizenId);
  const paying = bySource(wallet.lots.filter(({ kind }) => kind !== 'granted'));
  const heldMinor = least(sumOf(paying), wallet.availableMinor) / centesimiPerCent;
  const amountMinor = least(mostMinor, owedMinor, heldMinor);
  if (amountMinor === 0n) {
    throw refuse('conflict', 'debt_no_ducats', 'There are no bought or earned ducats in the wallet to pay with.');
  }
  const parts = partsOf(amountMinor, debts);
  const identity = { id: deps.ids.uuid(), citizenId, time: deps.clock.now(), secret: deps.secret };
  await recordRepayment(tx, deps, { id: identity.id, citizenId, key, method: 'ducats', amountMinor, parts });
  const taken = takenFrom(paying, amountMinor * centesimiPerCent);
  const takes = await bindTakes(tx, { identity, accountId: wallet.accountId, taken });
  const returned = await returnToSellers(tx, deps, { identity, parts });
  const paid = repaidTransfers(identity, { receivableAccountId: await receivableOf(tx, citizenId), ...splitOf(parts) });
  const transfers = [...stillAt(takes, new Map([[wallet.accountId, wallet.version]])), ...returned, ...paid];
  const wallets = [wallet.accountId, ...returned.map(({ creditAccountId }) => creditAccountId)];
  await withThawed(tx, wallets, () => postLinked(tx, transfers));
  await emit(tx, deps, { type: 'debt.repaid', subject: citizenId, payload: { amountMinor: String(amountMinor) } });
  return amountMinor;
}

/** The first lots, in the order of spending, that come to an amount. */
function takenFrom(lots: readonly WalletLot[], wantedMinor: bigint): WalletLot[] {
  let leftMinor = wantedMinor;
  return lots.flatMap((lot) => {
    const amountMinor = least(lot.amountMinor, leftMinor);
    leftMinor -= amountMinor;
    return amountMinor === 0n ? [] : [{ ...lot, amountMinor }];
  });
}

async function bindTakes(
  tx: Tx,
  paying: { identity: DebtIdentity; accountId: bigint; taken: readonly WalletLot[] },
): Promise<TransferRequest[]> {
  const { identity, accountId, taken } = paying;
  const { id: repaymentId, citizenId } = identity;
  const bound: TransferRequest[] = [];
  for (const [position, { source, kind, amountMinor }] of taken.entries()) {
    for (const transfer of repayingTransfers(identity, { position, walletAccountId: accountId, amountMinor })) {
      const { id: transferId } = transfer;
      await noteTake(tx, { transferId, rule: { source, kind } });
      await tx.ducatTaking.create({
        data: { transferId, repaymentId, citizenId, accountId, step: 'repayment', position, amountMinor },
        select: { transferId: true },
      });
      bound.push(transfer);
    }
  }
  return bound;
}

/** What sellers get back of a payment, each in proportion to what they still lack. */
async function returnToSellers(
  tx: Tx,
  deps: WriteDeps,
  { identity, parts }: { identity: DebtIdentity; parts: readonly PaidPart[] },
): Promise<TransferRequest[]> {
  const transfers: TransferRequest[] = [];
  for (const { cause, reference: disputeId, amountMinor } of parts) {
    if (cause !== 'clawback') continue;
    const takings = await tx.ducatTaking.findMany({
      where: { disputeId, step: 'earned' },
      orderBy: { position: 'asc' },
      select: { transferId: true, accountId: true, citizenId: true, amountMinor: true, returnedMinor: true },
    });
    const lacking = takings.map((taking) => ({ ...taking, amountMinor: taking.amountMinor - taking.returnedMinor }));
    for (const share of inShares(amountMinor * centesimiPerCent, lacking)) {
      const { transferId, accountId: walletAccountId, citizenId, amountMinor: shareMinor } = share;
      await tx.ducatTaking.update({
        where: { transferId },
        data: { returnedMinor: { increment: shareMinor } },
        select: { transferId: true },
      });
      const details = { amount: toDecimal(shareMinor) };
      await notify(tx, deps, { citizenId, kind: 'earning_given_back', details });
      transfers.push(...clawbackReturnTransfers(identity, { transferId, walletAccountId, amountMinor: shareMinor }));
    }
  }
  return transfers;
}

/**
 * Books a payment page for a debt that was paid, once. Dollars beyond what is owed by now become ducats: nothing that was
 * paid is refused. The caller has Stripe's word for it.
 */
export async function bookDebtPayment(
  tx: Tx,
  deps: WriteDeps,
  payment: { debtPaymentId: string; chargeId: string },
): Promise<void> {
  const { debtPaymentId: id, chargeId } = payment;
  await tx.$queryRaw`SELECT id::text FROM debt_payment WHERE id = ${id}::uuid FOR UPDATE`;
  const row = await tx.debtPayment.findUniqueOrThrow({
    where: { id },
    select: { citizenId: true, amountMinor: true, state: true, key: true, createdAt: true },
  });
  if (row.state === 'paid') return;
  const { citizenId, amountMinor, key } = row;
  const now = deps.clock.now();
  const parts = partsOf(amountMinor, await lockDebts(tx, citizenId));
  const split = splitOf(parts);
  const excessMinor = amountMinor - split.earnedMinor - split.restMinor;
  await tx.debtPayment.update({
    where: { id },
    data: { state: 'paid', paidAt: now, stripeChargeId: chargeId },
    select: { id: true },
  });
  if (parts.length > 0) {
    const repaidMinor = amountMinor - excessMinor;
    await recordRepayment(tx, deps, { id, citizenId, key, method: 'card', amountMinor: repaidMinor, parts });
  }
  const identity = { id, citizenId, time: row.createdAt, secret: deps.secret };
  const dollars = cardTransfers(identity, {
    receivableAccountId: await receivableOf(tx, citizenId),
    ...split,
    excessMinor,
  });
  const returned = await returnToSellers(tx, deps, { identity, parts });
  const excess = await excessDucats(tx, deps, { identity, excessMinor });
  const fact = { type: typeOfCharge(chargeId), sourceId: chargeId, amountMinor };
  await expectAtStripe(tx, deps, { ...fact, transfers: dollars, kind: 'debt_repaid' });
  const wallets = [...returned, ...excess].map(({ creditAccountId }) => creditAccountId);
  const transfers = [...dollars, ...returned, ...excess];
  await withThawed(tx, wallets, () => postLinked(tx, transfers, { source: 'external' }));
  await emit(tx, deps, { type: 'debt.repaid', subject: citizenId, payload: { amountMinor: String(amountMinor) } });
}

async function excessDucats(
  tx: Tx,
  deps: WriteDeps,
  { identity, excessMinor }: { identity: DebtIdentity; excessMinor: bigint },
): Promise<TransferRequest[]> {
  if (excessMinor === 0n) return [];
  const { citizenId, id: paymentId } = identity;
  const walletAccountId = await openAccount(tx, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' });
  const transfers = excessTransfers(identity, { walletAccountId, amountMinor: excessMinor * centesimiPerCent });
  const given = transfers.filter(({ kind }) => kind !== 'mint');
  await noteAsBought(tx, deps, { citizenId, paymentId, given });
  return transfers;
}

/** Says that ducats are given for what a card paid, and are held as others bought now. */
export async function noteAsBought(
  tx: Tx,
  deps: WriteDeps,
  { citizenId, paymentId, given }: { citizenId: string; paymentId: string; given: readonly TransferRequest[] },
): Promise<void> {
  const now = deps.clock.now();
  const { limits } = await trustStanding(tx, { citizenId, now });
  const until = holdUntil(now, { holdBoughtDays: limits.holdBoughtDays, riskLevel: null });
  const facts = { kind: 'bought', source: chargeOf(paymentId), holdUntil: until, expiresAt: null } as const;
  await noteLotFacts(
    tx,
    given.map(({ id: transferId }) => ({ transferId, ...facts })),
  );
}
