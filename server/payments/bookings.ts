import { systemAccountId } from '#server/ledger/accounts.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import { derivedId } from '#server/platform/ids.ts';

/** The ledger templates of this domain. In all of them a balance is credits less debits. */

export interface TopUpBooking {
  topUpId: string;
  citizenId: string;
  createdAt: Date;
  priceMinor: bigint;
  feeMinor: bigint;
  taxMinor: bigint;
  totalMinor: bigint;
  baseMinor: bigint;
  bonusMinor: bigint;
  walletAccountId: bigint;
}

type Leg = Omit<TransferRequest, 'id' | 'reference'> & { leg: string };

/**
 * A paid top-up, both assets in one linked group: the dollars pass through `bridge` to what is owed
 * and earned, the ducats come from `treasury` and `promotion`, and issuance fills up whatever these
 * two lack, so that no balance can refuse what was paid.
 */
export function topUpTransfers(booking: TopUpBooking, secret: string): TransferRequest[] {
  const legs = [...dollarLegs(booking), ...ducatLegs(booking)].filter((leg) => leg.amountMinor > 0n);
  const key = deriveKey(secret, 'ledger-ids');
  return legs.map(({ leg, ...request }) => ({
    ...request,
    id: derivedId({
      time: booking.createdAt,
      principal: booking.citizenId,
      kind: 'top_up',
      key: booking.topUpId,
      leg,
      secret: key,
    }),
    reference: booking.topUpId,
  }));
}

function dollarLegs(booking: TopUpBooking): Leg[] {
  const bridge = systemAccountId('bridge', 'USD');
  const fromBridge = (leg: string, kind: Leg['kind'], target: { accountId: bigint; amountMinor: bigint }): Leg => ({
    leg,
    kind,
    debitAccountId: bridge,
    creditAccountId: target.accountId,
    amountMinor: target.amountMinor,
  });
  return [
    {
      leg: 'gross',
      kind: 'top_up_gross',
      debitAccountId: systemAccountId('stripe_balance', 'USD'),
      creditAccountId: bridge,
      amountMinor: booking.totalMinor,
    },
    fromBridge('float', 'top_up_float', {
      accountId: systemAccountId('ducat_float', 'USD'),
      amountMinor: booking.priceMinor,
    }),
    fromBridge('fee', 'top_up_fee', { accountId: systemAccountId('fee_income', 'USD'), amountMinor: booking.feeMinor }),
    fromBridge('tax', 'top_up_tax', { accountId: systemAccountId('tax', 'USD'), amountMinor: booking.taxMinor }),
  ];
}

function ducatLegs(booking: TopUpBooking): Leg[] {
  const treasury = { name: 'treasury', accountId: systemAccountId('treasury', 'DUCAT') };
  const promotion = { name: 'promotion', accountId: systemAccountId('promotion', 'DUCAT') };
  const given = (source: typeof treasury, kind: Leg['kind'], amountMinor: bigint): Leg[] => [
    {
      leg: `mint-${source.name}`,
      kind: 'mint',
      mode: 'shortfall',
      debitAccountId: systemAccountId('issuance', 'DUCAT'),
      creditAccountId: source.accountId,
      amountMinor,
    },
    { leg: source.name, kind, debitAccountId: source.accountId, creditAccountId: booking.walletAccountId, amountMinor },
  ];
  return [
    ...given(treasury, 'top_up_base', booking.baseMinor),
    ...given(promotion, 'top_up_bonus', booking.bonusMinor),
  ];
}

export interface StripeFeeBooking {
  balanceTransactionId: string;
  /** When the top-up was started: the same on every attempt. */
  createdAt: Date;
  feeMinor: bigint;
}

/**
 * What Stripe kept of a charge. `stripe_balance` holds debits (money that Stripe owes us), so the fee
 * is a credit to it and a debit to `stripe_fees`. One per balance transaction, whatever event told of it.
 */
export function stripeFeeTransfer(booking: StripeFeeBooking, secret: string): TransferRequest {
  return {
    id: derivedId({
      time: booking.createdAt,
      principal: 'stripe',
      kind: 'stripe_fee',
      key: booking.balanceTransactionId,
      leg: 'fee',
      secret: deriveKey(secret, 'ledger-ids'),
    }),
    kind: 'stripe_fee',
    debitAccountId: systemAccountId('stripe_fees', 'USD'),
    creditAccountId: systemAccountId('stripe_balance', 'USD'),
    amountMinor: booking.feeMinor,
    reference: booking.balanceTransactionId,
  };
}
