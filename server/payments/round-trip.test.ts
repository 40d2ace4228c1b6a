import { describe, expect, test } from 'vitest';
import { entitlements } from '#server/citizens/entitlements.ts';
import { saleFee } from '#server/market/orders/order-rules.ts';
import { allocate, ducat } from '#server/money/money.ts';
import { dollarWorld, type Tier } from '#server/testing/dollars/dollar-world.ts';
import { cashOutSettings, figuresOf } from '#server/payments/cash-outs/cash-out-rules.ts';
import { defaultSettings, packageIds } from './packages.ts';
import { quoteTopUp } from './rules.ts';
import type { TopUpChoice } from './schema.ts';

/**
 * The round trip that a bonus invites to: buy with a bonus, spend everything at an accomplice's, and let the accomplice cash
 * out all that can be. It loses money with every package, every custom amount, in every tier.
 */
const world = await dollarWorld();
const tiers = await entitlements(world.cashOuts.bridge.database.client);

const { customMinorMin, customMinorMax } = defaultSettings;
const custom = (priceMinor: bigint): TopUpChoice => ({ kind: 'custom', priceMinor });
const choices: readonly (readonly [name: string, choice: TopUpChoice])[] = [
  ...packageIds.map((packageId) => [packageId, { kind: 'package', packageId }] as const),
  ['custom minimum', custom(customMinorMin)],
  ['custom maximum', custom(customMinorMax)],
];

interface RoundTrip {
  inMinor: bigint;
  outMinor: bigint;
}

/** Cents in and out, by the product's own rules; leaves out that little is not paid out at all. */
function roundTrip(bought: readonly TopUpChoice[], feePpm: number): RoundTrip {
  const quotes = bought.map((choice) => quoteTopUp(choice));
  const sum = (amounts: readonly bigint[]) => amounts.reduce((total, each) => total + each, 0n);
  const [base, bonus] = [sum(quotes.map((quote) => quote.baseMinor)), sum(quotes.map((quote) => quote.bonusMinor))];
  const fee = saleFee(ducat(base + bonus), feePpm);
  // The fee takes the same part of what was granted and of what was bought.
  const [, feeOfBase = 0n] = allocate(fee, [bonus, base]);
  const { netMinor } = figuresOf({ ducatsMinor: base - feeOfBase, openDebtMinor: 0n });
  return { inMinor: sum(quotes.map((quote) => quote.totalMinor)), outMinor: netMinor };
}

function lossMinor({ inMinor, outMinor }: RoundTrip): bigint {
  return inMinor - outMinor;
}

/** Cents that are lost at least, by the accomplice's tier; and where everything is sold in pieces too small for a fee. */
const losses: Readonly<Record<string, Readonly<Record<Tier | 'no fee', bigint>>>> = {
  starter: { observer: 74n, participant: 65n, creator: 60n, enterprise: 55n, 'no fee': 50n },
  explorer: { observer: 372n, participant: 323n, creator: 299n, enterprise: 274n, 'no fee': 250n },
  trader: { observer: 744n, participant: 646n, creator: 598n, enterprise: 549n, 'no fee': 500n },
  merchant: { observer: 1_859n, participant: 1_616n, creator: 1_494n, enterprise: 1_372n, 'no fee': 1_250n },
  noble: { observer: 3_719n, participant: 3_231n, creator: 2_988n, enterprise: 2_744n, 'no fee': 2_500n },
  'custom minimum': { observer: 74n, participant: 65n, creator: 60n, enterprise: 55n, 'no fee': 50n },
  'custom maximum': {
    observer: 74_375n,
    participant: 64_625n,
    creator: 59_750n,
    enterprise: 54_875n,
    'no fee': 50_000n,
  },
};

const fees: readonly (readonly [name: string, saleFeePpm: number])[] = [
  ...tiers.map(({ tier, saleFeePpm }) => [tier, saleFeePpm] as const),
  ['no fee', 0],
];

