import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import {
  conversionOf,
  conversionTransfers,
  convertedAmounts,
  type ConversionOrder,
} from '#server/ledger/conversions.ts';
import type { ConversionRate, TransferResult } from '#server/ledger/schema.ts';
import { testDatabase } from '#server/testing/database.ts';
import { books, move, transferId } from '#server/testing/ledger.ts';

/** Put the seed of a failed run here to see it again. */
const seed = Date.now() % 1_000_000;
const database = await testDatabase();
const { wallet, post, balance } = books(database);

const most = 10n ** 15n;
const [ducatLiquidity, dollarLiquidity] = [systemAccountId('liquidity', 'DUCAT'), systemAccountId('liquidity', 'USD')];
const dollars = systemAccountId('fee_income', 'USD');
await post([
  move({ from: systemAccountId('issuance', 'DUCAT'), to: ducatLiquidity, amountMinor: most }),
  move({ from: systemAccountId('bank', 'USD'), to: dollarLiquidity, amountMinor: most }),
]);

/** From a wallet of ducats to dollars of the house, unless told otherwise. */
function order(from: bigint, rest: Partial<ConversionOrder> = {}): ConversionOrder {
  return {
    ids: [transferId(), transferId()],
    from: { accountId: from, asset: 'DUCAT' },
    to: { accountId: dollars, asset: 'USD' },
    amountMinor: 1_000n,
    exact: 'in',
    numerator: 2n,
    denominator: 3n,
    ...rest,
  };
}

function outcomes(results: readonly TransferResult[]): string[] {
  return results.map((result) =>
    result.status === 'refused' ? `${result.code} ${result.field ?? ''}`.trim() : result.status,
  );
}

const ratePart = fc.oneof(fc.bigInt(1n, 1_000n), fc.bigInt(1n, most));
const rate = fc.record({ numerator: ratePart, denominator: ratePart, exact: fc.constantFrom('in', 'out') });
const amount = fc.oneof(fc.bigInt(1n, 1_000n), fc.bigInt(1n, most));

/** The amounts, or null where they leave the range of the ledger. */
function amountsOrNull(input: Parameters<typeof convertedAmounts>[0]) {
  try {
    return convertedAmounts(input);
  } catch (error) {
    expect(error).toMatchObject({ kind: 'invalid', code: 'amount_out_of_range' });
    return null;
  }
}

