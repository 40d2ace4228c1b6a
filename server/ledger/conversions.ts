import { systemAccountId } from '#server/ledger/accounts.ts';
import type { Asset, ConversionRate, TransferKind, TransferRequest } from '#server/ledger/schema.ts';
import type { Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';

const amountMinorMax = 10n ** 15n;
const ratePartMax = 10n ** 15n;

/** One side of a conversion: an account, and the liquidity account of its asset that money goes through. */
export interface ConversionSide {
  accountId: bigint;
  asset: Asset;
  /** The house's liquidity account of the asset unless given; both sides through those of one owner. */
  liquidityAccountId?: bigint;
}

export interface ConversionOrder extends ConversionRate {
  /** Ids of the two transfers, each a UUIDv7 of its own. */
  ids: readonly [string, string];
  /** What is paid in, and where what comes out arrives. */
  from: ConversionSide;
  to: ConversionSide;
  /** The amount that `exact` names: of the asset that is paid in, or of the one that comes out. */
  amountMinor: bigint;
  /** `conversion` unless given. */
  kind?: TransferKind;
  reference?: string;
}

/**
 * The two linked transfers of a conversion between assets: what is paid in goes to the liquidity account of its asset,
 * what comes out is paid from that of the other one. Both happen or neither; the ledger checks the rate once more and
 * keeps it with the remainder. More transfers can be linked behind them by setting `linked` on the second.
 *
 * Exact arithmetic in whole minor units: with `in` given, out = floor(in × numerator / denominator); with `out` given,
 * in = ceil(out × denominator / numerator). Rounding is always at the cost of the one who converts, so no chain of
 * conversions makes money. Where out is 0 the ledger refuses `conversion_of_nothing`.
 *
 * Throws `amount_out_of_range` (invalid) when one of the two amounts would exceed 10^15, and `rate_out_of_range`.
 * The rate as two whole numbers, the remainder and the two-transfer shape follow TigerBeetle's recipe for currency
 * exchange.
 */
export function conversionTransfers(order: ConversionOrder): [TransferRequest, TransferRequest] {
  const { numerator, denominator, exact, from, to } = order;
  const { inMinor, outMinor } = convertedAmounts(order);
  const words = {
    kind: order.kind ?? 'conversion',
    ...(order.reference === undefined ? {} : { reference: order.reference }),
  };
  return [
    {
      id: order.ids[0],
      debitAccountId: from.accountId,
      creditAccountId: from.liquidityAccountId ?? systemAccountId('liquidity', from.asset),
      amountMinor: inMinor,
      linked: true,
      ...words,
    },
    {
      id: order.ids[1],
      debitAccountId: to.liquidityAccountId ?? systemAccountId('liquidity', to.asset),
      creditAccountId: to.accountId,
      amountMinor: outMinor,
      conversion: { numerator, denominator, exact },
      ...words,
    },
  ];
}

/**
 * What a conversion takes in and gives out, in minor units. Throws as `conversionTransfers` does; an amount out of 0
 * is no error here.
 */
export function convertedAmounts(rate: ConversionRate & { amountMinor: bigint }): {
  inMinor: bigint;
  outMinor: bigint;
} {
  const { amountMinor, numerator, denominator, exact } = rate;
  if (![numerator, denominator].every((part) => part >= 1n && part <= ratePartMax)) {
    throw refuse('invalid', 'rate_out_of_range', 'A rate is made of two whole numbers from 1 to 10^15.');
  }
  const isIn = exact === 'in';
  const inMinor = isIn ? amountMinor : (amountMinor * denominator + numerator - 1n) / numerator;
  const outMinor = isIn ? (amountMinor * numerator) / denominator : amountMinor;
  if (amountMinor < 1n || inMinor > amountMinorMax || outMinor > amountMinorMax) {
    throw refuse('invalid', 'amount_out_of_range', 'The amount is out of range.');
  }
  return { inMinor, outMinor };
}

/** A conversion that happened: in × numerator = out × denominator + remainder. */
export interface Conversion extends ConversionRate {
  /** The transfer of what was paid in, and the one of what came out. */
  ids: [string, string];
  inMinor: bigint;
  outMinor: bigint;
  /**
   * What rounding left with the liquidity accounts: at `in`, minor units of the asset that came out times the
   * denominator, less than one such unit; at `out`, minor units of the asset paid in times the numerator, likewise.
   */
  remainder: bigint;
}

interface ConversionRow {
  transfer_id: string;
  first_transfer_id: string;
  numerator: bigint;
  denominator: bigint;
  exact_side: number;
  remainder: bigint;
  in_minor: bigint;
  out_minor: bigint;
}

/** The conversion that a transfer is a leg of, whichever of the two; null when it is none. */
export async function conversionOf(db: Db, transferId: string): Promise<Conversion | null> {
  const rows = await db.$queryRaw<ConversionRow[]>`
    SELECT c.*, t.amount AS in_minor, u.amount AS out_minor
    FROM ledger.conversion c
    JOIN ledger.recorded_transfer t ON t.id = c.first_transfer_id
    JOIN ledger.recorded_transfer u ON u.id = c.transfer_id
    WHERE c.transfer_id = ${transferId}::uuid OR c.first_transfer_id = ${transferId}::uuid`;
  const [row] = rows;
  invariant(rows.length <= 1, 'a transfer is a leg of at most one conversion');
  if (row === undefined) return null;
  return {
    ids: [row.first_transfer_id, row.transfer_id],
    numerator: row.numerator,
    denominator: row.denominator,
    exact: row.exact_side === 1 ? 'in' : 'out',
    inMinor: row.in_minor,
    outMinor: row.out_minor,
    remainder: row.remainder,
  };
}
