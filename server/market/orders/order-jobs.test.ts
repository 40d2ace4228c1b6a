import { pino } from 'pino';
import { beforeAll, expect, it } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { findForgottenEscrow } from '#server/market/orders/order-jobs.ts';
import { once } from '#server/platform/once.ts';
import { books, move } from '#server/testing/ledger.ts';
import { testMarket, type TestMarket } from '#server/testing/market.ts';

let market: TestMarket;
const logged: string[] = [];
once('log', () => pino({}, { write: (line: string) => logged.push(line) }));

beforeAll(async () => {
  market = await testMarket();
});

it('money in the escrow of an order that is over is told, and that of one under way is not', async () => {
  const [buyer, seller] = [await market.citizen({ ducatsMinor: 100_00n }), await market.citizen()];
  const { listingId } = await market.listing(seller, { priceMinor: 10_00n, stock: 5 });
  const [ended, open] = [await market.buy(buyer, { listingId }), await market.buy(buyer, { listingId })];
  await market.step({ orderId: ended.orderId, visitor: seller, action: 'deliver' });
  await market.step({ orderId: ended.orderId, visitor: buyer, action: 'confirm' });
  expect(await findForgottenEscrow(market)).toEqual([]);
  expect(logged).toEqual([]);

  const { client } = market.database;
  const { escrowAccountId } = await client.marketOrder.findUniqueOrThrow({ where: { id: ended.orderId } });
  const issuance = systemAccountId('issuance', 'DUCAT');
  await books(market.database).post([move({ from: issuance, to: escrowAccountId, amountMinor: 7n })]);
  expect(await findForgottenEscrow(market)).toEqual([{ orderId: ended.orderId, balanceMinor: 7n }]);
  expect(logged.filter((line) => line.includes(ended.orderId) && !line.includes(open.orderId))).toHaveLength(1);

  market.clock.advance(3 * 86_400_000);
  expect(await findForgottenEscrow(market)).toEqual([]);
});