describe(`the arithmetic of conversions (seed ${String(seed)})`, () => {
  it('is exact: in × p = out × q + remainder, with less than one unit left over', () => {
    fc.assert(
      fc.property(rate, amount, ({ numerator, denominator, exact }, amountMinor) => {
        const amounts = amountsOrNull({ numerator, denominator, exact, amountMinor });
        if (amounts === null) return;
        const remainder = amounts.inMinor * numerator - amounts.outMinor * denominator;
        expect(exact === 'in' ? amounts.inMinor : amounts.outMinor).toBe(amountMinor);
        expect(remainder).toBeGreaterThanOrEqual(0n);
        expect(remainder).toBeLessThan(exact === 'in' ? denominator : numerator);
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it('never makes money there and back, whichever amounts are given', () => {
    fc.assert(
      fc.property(
        rate,
        fc.constantFrom('in', 'out'),
        amount,
        ({ numerator, denominator, exact }, exactBack, amountMinor) => {
          const there = amountsOrNull({ numerator, denominator, exact, amountMinor });
          if (there === null || there.outMinor === 0n) return;
          const given = exactBack === 'in' ? there.outMinor : there.inMinor;
          const back = amountsOrNull({
            numerator: denominator,
            denominator: numerator,
            exact: exactBack,
            amountMinor: given,
          });
          if (back === null) return;
          if (exactBack === 'in') expect(back.outMinor).toBeLessThanOrEqual(there.inMinor);
          else expect(back.inMinor).toBeGreaterThanOrEqual(there.outMinor);
        },
      ),
      { seed, numRuns: 2_000 },
    );
  });

  it('refuses a rate that is not two whole numbers from 1 to 10^15', () => {
    for (const part of [0n, -1n, most + 1n]) {
      expect(() => convertedAmounts({ numerator: part, denominator: 1n, exact: 'in', amountMinor: 1n })).toThrow(
        'rate',
      );
      expect(() => convertedAmounts({ numerator: 1n, denominator: part, exact: 'in', amountMinor: 1n })).toThrow(
        'rate',
      );
    }
  });
});

describe('a conversion', () => {
  it('goes through the liquidity accounts of both assets and keeps its rate and remainder', async () => {
    const from = await wallet(1_000n);
    const before = [await balance(ducatLiquidity), await balance(dollarLiquidity), await balance(dollars)];
    const legs = conversionTransfers(order(from, { reference: 'a change' }));
    expect(outcomes(await post(legs))).toEqual(['created', 'created']);
    expect(await balance(from)).toBe(0n);
    const after = [await balance(ducatLiquidity), await balance(dollarLiquidity), await balance(dollars)];
    expect(after.map((figure, place) => figure - (before[place] ?? 0n))).toEqual([1_000n, -666n, 666n]);
    const kept = {
      ids: [legs[0].id, legs[1].id],
      numerator: 2n,
      denominator: 3n,
      exact: 'in',
      inMinor: 1_000n,
      outMinor: 666n,
      remainder: 2n,
    };
    expect(await conversionOf(database.client, legs[0].id)).toEqual(kept);
    expect(await conversionOf(database.client, legs[1].id)).toEqual(kept);
    expect(outcomes(await post(legs))).toEqual(['exists', 'exists']);
    expect(await conversionOf(database.client, transferId())).toBeNull();
  });

  it('to an exact amount takes as much as that needs, rounded up', async () => {
    const from = await wallet(1_000n);
    const legs = conversionTransfers(order(from, { exact: 'out', amountMinor: 333n }));
    expect(await post(legs)).toMatchObject([{ amountMinor: 500n }, { amountMinor: 333n }]);
    expect(await conversionOf(database.client, legs[1].id)).toMatchObject({ exact: 'out', remainder: 1n });
  });

  it('to nothing is refused, and moves nothing', async () => {
    const from = await wallet(1_000n);
    const legs = conversionTransfers(order(from, { amountMinor: 1n }));
    expect(outcomes(await post(legs))).toEqual(['linked_group_failed', 'conversion_of_nothing amountMinor']);
    expect(await balance(from)).toBe(1_000n);
  });

  it('without enough on either side moves nothing on both', async () => {
    const from = await wallet(10n);
    const key = { owner: transferId(), kind: 'liquidity' } as const;
    const [poor, rich] = await database.inTransaction(async (tx) => [
      await openAccount(tx, { ...key, asset: 'USD' }),
      await openAccount(tx, { ...key, asset: 'DUCAT' }),
    ]);
    const own = {
      from: { accountId: from, asset: 'DUCAT', liquidityAccountId: rich ?? 0n },
      to: { accountId: dollars, asset: 'USD', liquidityAccountId: poor ?? 0n },
    } as const;
    expect(outcomes(await post(conversionTransfers(order(from))))).toEqual([
      'insufficient_funds debitAccountId',
      'linked_group_failed',
    ]);
    expect(outcomes(await post(conversionTransfers(order(from, { ...own, amountMinor: 10n }))))).toEqual([
      'linked_group_failed',
      'insufficient_funds debitAccountId',
    ]);
    expect(await balance(from)).toBe(10n);
  });

  it('at amounts that its rate does not give, or beside the liquidity of one owner, is refused', async () => {
    const from = await wallet(10_000n);
    const other = await database.inTransaction((tx) =>
      openAccount(tx, { owner: transferId(), kind: 'liquidity', asset: 'DUCAT' }),
    );
    const malformed = ['linked_group_failed', 'conversion_malformed conversion'];
    for (const change of [667n, 665n]) {
      const [first, second] = conversionTransfers(order(from));
      expect(outcomes(await post([first, { ...second, amountMinor: change }]))).toEqual(malformed);
    }
    const strange = order(from, { from: { accountId: from, asset: 'DUCAT', liquidityAccountId: other } });
    expect(outcomes(await post(conversionTransfers(strange)))).toEqual(malformed);
    const [first, second] = conversionTransfers(order(from));
    expect(outcomes(await post([{ ...first, linked: false }, second]))).toEqual([
      'created',
      'conversion_malformed conversion',
    ]);
  });

  it('out of the range of the ledger is refused before it is sent', () => {
    for (const change of [{ amountMinor: 0n }, { amountMinor: most + 1n }, { amountMinor: most, numerator: 4n }]) {
      expect(() => conversionTransfers(order(1n, change))).toThrow('out of range');
    }
  });
});

it(
  `posted at random rates keeps in × p = out × q + remainder (seed ${String(seed)})`,
  { timeout: 60_000 },
  async () => {
    let posted = 0;
    const convert = async (drawn: ConversionRate, amountMinor: bigint) => {
      const amounts = amountsOrNull({ ...drawn, amountMinor });
      if (amounts === null || amounts.inMinor > 10n ** 13n || amounts.outMinor > 10n ** 12n) return;
      const from = await wallet(amounts.inMinor);
      const legs = conversionTransfers(order(from, { ...drawn, amountMinor }));
      const results = outcomes(await post(legs));
      if (amounts.outMinor === 0n) {
        expect(results[1]).toBe('conversion_of_nothing amountMinor');
        return;
      }
      expect(results).toEqual(['created', 'created']);
      posted += 1;
      const kept = await conversionOf(database.client, legs[1].id);
      expect(kept).toMatchObject({ ...drawn, ...amounts });
      const given = (kept?.outMinor ?? 0n) * drawn.denominator + (kept?.remainder ?? -1n);
      expect(given).toBe(amounts.inMinor * drawn.numerator);
    };
    await fc.assert(fc.asyncProperty(rate, fc.bigInt(1n, 10n ** 12n), convert), { seed, numRuns: 150 });
    // Rates at which nothing happens would agree as well.
    expect(posted, `seed ${String(seed)}`).toBeGreaterThan(15);
  },
);

test('the books are in order after all of this', async () => {
  expect(await checkLedger(database.client)).toMatchObject({ ok: true, findings: [] });
});

test('a leg belongs to one conversion: a chain of two through one leg is refused', async () => {
  const from = await wallet(1_000n);
  const owner = transferId();
  const open = (asset: 'DUCAT' | 'USD') =>
    database.inTransaction((tx) => openAccount(tx, { owner, kind: 'liquidity', asset }));
  const [ducats, dollarsOfOwner] = [await open('DUCAT'), await open('USD')];
  await post([move({ from: systemAccountId('issuance', 'DUCAT'), to: ducats, amountMinor: 1_000n })]);
  const rateOfOne: ConversionRate = { numerator: 1n, denominator: 1n, exact: 'in' };
  const results = await post([
    move({ from, to: ducatLiquidity, amountMinor: 10n, linked: true }),
    move({ from: dollarLiquidity, to: dollarsOfOwner, amountMinor: 10n, conversion: rateOfOne, linked: true }),
    move({ from: ducats, to: from, amountMinor: 10n, conversion: rateOfOne }),
  ]);
  expect(outcomes(results)).toContain('conversion_malformed conversion');
  expect(results.every(({ status }) => status === 'refused')).toBe(true);
});