describe('by the rules the round trip loses money', () => {
  test('with every package and at both ends of custom amounts, in every tier, by these cents', () => {
    const found = choices.map(([name, choice]) => [
      name,
      Object.fromEntries(fees.map(([tier, saleFeePpm]) => [tier, lossMinor(roundTrip([choice], saleFeePpm))])),
    ]);
    expect(Object.fromEntries(found)).toEqual(losses);
    expect(tiers.map(({ tier }) => tier)).toEqual(['observer', 'participant', 'creator', 'enterprise']);
  });

  test('with every custom amount, by more than four percent of it even without a sale fee', () => {
    for (let cents: bigint = customMinorMin; cents <= customMinorMax; cents += cents < 20_000n ? 1n : 97n) {
      const loss = lossMinor(roundTrip([custom(cents)], 0));
      if (loss * 100n <= cents * 4n) throw new Error(`${String(cents)} cents lose only ${String(loss)}`);
    }
  });

  test('with any two packages at once', () => {
    for (const [one, first] of choices) {
      for (const [other, second] of choices) {
        for (const [tier, saleFeePpm] of fees) {
          const together = lossMinor(roundTrip([first, second], saleFeePpm));
          const atLeast = (losses[one]?.['no fee'] ?? 0n) + (losses[other]?.['no fee'] ?? 0n) - 2n;
          expect(together, `${one}, ${other}, ${tier}`).toBeGreaterThanOrEqual(atLeast);
        }
      }
    }
  });
});

/** Times a choice is bought, so that the accomplice has enough for a cash-out. */
const walks: readonly { name: string; choice: TopUpChoice; times: number; tier: Tier }[] = [
  { name: 'starter', choice: { kind: 'package', packageId: 'starter' }, times: 6, tier: 'enterprise' },
  { name: 'explorer', choice: { kind: 'package', packageId: 'explorer' }, times: 2, tier: 'participant' },
  { name: 'trader', choice: { kind: 'package', packageId: 'trader' }, times: 1, tier: 'creator' },
  { name: 'merchant', choice: { kind: 'package', packageId: 'merchant' }, times: 1, tier: 'enterprise' },
  { name: 'noble', choice: { kind: 'package', packageId: 'noble' }, times: 1, tier: 'observer' },
  { name: 'custom minimum', choice: custom(customMinorMin), times: 6, tier: 'observer' },
  { name: 'custom amount', choice: custom(199_999n), times: 1, tier: 'enterprise' },
];

describe('by the real flows the round trip loses what the rules say', () => {
  test.each(walks)('the $name, $times times, through a seller who is $tier', async ({ choice, times, tier }) => {
    const bought = Array.from({ length: times }, () => choice);
    const feePpm = tiers.find((one) => one.tier === tier)?.saleFeePpm ?? 0;
    const expected = roundTrip(bought, feePpm);
    const { inMinor, outMinor, leftMinor } = await walk(bought, tier);
    expect({ inMinor, outMinor }).toEqual(expected);
    expect(lossMinor({ inMinor, outMinor })).toBeGreaterThan(0n);
    // What was granted is still there, and still no dollar.
    expect(leftMinor).toBeLessThan(10n);
  });

  test.each(['starter', 'explorer'] as const)(
    'one %s package is not enough for a cash-out at all',
    async (packageId) => {
      const through = walk([{ kind: 'package', packageId }], 'enterprise');
      await expect(through).rejects.toMatchObject({ code: 'cash_out_too_small' });
      const { outMinor } = roundTrip([{ kind: 'package', packageId }], 5_000);
      expect(outMinor).toBeLessThan(cashOutSettings.leastUsdMinor);
    },
  );

  test('the custom maximum is more than anybody below a contract may buy', async () => {
    const [buyer = ''] = await world.citizens([{ level: 3, tier: 'enterprise' }]);
    await expect(world.topUp(buyer, custom(customMinorMax))).rejects.toMatchObject({ code: 'top_up_limit' });
    expect(await world.out([buyer])).toMatchObject({ refundedTotalMinor: 0n, netMinor: 0n });
  });
});

/** Buys, spends all of it at an accomplice of a tier, waits out every hold, and cashes out all that is offered. */
async function walk(bought: readonly TopUpChoice[], tier: Tier): Promise<RoundTrip & { leftMinor: bigint }> {
  const [buyer = '', accomplice = ''] = await world.citizens([
    { level: 3, tier: 'observer' },
    { level: 3, tier },
  ]);
  for (const choice of bought) await world.topUp(buyer, choice);
  const { client } = world.cashOuts.bridge.database;
  const paid = await client.topUp.findMany({ where: { citizenId: buyer } });
  const priceMinor = await world.cashOuts.wallet(buyer);
  await world.complete(await world.order({ buyerId: buyer, sellerId: accomplice, priceMinor }));
  await world.wait(8);
  const state = await world.cashOuts.state(await world.cashOut(accomplice, await world.offered(accomplice)));
  expect(state).toBe('processing');
  return {
    inMinor: paid.reduce((sum, { totalMinor }) => sum + totalMinor, 0n),
    outMinor: await world.outAtStripe([buyer, accomplice]),
    leftMinor: await world.offered(accomplice),
  };
}
