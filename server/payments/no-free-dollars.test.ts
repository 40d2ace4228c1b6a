import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkLedgerInSnapshot } from '#server/ledger/checker.ts';
import { dollarStep, DollarHistory, type DollarStep } from '#server/testing/dollars/dollar-steps.ts';
import { dollarWorld } from '#server/testing/dollars/dollar-world.ts';
import { countFromEnvironment } from '#server/testing/environment-count.ts';
import { proofSize } from '#server/testing/proofs/proof-size.ts';
import { newSeed } from '#server/testing/proofs/random.ts';

/**
 * Whatever citizens do with top-ups, purchases, refunds, gifts and cash-outs, in any order and at any time, after every
 * step and for all citizens together:
 *
 * 1. Dollars that are out (refunds with their fee, cash-outs less theirs) are no more than may be out: what went back for
 *    ducats of a payment that were never used, and what was paid for ducats that were earned, whose own hold and whose
 *    source's hold were over, and that no granted ducat paid for, over any number of hands. A list of lots that shares no
 *    code with the product says which these are.
 * 2. A granted ducat is no dollar: ten centesimi a cent, what was refunded and cashed out is no more than what was bought.
 * 3. A bought ducat is no dollar before its hold ends: what was cashed out is no more than what was bought by payments
 *    whose hold is over, nor than what was earned in sales whose hold is over. These two count without any lots.
 * 4. Nobody gains a cent: less is out than was paid in, fees included, and with every cash-out by more.
 * 5. At the end Stripe says the same as the books of what is out, and the product's lots are those of the list.
 */
const seed = newSeed();
const historyCount = countFromEnvironment('DOLLAR_HISTORIES', proofSize({ short: 12, long: 1_000 }));
const world = await dollarWorld();
const seen: Record<string, number> = {};

async function assertNoFreeDollars(history: DollarHistory, after: DollarStep): Promise<void> {
  const { charges, sales } = history.model;
  const { refundedPriceMinor, refundedTotalMinor, grossMinor, netMinor } = await world.out(history.citizens);
  const now = world.nowMs();
  const sum = (amounts: readonly bigint[]) => amounts.reduce((total, each) => total + each, 0n);
  const free = <T extends { heldUntilMs: number }>(of: readonly T[]) => of.filter((one) => one.heldUntilMs <= now);
  const outMinor = refundedTotalMinor + netMinor;
  const says = (what: string) => `${what}, after ${JSON.stringify(after, bigintText)}`;
  expect(outMinor, says('what is out may be out')).toBeLessThanOrEqual(history.allowedMinor);
  const boughtMinor = sum(charges.map(({ baseMinor }) => baseMinor));
  expect((refundedPriceMinor + grossMinor) * 10n, says('granted ducats are no dollars')).toBeLessThanOrEqual(
    boughtMinor,
  );
  const freeBoughtMinor = sum(free(charges).map((charge) => charge.baseMinor - charge.refundedMinor * 10n));
  expect(grossMinor * 10n, says('bought ducats are held')).toBeLessThanOrEqual(freeBoughtMinor);
  const freeEarnedMinor = sum(free(sales).map(({ shareMinor }) => shareMinor));
  expect(grossMinor * 10n, says('earned ducats are held')).toBeLessThanOrEqual(freeEarnedMinor);
  const paidMinor = sum(charges.map(({ totalMinor }) => totalMinor));
  const cashOutFee = grossMinor - netMinor;
  expect(outMinor + cashOutFee, says('nobody gains')).toBeLessThanOrEqual(paidMinor);
}

async function assertSameLots(history: DollarHistory): Promise<void> {
  for (const citizenId of history.citizens) {
    const { bought, granted, earned } = await world.amounts(citizenId);
    const told = { bought, granted, earned };
    const found = Object.entries(told).map(([colour, { clearedMinor, heldMinor }]) => [
      colour,
      { clearedMinor, heldMinor },
    ]);
    expect(Object.fromEntries(found)).toEqual(history.model.amounts(citizenId, world.nowMs()));
  }
}

async function play(steps: readonly DollarStep[]): Promise<DollarHistory> {
  const history = await DollarHistory.begin(world);
  for (const step of steps) {
    await history.play(step);
    await assertNoFreeDollars(history, step);
  }
  await assertSameLots(history);
  expect(await world.outAtStripe(history.citizens)).toBe(history.allowedMinor);
  for (const [does, times] of Object.entries(history.done)) seen[does] = (seen[does] ?? 0) + times;
  return history;
}

const noble = { kind: 'package', packageId: 'noble' } as const;

