import { describe, expect, test } from 'vitest';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { stripeFeeTransfers, topUpTransfers, type WalletBooking } from '#server/payments/bookings.ts';

const secret = 'a secret of at least thirty-two characters';
const createdAt = new Date('2026-11-20T10:00:00.000Z');
const reference = '01940000-0000-7000-8000-000000000001';
const walletAccountId = 7_777n;
const booking: WalletBooking = {
  topUpId: reference,
  citizenId: '01940000-0000-7000-8000-000000000002',
  createdAt,
  priceMinor: 5_000n,
  feeMinor: 175n,
  taxMinor: 25n,
  totalMinor: 5_200n,
  baseMinor: 50_000n,
  bonusMinor: 2_500n,
  walletAccountId,
};
const [issuance, treasury, promotion] = [1n, 2n, 3n];
const [stripeBalance, bridge, ducatFloat, feeIncome, stripeFees, tax] = [101n, 103n, 104n, 105n, 107n, 110n];

function transfer(
  id: string,
  kind: TransferRequest['kind'],
  [debitAccountId, creditAccountId, amountMinor]: readonly [bigint, bigint, bigint],
): TransferRequest {
  const mode = kind === 'mint' ? ({ mode: 'shortfall' } as const) : {};
  return { id, kind, debitAccountId, creditAccountId, amountMinor, reference, ...mode };
}

/** Written out, because ids are how a repeated booking is recognised: those of yesterday must be those of tomorrow. */
const booked: readonly TransferRequest[] = [
  transfer('01a1f866-0d00-7a65-a0b8-e7bf80ef0c1b', 'top_up_gross', [stripeBalance, bridge, 5_200n]),
  transfer('01a1f866-0d00-7ba2-991d-797c9a4d5fce', 'top_up_float', [bridge, ducatFloat, 5_000n]),
  transfer('01a1f866-0d00-73ad-bbfd-38dcad1fd4cf', 'top_up_fee', [bridge, feeIncome, 175n]),
  transfer('01a1f866-0d00-79cc-b929-1377eccbd672', 'top_up_tax', [bridge, tax, 25n]),
  transfer('01a1f866-0d00-73e2-9345-24864573619e', 'mint', [issuance, treasury, 50_000n]),
  transfer('01a1f866-0d00-7c83-afce-2ce3a248db2b', 'top_up_base', [treasury, walletAccountId, 50_000n]),
  transfer('01a1f866-0d00-770c-96f0-7108688dc20c', 'mint', [issuance, promotion, 2_500n]),
  transfer('01a1f866-0d00-7fda-b015-ca4c97349149', 'top_up_bonus', [promotion, walletAccountId, 2_500n]),
];

describe('the transfers of a paid top-up', () => {
  test('are these, with these ids and in this order', () => {
    expect(topUpTransfers(booking, secret)).toEqual(booked);
  });

  test('keep their ids where fee, tax and bonus are nothing and have no transfer', () => {
    const plain = { ...booking, feeMinor: 0n, taxMinor: 0n, bonusMinor: 0n, totalMinor: 5_000n };
    const kept = [0, 1, 4, 5].map((position) => booked[position]?.id);
    expect(topUpTransfers(plain, secret).map(({ id }) => id)).toEqual(kept);
  });

  test('are none when the total is not the sum of its parts', () => {
    expect(() => topUpTransfers({ ...booking, totalMinor: 5_201n }, secret)).toThrow('gross = price + fee + tax');
  });
});

describe("the transfer of Stripe's own fee", () => {
  const fee = { balanceTransactionId: 'txn_1', createdAt, feeMinor: 181n };

  test('is this, with this id', () => {
    expect(stripeFeeTransfers(fee, secret)).toEqual([
      {
        id: '01a1f866-0d00-7d48-8aea-96e842f7b01f',
        kind: 'stripe_fee',
        debitAccountId: stripeFees,
        creditAccountId: stripeBalance,
        amountMinor: 181n,
        reference: 'txn_1',
      },
    ]);
  });

  test('is none for a fee of nothing', () => {
    expect(stripeFeeTransfers({ ...fee, feeMinor: 0n }, secret)).toEqual([]);
  });
});
