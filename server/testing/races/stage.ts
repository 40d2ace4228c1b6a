import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Answer, Visitor } from './visitor.ts';

/** Where races are held: the same citizens and calls in a test's own product and in any other that runs. */
export interface Stage {
  readonly seller: Visitor;
  /** As many as run at once, each another citizen. */
  readonly buyers: readonly Visitor[];
  /** Sees to it that somebody has at least so many centesimi. */
  fund(citizen: Visitor, amountMinor: bigint): Promise<void>;
  /** Null where nobody can move the time of an order. */
  readonly house: House | null;
}

/** What acts by itself when the time of an order is over. */
export interface House {
  /** Lets the time of these orders be over; resolves when the house begins, `settled` when it has been at all of them. */
  actOn(orderIds: readonly string[]): Promise<{ settled: Promise<void> }>;
}

/** Many who want the same at once, and what must be true afterwards. Rejects with what was not. */
export interface Race {
  readonly name: string;
  readonly needsHouse?: true;
  run(stage: Stage): Promise<void>;
}

/** What a race must not end with. */
export class Unfair extends Error {
  override readonly name = 'Unfair';
}

export function hold(isSo: boolean, sentence: string, seen?: unknown): void {
  if (isSo) return;
  const shown = JSON.stringify(seen, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  throw new Unfair(seen === undefined ? sentence : `${sentence}; seen: ${shown}`);
}

/** The data of an answer that must be a success. */
export async function done<Data>(answering: Promise<Answer>, shape: z.ZodType<Data>): Promise<Data> {
  const answer = await answering;
  hold(answer.code === null, 'a call outside of the race is answered', answer);
  return shape.parse(answer.data);
}

/**
 * Exactly so many won, and everyone else was refused with one of the codes: never with a failure of the house.
 * Answers what the winners got.
 */
export function winners(answers: readonly Answer[], expected: { count: number; codes: readonly string[] }): unknown[] {
  const failed = answers.filter(
    ({ status, code }) => status >= 500 || (code !== null && !expected.codes.includes(code)),
  );
  hold(failed.length === 0, `all others are refused with ${expected.codes.join(' or ')}`, failed);
  const won = answers.filter(({ code }) => code === null).map(({ data }) => data);
  hold(won.length === expected.count, `exactly ${String(expected.count)} of ${String(answers.length)} win`, won);
  return won;
}

export const priceMinor = 1_00n;
const listingReceipt = z.object({ listingId: z.string() });

/** What every listing of a race says. */
export const listingTerms = {
  title: 'Raced for',
  description: 'Put on sale to find out what happens when many want it at once.',
  category: 'glass',
  priceMinor,
} as const;

/** A listing that is on sale only for as long as `work` goes on. */
export async function withListing(
  { seller }: Stage,
  listing: { stock: number | null; priceMinor?: bigint },
  work: (listingId: string) => Promise<void>,
): Promise<void> {
  const published = seller.tell('listings.publish', { ...listingTerms, ...listing, key: randomUUID() });
  const { listingId } = await done(published, listingReceipt);
  try {
    await work(listingId);
  } finally {
    await seller.tell('listings.archive', { listingId });
  }
}

const shownListing = z.object({ stock: z.number().nullable(), version: z.number(), priceMinor: z.bigint() });
/** What everybody sees of a listing. */
export function listingNow({ seller }: Stage, listingId: string) {
  return done(seller.ask('listings.byId', { listingId }), shownListing);
}

/** Centesimi that somebody can spend. */
export async function walletOf(citizen: Visitor): Promise<bigint> {
  const { availableMinor } = await done(citizen.ask('wallet.summary'), z.object({ availableMinor: z.bigint() }));
  return availableMinor;
}

/** Centesimi that somebody's open purchases hold. */
export async function escrowOf(citizen: Visitor): Promise<bigint> {
  const { totalMinor } = await done(citizen.ask('orders.inEscrow'), z.object({ totalMinor: z.bigint() }));
  return totalMinor;
}

/** What somebody has, and what is in escrow for them. */
export interface Holdings {
  walletMinor: bigint;
  escrowMinor: bigint;
}

export async function holdingsOf(citizen: Visitor): Promise<Holdings> {
  const [walletMinor, escrowMinor] = await Promise.all([walletOf(citizen), escrowOf(citizen)]);
  return { walletMinor, escrowMinor };
}

/** Compares what somebody has now with what they had, moved by what the race decided. */
export async function holdMoved(citizen: Visitor, before: Holdings, moved: Holdings): Promise<void> {
  const after = await holdingsOf(citizen);
  const isExact =
    after.walletMinor === before.walletMinor + moved.walletMinor &&
    after.escrowMinor === before.escrowMinor + moved.escrowMinor;
  hold(isExact, `wallet and escrow of ${citizen.name} are exact`, { before, moved, after });
}

export const orderReceipt = z.object({ orderId: z.string(), totalMinor: z.bigint() });
export const stepReceipt = z.object({ orderId: z.string(), state: z.string() });

export function place(
  buyer: Visitor,
  wish: { listingId: string; quantity?: number; key?: string; couponCode?: string; offerId?: string },
): Promise<Answer> {
  return buyer.tell('orders.place', { listingVersion: 1, quantity: 1, key: randomUUID(), ...wish });
}

/** The first buyer, where one is enough. */
export function firstBuyer({ buyers: [first] }: Stage): Visitor {
  if (first === undefined) throw new Error('a race has at least one buyer');
  return first;
}

/** So many calls at once as there are buyers. */
export function atOnce(stage: Stage, call: (index: number) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(stage.buyers.map((_buyer, index) => call(index)));
}

/** What everybody paid goes back, so that a race can be held again. */
export async function cancelAll({ seller }: Stage, receipts: readonly unknown[]): Promise<void> {
  for (const { orderId } of receipts.map((each) => orderReceipt.parse(each)))
    await done(seller.tell('orders.cancel', { orderId, note: 'The race is over.' }), stepReceipt);
}