/** The way from a card to a bank account, with everything on it that there is. */
const wholeWay: readonly DollarStep[] = [
  { does: 'top_up', who: 0, choice: noble },
  { does: 'top_up', who: 0, choice: { kind: 'package', packageId: 'trader' } },
  { does: 'refund', charge: 1, cents: null },
  { does: 'buy', who: 0, whom: 0, percent: 33, isCompleted: false },
  { does: 'cancel', order: 0 },
  { does: 'gift', who: 0, whom: 2, percent: 33 },
  { does: 'buy', who: 0, whom: 0, percent: 100, isCompleted: false },
  { does: 'complete', order: 1 },
  { does: 'cash_out', who: 0, asks: 'wallet', afterDays: 0, percent: 100 },
  { does: 'wait', days: 7 },
  { does: 'cash_out', who: 0, asks: 'offered', afterDays: 0, percent: 100 },
];

test('the whole way from a card to a bank account leads there, and loses money', async () => {
  const { done } = await play(wholeWay);
  expect(done).toEqual({ top_up: 2, refund: 1, buy: 2, cancel: 1, gift: 1, complete: 1, wait: 1, cash_out: 1 });
});

test('a seller whose sales reach a band pays its fee, and no more becomes dollars by it', async () => {
  const sell = { does: 'buy', who: 0, whom: 0, percent: 60, isCompleted: true } as const;
  const top = { does: 'top_up', who: 0, choice: noble } as const;
  // Over ten thousand ducats of completed sales, and then one more.
  const { done } = await play([top, sell, top, sell, top, sell, top, sell]);
  expect(done).toEqual({ top_up: 4, buy: 4 });
});

const buyAll = { does: 'buy', who: 0, whom: 2, percent: 100, isCompleted: true } as const;
const takeAll = { does: 'cash_out', who: 0, asks: 'wallet', afterDays: 0, percent: 100 } as const;
const custom = { kind: 'custom', priceMinor: 50_000n } as const;

const tricks: Record<string, readonly DollarStep[]> = {
  'an accomplice’s sale does not shorten the hold of what was bought': [
    { does: 'top_up', who: 0, choice: custom },
    buyAll,
    { ...takeAll, afterDays: 3 },
    { ...takeAll, asks: 'part', percent: 33 },
  ],
  'a bonus that an accomplice sold for is no earning': [
    { does: 'top_up', who: 0, choice: noble },
    buyAll,
    { ...takeAll, afterDays: 8 },
  ],
  'nor is it after more hands': [
    { does: 'top_up', who: 0, choice: noble },
    buyAll,
    { ...buyAll, whom: 0 },
    { ...buyAll, whom: 2 },
    { ...takeAll, afterDays: 15 },
  ],
  'a gift is no earning': [
    { does: 'top_up', who: 0, choice: custom },
    { does: 'gift', who: 0, whom: 2, percent: 100 },
    { ...takeAll, afterDays: 8 },
  ],
  'a purchase that was given up is no earning': [
    { does: 'top_up', who: 0, choice: custom },
    { ...buyAll, isCompleted: false },
    { does: 'cancel', order: 0 },
    { ...takeAll, afterDays: 8 },
  ],
  'a payment whose bonus was spent is not refunded in parts beyond what is left of it': [
    { does: 'top_up', who: 0, choice: noble },
    { does: 'refund', charge: 0, cents: 12_345 },
    { does: 'refund', charge: 0, cents: 777 },
    { ...buyAll, percent: 33 },
    { does: 'refund', charge: 0, cents: 30_000 },
  ],
};

test.each(Object.entries(tricks))('%s', async (_title, steps) => {
  const { done } = await play(steps);
  expect(done['cash_out']).toBeUndefined();
  expect(done['top_up']).toBe(1);
});

test(
  `no history turns granted ducats into dollars, or bought ones before their hold ends, or gains a cent (seed ${String(seed)})`,
  { timeout: proofSize({ short: 240_000, long: 3_600_000 }) },
  async ({ annotate, task }) => {
    const began = performance.now();
    let played = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(dollarStep, { minLength: 10, maxLength: 14 }), async (steps) => {
        await play([{ does: 'top_up', who: 0, choice: noble }, ...steps]);
        played += 1;
        if (played % 50 === 0) await annotate(`${String(played)} histories`);
      }),
      { seed, numRuns: historyCount, endOnFailure: true },
    );
    // The books of all histories are many: they are checked as the product checks them, and not within a request's time.
    const { database } = world.cashOuts.bridge;
    const { findings } = await database.inSnapshot(checkLedgerInSnapshot, { isLong: true });
    expect(findings).toEqual([]);
    const seconds = Math.ceil((performance.now() - began) / 1_000);
    task.meta.figures = { histories: historyCount, seconds_of_histories: seconds, ...seen };
    await annotate(`${String(historyCount)} histories in ${String(seconds)} s: ${JSON.stringify(seen)}`);
  },
);

function bigintText(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
