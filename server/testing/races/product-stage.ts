import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Database } from '#server/platform/db.ts';
import { runningHouse } from './house.ts';
import { done, walletOf, type Stage } from './stage.ts';
import { signInThroughVenice } from './venice-sign-in.ts';
import type { Visitor } from './visitor.ts';

/** Usernames of Venice. */
export interface Cast {
  seller: string;
  /** Has enough to give the others what they need. */
  bank: string;
  buyers: readonly string[];
}

/** The product, and its database where that is known. */
export interface Product {
  base: string;
  database: Database | null;
}

/** Whoever runs in a race gets this much more than it costs, so that they are not given some before each. */
const reserveMinor = 5_00n;

/** A stage in any product that plays Venice itself: its citizens sign in as browsers do. */
export async function productStage({ base, database }: Product, cast: Cast): Promise<Stage> {
  const bank = await signInThroughVenice(base, cast.bank);
  const seller = await signInThroughVenice(base, cast.seller);
  const buyers: Visitor[] = [];
  for (const name of cast.buyers) buyers.push(await signInThroughVenice(base, name));
  await done(seller.tell('orders.setSetting', { acceptsItself: true }), z.unknown());
  const fund = async (citizen: Visitor, amountMinor: bigint) => {
    if ((await walletOf(citizen)) >= amountMinor) return;
    const sending = { username: citizen.name, amountMinor: amountMinor + reserveMinor, note: null, key: randomUUID() };
    await done(bank.tell('peerTransfers.send', sending), z.unknown());
  };
  // One after the other: all are paid by one wallet.
  for (const buyer of buyers) await fund(buyer, reserveMinor);
  return { seller, buyers, fund, house: database === null ? null : runningHouse(database) };
}
