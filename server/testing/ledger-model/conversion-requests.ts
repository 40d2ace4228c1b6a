import type { TransferRequest } from '#server/ledger/schema.ts';
import { transferId } from '#server/testing/ledger.ts';
import type { ItemDraw, RateDraw } from './draws.ts';

/** Where conversions run: from an account in one asset to one in the other, through two accounts of one owner. */
export interface ConversionAccounts {
  liquidity: readonly Pair[];
  /** Accounts in dollars that give or take. */
  dollars: readonly bigint[];
}

interface Pair {
  ducat: bigint;
  usd: bigint;
}

interface Place {
  now: number;
  conversion: ConversionAccounts;
}

/** The two legs of a conversion, with the flaw of the draw if it has one. */
export function conversionOf(draw: ItemDraw, plain: TransferRequest, { now, conversion }: Place): TransferRequest[] {
  const { rate, from, to } = draw;
  const { liquidity, dollars } = conversion;
  const none: Pair = { ducat: 0n, usd: 0n };
  const pair = liquidity[from % liquidity.length] ?? none;
  const other = liquidity[(from + 1) % liquidity.length] ?? none;
  const dollar = dollars[to % dollars.length] ?? 0n;
  const isToDollars = from % 2 === 0;
  const taking = isToDollars ? pair.ducat : pair.usd;
  const giver = rate.flaw === 'otherOwner' ? other : pair;
  const giving = isToDollars ? giver.usd : giver.ducat;
  const source = isToDollars ? plain.debitAccountId : dollar;
  const target = isToDollars ? dollar : plain.creditAccountId;
  const { inMinor, outMinor } = amountsOf(draw.amountMinor, rate);
  const kind = 'conversion' as const;
  const base = { ...plain, kind };
  const first = { ...base, debitAccountId: source, creditAccountId: taking, amountMinor: inMinor, linked: true };
  const second = {
    ...base,
    id: transferId(new Date(now)),
    debitAccountId: giving,
    creditAccountId: target,
    amountMinor: outMinor,
    conversion: { numerator: rate.terms[0], denominator: rate.terms[1], exact: rate.exact },
  };
  return flawed(first, second, { rate, elsewhere: [plain.debitAccountId, plain.creditAccountId] });
}

/** The given amount, and the other one rounded against whoever converts, or one unit off. */
function amountsOf(givenMinor: bigint, { terms, exact, flaw }: RateDraw): { inMinor: bigint; outMinor: bigint } {
  const [numerator, denominator] = terms;
  const off = flaw === 'oneMore' ? 1n : flaw === 'oneLess' ? -1n : 0n;
  if (exact === 'in') return { inMinor: givenMinor, outMinor: (givenMinor * numerator) / denominator + off };
  const inMinor = (givenMinor * denominator + numerator - 1n) / numerator + off;
  return { inMinor, outMinor: givenMinor };
}

function flawed(
  first: TransferRequest,
  second: TransferRequest,
  { rate, elsewhere }: { rate: RateDraw; elsewhere: readonly [bigint, bigint] },
): TransferRequest[] {
  const [debitAccountId, creditAccountId] = elsewhere;
  const conversion = { numerator: rate.terms[0], denominator: rate.terms[1], exact: rate.exact };
  switch (rate.flaw) {
    case 'none':
    case 'oneMore':
    case 'oneLess':
    case 'otherOwner':
      return [first, second];
    case 'notLiquidityIn':
      return [{ ...first, debitAccountId, creditAccountId }, second];
    case 'notLiquidityOut':
      return [first, { ...second, debitAccountId, creditAccountId }];
    case 'oneAsset':
      return [first, { ...second, debitAccountId: first.creditAccountId, creditAccountId: first.debitAccountId }];
    case 'unlinked':
      return [{ ...first, linked: false }, second];
    case 'firstPending':
      return [{ ...first, pending: {} }, second];
    case 'firstShortfall':
      return [{ ...first, mode: 'shortfall' }, second];
    case 'secondAvailable':
      return [first, { ...second, mode: 'available' }];
    case 'secondPending':
      return [first, { ...second, pending: {} }];
    case 'termZero':
      return [first, { ...second, conversion: { ...conversion, numerator: 0n } }];
    case 'termTooBig': {
      const tooBig = 10n ** 15n + 1n;
      return [
        first,
        {
          ...second,
          amountMinor: first.amountMinor,
          conversion: { ...conversion, numerator: tooBig, denominator: tooBig },
        },
      ];
    }
  }
}
