import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { listingsRouter } from '#server/market/catalogue/listings-router.ts';
import { ordersRouter } from '#server/market/orders/orders-router.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { createCallerFactory, router } from '#server/platform/trpc.ts';
import { testContext } from '#server/testing/context.ts';
import { testMarket } from '#server/testing/market.ts';
import type { TestCitizen, TestMarket } from '#server/testing/market.ts';
import { testPrincipal } from '#server/testing/principal.ts';

const makeCaller = createCallerFactory(router({ listings: listingsRouter, orders: ordersRouter }));

let market: TestMarket;

function callerOf(citizen: TestCitizen | null) {
  const principal = citizen === null ? null : testPrincipal(citizen);
  return makeCaller(testContext(market, principal));
}

const terms = {
  title: 'Hourglass of half an hour',
  description: 'Powdered marble between two bulbs.',
  category: 'glass',
  priceMinor: 15_00n,
  stock: 2,
} as const;

beforeAll(async () => {
  market = await testMarket();
});

describe('the procedures', () => {
  it('carry a sale from publishing to payment, each party with their own session', async () => {
    const seller = callerOf(await market.citizen());
    const buyer = callerOf(await market.citizen({ ducatsMinor: 50_00n }));
    const { listingId } = await seller.listings.publish({ ...terms, key: randomUUID() });
    const seen = await callerOf(null).listings.byId({ listingId });
    const order = { listingId, listingVersion: seen.version, quantity: 2, key: randomUUID() };
    const { orderId } = await buyer.orders.place(order);
    expect(await buyer.orders.inEscrow()).toEqual({ totalMinor: 30_00n, orders: 1 });
    expect((await seller.orders.byId({ orderId })).actions).toEqual(['deliver', 'cancel', 'refund_part']);
    await seller.orders.deliver({ orderId, note: 'Left with the porter.' });
    expect((await buyer.orders.byId({ orderId })).actions).toEqual(['confirm', 'dispute']);
    expect(await buyer.orders.confirm({ orderId })).toEqual({ orderId, state: 'completed' });
    expect((await seller.orders.sold({})).items).toMatchObject([{ id: orderId, state: 'completed', feeMinor: 45n }]);
  });

  it('that write ask for a session first', async () => {
    const visitor = callerOf(null);
    const orderId = randomUUID();
    const signIn = { cause: { code: 'sign_in_required' } };
    await expect(visitor.listings.publish({ ...terms, key: randomUUID() })).rejects.toMatchObject(signIn);
    await expect(visitor.listings.mine({})).rejects.toMatchObject(signIn);
    await expect(visitor.orders.byId({ orderId })).rejects.toMatchObject(signIn);
    await expect(visitor.orders.confirm({ orderId })).rejects.toMatchObject(signIn);
  });

  it('that judge are for operators only', async () => {
    const citizen = callerOf(await market.citizen());
    const verdict = { orderId: randomUUID(), outcome: 'refund', reason: 'Because I would like it.' } as const;
    await expect(citizen.orders.resolve(verdict)).rejects.toMatchObject({ cause: { code: 'operators_only' } });
    await expect(citizen.orders.disputed({})).rejects.toMatchObject({ cause: { code: 'operators_only' } });
  });

  it('answer a purchase of an impossible quantity with its own code', async () => {
    const seller = callerOf(await market.citizen());
    const buyer = callerOf(await market.citizen({ ducatsMinor: 50_00n }));
    const { listingId } = await seller.listings.publish({ ...terms, key: randomUUID() });
    for (const quantity of [0, -3, 101, Number.MAX_SAFE_INTEGER]) {
      const attempt = buyer.orders.place({ listingId, listingVersion: 1, quantity, key: randomUUID() });
      await expect(attempt).rejects.toMatchObject({ cause: { code: 'invalid_quantity' } });
    }
  });
});

