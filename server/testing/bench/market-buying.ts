import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import superjson, { type SuperJSONResult } from 'superjson';
import { z } from 'zod';
import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import { publishListing } from '#server/market/catalogue/listings.ts';
import { systemClock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import { systemIds } from '#server/platform/ids.ts';
import { signedInCitizen } from '../sessions.ts';
import { assignTestLevel } from '../trust.ts';
import type { LoadTarget } from './http-load.ts';
import { benchSecret } from './processes.ts';

/** What buying asks of a market: what the pages send, by pairs of a buyer and a seller, each with a listing of their own. */

export interface Pair {
  buyer: string;
  seller: string;
  listingId: string;
}

/** Sends a call and answers its data; rejects on anything but a success. */
export type Send = (call: { cookie: string; path: string; input: object | undefined }) => Promise<unknown>;

export interface BuyingCase {
  name: 'add to cart' | 'checkout' | 'finished order' | 'finished order out of a cart';
  /** Requests of one turn. */
  requests: number;
  turn: (send: Send, pair: Pair) => Promise<void>;
}

const priceMinor = 1_00n;
const shown = z.object({ totalMinor: z.bigint() });
const one = z.object({ orderId: z.string() });
const placed = z.object({ orders: z.array(one) });

export const buyingCases: readonly BuyingCase[] = [
  {
    name: 'add to cart',
    requests: 1,
    turn: async (send, pair) => {
      await send(adding(pair));
    },
  },
  {
    name: 'checkout',
    requests: 3,
    turn: async (send, pair) => {
      await buy(send, pair);
    },
  },
  {
    name: 'finished order',
    requests: 3,
    turn: async (send, pair) => {
      const { listingId } = pair;
      const input = { listingId, listingVersion: 1, quantity: 1, key: randomUUID() };
      await finish(send, pair, one.parse(await send({ cookie: pair.buyer, path: 'orders.place', input })));
    },
  },
  {
    name: 'finished order out of a cart',
    requests: 5,
    turn: async (send, pair) => {
      for (const order of await buy(send, pair)) await finish(send, pair, order);
    },
  },
];

const adding = ({ buyer: cookie, listingId }: Pair) => ({
  ...{ cookie, path: 'cart.add' },
  input: { listingId, variantId: null, quantity: 1 },
});

async function finish(send: Send, pair: Pair, { orderId }: { orderId: string }): Promise<void> {
  await send({ cookie: pair.seller, path: 'orders.deliver', input: { orderId } });
  await send({ cookie: pair.buyer, path: 'orders.confirm', input: { orderId } });
}

/** Into the cart, a look at it, and the purchase of all that is in it. */
async function buy(send: Send, pair: Pair): Promise<{ orderId: string }[]> {
  const { buyer: cookie } = pair;
  await send(adding(pair));
  const { totalMinor } = shown.parse(await send({ cookie, path: 'cart.get', input: undefined }));
  const input = { totalMinor, key: randomUUID() };
  return placed.parse(await send({ cookie, path: 'cart.checkOut', input })).orders;
}

/** So many pairs, signed in; every buyer can buy for a long time. */
export async function plantPairs(database: Database, count: number): Promise<Pair[]> {
  const pairs: Pair[] = [];
  while (pairs.length < count) {
    const number = String(pairs.length);
    const seller = await signedInCitizen(database, { username: `bench_seller_${number}`, secret: benchSecret });
    const buyer = await signedInCitizen(database, { username: `bench_buyer_${number}`, secret: benchSecret });
    const listingId = await database.inTransaction(async (tx) => {
      await assignTestLevel(tx, { citizenId: seller.citizenId, level: 3, clock: systemClock });
      const listing = { ...terms, key: randomUUID() };
      const tools = { clock: systemClock, ids: systemIds };
      return (await publishListing(tx, { ...tools, sellerId: seller.citizenId, listing })).listingId;
    });
    await endow(database, buyer.citizenId);
    pairs.push({ buyer: buyer.cookie, seller: seller.cookie, listingId });
  }
  return pairs;
}

const terms = {
  ...{ title: 'Goblet of cristallo', description: 'A wine goblet, blown thin on the Rio dei Vetrai.' },
  ...{ category: 'glass', priceMinor, stock: null, kind: 'goods', tags: [], attributes: {}, options: [] },
  ...{ variants: [], pictures: [], availability: null, deliveryDays: null, isDraft: false, quantitySteps: [] },
} satisfies Omit<Parameters<typeof publishListing>[1]['listing'], 'key'>;

function endow(database: Database, owner: string): Promise<unknown> {
  return database.inTransaction(async (tx) => {
    const creditAccountId = await openAccount(tx, { owner, kind: 'wallet', asset: 'DUCAT' });
    const debitAccountId = systemAccountId('issuance', 'DUCAT');
    const amountMinor = 1_000_000_00n;
    return postLinked(tx, [{ id: systemIds.uuid(), debitAccountId, creditAccountId, amountMinor, kind: 'mint' }]);
  });
}

const reading = new Set(['cart.get']);
const answer = z.object({ result: z.object({ data: z.unknown() }) });

/** Over connections that are kept. Sent to the bare handler, a call is answered with nothing. */
export function sender(target: LoadTarget): Send {
  return ({ cookie, path, input }) =>
    new Promise((resolve, reject) => {
      const sent = JSON.stringify(superjson.serialize(input));
      const isReading = reading.has(path);
      const asked = httpRequest(
        {
          ...{ port: target.port, agent: target.agent, host: '127.0.0.1', method: isReading ? 'GET' : 'POST' },
          path: `/api/trpc/${path}${isReading ? `?input=${encodeURIComponent(sent)}` : ''}`,
          headers: { cookie, origin: 'http://127.0.0.1', 'content-type': 'application/json' },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('error', reject);
          response.once('end', () => {
            const text = Buffer.concat(chunks).toString();
            if (response.statusCode !== 200) reject(new Error(`${path} answered ${text.slice(0, 300)}`));
            else resolve(text === '' ? null : superjson.deserialize(dataOf(text)));
          });
        },
      );
      asked.once('error', reject);
      asked.end(isReading ? undefined : sent);
    });
}

function dataOf(text: string): SuperJSONResult {
  return answer.parse(JSON.parse(text)).result.data as SuperJSONResult;
}

export interface Turns {
  /** Milliseconds of each turn. */
  times: number[];
  seconds: number;
}

/** Takes turns, so many at once, each caller with a pair of their own. Rejects when a call is not a success. */
export async function takeTurns(what: {
  pairs: readonly Pair[];
  count: number;
  atOnce: number;
  turn: (pair: Pair) => Promise<void>;
}): Promise<Turns> {
  const times: number[] = [];
  let taken = 0;
  const startedAt = performance.now();
  const caller = async (pair: Pair) => {
    while (taken < what.count) {
      taken += 1;
      const began = performance.now();
      await what.turn(pair);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(what.pairs.slice(0, what.atOnce).map(caller));
  return { times, seconds: (performance.now() - startedAt) / 1_000 };
}
