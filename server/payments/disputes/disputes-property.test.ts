import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isDomainError } from '#server/platform/errors.ts';
import { disputeWorld, type TestDispute } from '#server/testing/disputes.ts';

const world = await disputeWorld();
const seed = Date.now() % 1_000_000;

type Step =
  | { does: 'top_up'; buyer: number; dollars: number; isWaiting?: boolean }
  | { does: 'let_in'; charge: number }
  | { does: 'order'; buyer: number; seller: number; share: number; isCompleted: boolean; isCleared: boolean }
  | { does: 'dispute'; charge: number; isWhole: boolean }
  | { does: 'repay'; buyer: number; cents: number; isByCard: boolean }
  | { does: 'win'; dispute: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('top_up' as const),
      buyer: fc.nat(1),
      dollars: fc.integer({ min: 10, max: 200 }),
      isWaiting: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('let_in' as const), charge: fc.nat(9) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant('order' as const),
      buyer: fc.nat(1),
      seller: fc.nat(2),
      share: fc.integer({ min: 1, max: 100 }),
      isCompleted: fc.boolean(),
      isCleared: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('dispute' as const), charge: fc.nat(9), isWhole: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('repay' as const),
      buyer: fc.nat(1),
      cents: fc.integer({ min: 1, max: 9_000 }),
      isByCard: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('win' as const), dispute: fc.nat(9) }) },
);

/** Refusals that a history may run into without anything being wrong. */
const expected = new Set([
  'top_up_not_in_review',
  'account_frozen',
  'insufficient_funds',
  'debt_none',
  'debt_no_ducats',
  'listing_limit',
]);

interface History {
  buyers: string[];
  sellers: string[];
  charges: { topUpId: string; chargeId: string; leftMinor: bigint }[];
  disputes: TestDispute[];
  cleared: string[];
}

async function attempt(history: History, move: Step): Promise<void> {
  try {
    await take(history, move);
  } catch (error) {
    if (!isDomainError(error) || !expected.has(error.code)) throw error;
  }
}

async function take(history: History, move: Step): Promise<void> {
  const { buyers, sellers, charges, disputes } = history;
  switch (move.does) {
    case 'top_up': {
      const priceMinor = BigInt(move.dollars) * 100n + 7n;
      const bought = [buyers[move.buyer] ?? '', { kind: 'custom', priceMinor }] as const;
      const { totalMinor: leftMinor, ...charge } =
        move.isWaiting === true ? await world.waitingTopUp(...bought) : await world.topUp(...bought);
      charges.push({ ...charge, leftMinor });
      return;
    }
    case 'let_in': {
      const charge = charges[move.charge % Math.max(charges.length, 1)];
      if (charge !== undefined) await world.letIn(charge.topUpId);
      return;
    }
    case 'order':
      return buy(history, move);
    case 'dispute': {
      const charge = charges[move.charge % Math.max(charges.length, 1)];
      if (charge === undefined || charge.leftMinor === 0n) return;
      const amountMinor = move.isWhole ? charge.leftMinor : (charge.leftMinor + 2n) / 3n;
      charge.leftMinor -= amountMinor;
      const dispute = world.dispute(charge.chargeId, amountMinor);
      const before = await clearedOf(sellers);
      await world.settle(dispute);
      expect(await clearedOf(sellers)).toEqual(before);
      disputes.push(dispute);
      return;
    }
    case 'repay': {
      const buyer = buyers[move.buyer] ?? '';
      if (move.isByCard) await world.repayByCard(buyer, BigInt(move.cents));
      else await world.repay(buyer, BigInt(move.cents));
      return;
    }
    case 'win': {
      const dispute = disputes[move.dispute % Math.max(disputes.length, 1)];
      if (dispute !== undefined) await world.win(dispute);
    }
  }
}