describe('input of any shape', () => {
  /** Every procedure, called with something it did not expect. */
  const calls = {
    search: (caller: ReturnType<typeof callerOf>, input: never) => caller.listings.search(input),
    byId: (caller: ReturnType<typeof callerOf>, input: never) => caller.listings.byId(input),
    orderContent: (caller: ReturnType<typeof callerOf>, input: never) => caller.listings.orderContent(input),
    ownContent: (caller: ReturnType<typeof callerOf>, input: never) => caller.listings.ownContent(input),
    mine: (caller: ReturnType<typeof callerOf>, input: never) => caller.listings.mine(input),
    publish: (caller: ReturnType<typeof callerOf>, input: never) => caller.listings.publish(input),
    update: (caller: ReturnType<typeof callerOf>, input: never) => caller.listings.update(input),
    pause: (caller: ReturnType<typeof callerOf>, input: never) => caller.listings.pause(input),
    archive: (caller: ReturnType<typeof callerOf>, input: never) => caller.listings.archive(input),
    republish: (caller: ReturnType<typeof callerOf>, input: never) => caller.listings.republish(input),
    place: (caller: ReturnType<typeof callerOf>, input: never) => caller.orders.place(input),
    orderById: (caller: ReturnType<typeof callerOf>, input: never) => caller.orders.byId(input),
    bought: (caller: ReturnType<typeof callerOf>, input: never) => caller.orders.bought(input),
    sold: (caller: ReturnType<typeof callerOf>, input: never) => caller.orders.sold(input),
    accept: (caller: ReturnType<typeof callerOf>, input: never) => caller.orders.accept(input),
    decline: (caller: ReturnType<typeof callerOf>, input: never) => caller.orders.decline(input),
    propose: (caller: ReturnType<typeof callerOf>, input: never) => caller.orders.propose(input),
    agree: (caller: ReturnType<typeof callerOf>, input: never) => caller.orders.agree(input),
    refundPart: (caller: ReturnType<typeof callerOf>, input: never) => caller.orders.refundPart(input),
    refundAll: (caller: ReturnType<typeof callerOf>, input: never) => caller.orders.refundAll(input),
    setSetting: (caller: ReturnType<typeof callerOf>, input: never) => caller.orders.setSetting(input),
    deliver: (caller: ReturnType<typeof callerOf>, input: never) => caller.orders.deliver(input),
    confirm: (caller: ReturnType<typeof callerOf>, input: never) => caller.orders.confirm(input),
    cancel: (caller: ReturnType<typeof callerOf>, input: never) => caller.orders.cancel(input),
    dispute: (caller: ReturnType<typeof callerOf>, input: never) => caller.orders.dispute(input),
    resolve: (caller: ReturnType<typeof callerOf>, input: never) => caller.orders.resolve(input),
    disputed: (caller: ReturnType<typeof callerOf>, input: never) => caller.orders.disputed(input),
  };

  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom('', '\u0000', '<script>', "'; --"),
  );
  const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -1, 2 ** 31, 2 ** 53));
  const whole = fc.oneof(fc.bigInt(), fc.constantFrom(0n, -1n, 10n ** 30n));
  const id = fc.oneof(fc.uuid(), text);
  const odd = <Value>(usual: fc.Arbitrary<Value>) =>
    fc.oneof(
      { weight: 5, arbitrary: usual },
      { weight: 1, arbitrary: fc.oneof(text, number, whole, fc.constant(null)) },
    );

  const price = fc.oneof(fc.bigInt({ min: -1n, max: 200_000_000n }), fc.constant(5_00n));
  const listingFields = {
    kind: odd(fc.constantFrom('goods', 'service', 'digital', 'auction')),
    tags: odd(fc.array(text, { maxLength: 14 })),
    attributes: odd(fc.dictionary(fc.constantFrom('colour', 'height', '__proto__', 'x'), fc.oneof(text, number))),
    options: odd(
      fc.array(fc.record({ name: text, values: fc.array(fc.constantFrom('a', 'b', ''), { maxLength: 3 }) })),
    ),
    variants: odd(
      fc.array(
        fc.record({
          values: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
          priceMinor: price,
          stock: fc.option(number),
        }),
        { maxLength: 5 },
      ),
    ),
    pictures: odd(fc.array(fc.record({ id, alt: text }), { maxLength: 10 })),
    availability: odd(text),
    deliveryDays: odd(number),
    content: odd(fc.record({ text, fileIds: fc.array(id, { maxLength: 3 }) })),
    isDraft: odd(fc.boolean()),
  };

  const oddFields = fc.record({
    listingId: odd(id),
    orderId: odd(id),
    key: odd(id),
    listingVersion: odd(number),
    version: odd(number),
    quantity: odd(number),
    title: odd(text),
    description: odd(text),
    category: odd(fc.constantFrom('glass', 'weapons')),
    priceMinor: odd(whole),
    stock: odd(number),
    stockSeen: odd(number),
    text: odd(text),
    sort: odd(fc.constantFrom('newest', 'price_asc', 'price_desc', 'worst')),
    cursor: odd(text),
    limit: odd(number),
    reason: odd(text),
    note: odd(text),
    outcome: odd(fc.constantFrom('refund', 'release', 'split')),
    variantId: odd(id),
    sequence: odd(number),
    backMinor: odd(whole),
    amountMinor: odd(whole),
    acceptsItself: odd(fc.boolean()),
    ...listingFields,
  });

  /** Good input but for some fields, one in six, left to chance. */
  const inputFrom = (good: object) =>
    fc.tuple(oddFields, fc.func(fc.nat(5))).map(([fields, die]) => ({
      ...good,
      ...Object.fromEntries(Object.entries(fields).filter(([name]) => die(name) === 0)),
    }));

  it.each(Object.entries(calls))('%s answers or refuses, and never fails as a defect', async (_name, call) => {
    const operator = await market.citizen({ role: 'operator', ducatsMinor: 1_000_00n });
    const shop = callerOf(operator);
    const { listingId } = await shop.listings.publish({ ...terms, key: randomUUID() });
    const other = await market.listing(await market.citizen(), { stock: null });
    const { orderId } = await market.buy(operator, { listingId: other.listingId });
    const note = 'A note that is long enough.';
    const good = { ...terms, listingId, orderId, key: randomUUID(), version: 1, listingVersion: 1, quantity: 1 };
    const rest = { stockSeen: 2, text: 'glass', sort: 'newest', limit: 5, reason: note, note, outcome: 'refund' };
    const amounts = { sequence: 2, backMinor: undefined, amountMinor: 1n, acceptsItself: true };
    await fc.assert(
      fc.asyncProperty(inputFrom({ ...good, ...rest, ...amounts }), async (input) => {
        await call(callerOf(operator), input as never).catch((error: unknown) => {
          const { code, cause } = error as { code?: unknown; cause?: unknown };
          expect(isDomainError(cause) || code === 'BAD_REQUEST', String(cause)).toBe(true);
        });
      }),
      { numRuns: 60 },
    );
  });
});