async function buy(history: History, move: Extract<Step, { does: 'order' }>): Promise<void> {
  const buyerId = history.buyers[move.buyer] ?? '';
  // The last seller is the other buyer, so that what was earned is spent again.
  const sellerId = [...history.sellers, history.buyers[1 - move.buyer] ?? ''][move.seller] ?? '';
  const price = ((await world.balance(buyerId, 'wallet', 'DUCAT')) * BigInt(move.share)) / 100n;
  if (price === 0n) return;
  const orderId = await world.order(buyerId, sellerId, price);
  if (!move.isCompleted) return;
  await world.complete(orderId);
  if (move.isCleared) await world.clear(orderId);
}

/** What sellers have earned and nobody holds back. */
async function clearedOf(sellers: readonly string[]): Promise<Record<string, bigint>[]> {
  const found: Record<string, bigint>[] = [];
  for (const seller of sellers) {
    const lots = Object.entries(await world.lots(seller));
    found.push(Object.fromEntries(lots.filter(([name]) => name.startsWith('earned') && name.endsWith('never'))));
  }
  return found;
}

test(`in every history ducats and dollars are conserved, every debt is explained, and cleared earnings stay (seed ${String(seed)})`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 16 }), async (steps) => {
      const history: History = {
        buyers: [await world.citizen(), await world.citizen()],
        sellers: [await world.citizen(1), await world.citizen(0)],
        charges: [],
        disputes: [],
        cleared: [],
      };
      for (const move of [{ does: 'top_up', buyer: 0, dollars: 100 } as const, ...steps]) {
        await attempt(history, move);
      }
      await world.assertSound();
    }),
    { seed, numRuns: 8, endOnFailure: true },
  );
}, 240_000);

test(`a won dispute leaves everybody with what they had, and the buyer with what they repaid (seed ${String(seed)})`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        step.filter(({ does }) => does === 'top_up' || does === 'order'),
        { minLength: 2, maxLength: 8 },
      ),
      fc.integer({ min: 1, max: 12_000 }),
      fc.boolean(),
      async (steps, cents, isByCard) => {
        const [buyer, other] = [await world.citizen(), await world.citizen()];
        const sellers = [await world.citizen(1), await world.citizen(0)];
        const history: History = { buyers: [buyer, other], sellers, charges: [], disputes: [], cleared: [] };
        for (const move of [{ does: 'top_up', buyer: 0, dollars: 100 } as const, ...steps])
          await attempt(history, move);
        const charge = history.charges[0];
        if (charge === undefined) throw new Error('the first step buys');
        const before = { held: await heldBy(buyer), others: await lotsOfAll([...sellers, other]) };
        const dispute = world.dispute(charge.chargeId, charge.leftMinor);
        await world.settle(dispute);
        const owed = -(await world.balance(buyer, 'receivable', 'USD'));
        const paid = isByCard ? (BigInt(cents) < owed ? BigInt(cents) : owed) : 0n;
        if (paid > 0n) await world.repayByCard(buyer, paid);
        await world.win(dispute);
        expect(await heldBy(buyer)).toBe(before.held + paid * 10n);
        expect(await lotsOfAll([...sellers, other])).toEqual(before.others);
        expect(await world.balance(buyer, 'receivable', 'USD')).toBe(0n);
        await world.assertSound();
      },
    ),
    { seed, numRuns: 8, endOnFailure: true },
  );
}, 240_000);

/** A buyer's ducats, those in the escrow of open orders included: a dispute that is won does not place orders anew. */
async function heldBy(citizenId: string): Promise<bigint> {
  const orders = await world.database.client.marketOrder.findMany({
    where: { buyerId: citizenId },
    select: { id: true },
  });
  let total = await world.balance(citizenId, 'wallet', 'DUCAT');
  for (const { id } of orders) total += await world.balance(id, 'escrow', 'DUCAT');
  return total;
}

async function lotsOfAll(citizens: readonly string[]): Promise<Record<string, bigint>[]> {
  const found: Record<string, bigint>[] = [];
  for (const citizen of citizens) found.push(await world.lots(citizen));
  return found;
}
