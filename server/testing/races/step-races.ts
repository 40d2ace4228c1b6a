import { z } from 'zod';
import {
  done,
  firstBuyer,
  hold,
  holdingsOf,
  holdMoved,
  listingNow,
  orderReceipt,
  place,
  priceMinor,
  stepReceipt,
  walletOf,
  withListing,
  type Holdings,
  type Race,
  type Stage,
} from './stage.ts';
import type { Answer, Visitor } from './visitor.ts';

/** Races for the same order: two steps that exclude each other, each taken many times at once. */

interface Side {
  /** Who takes the step; it moves the order there. */
  by: 'seller' | 'buyer';
  step: 'accept' | 'decline' | 'deliver' | 'confirm' | 'cancel' | 'refundAll' | 'dispute';
  leads: 'accepted' | 'declined' | 'delivered' | 'completed' | 'cancelled' | 'refunded' | 'disputed';
}

interface Steps {
  name: string;
  /** Whether the seller takes orders on by themselves, at once. */
  acceptsItself: boolean;
  /** What is done before. */
  before: 'nothing' | 'deliver';
  sides: readonly [Side, Side];
}

const contests: readonly Steps[] = [
  {
    name: 'cancelling and delivering at once',
    acceptsItself: true,
    before: 'nothing',
    sides: [
      { by: 'seller', step: 'cancel', leads: 'cancelled' },
      { by: 'seller', step: 'deliver', leads: 'delivered' },
    ],
  },
  {
    name: 'giving back and receiving at once',
    acceptsItself: true,
    before: 'deliver',
    sides: [
      { by: 'seller', step: 'refundAll', leads: 'refunded' },
      { by: 'buyer', step: 'confirm', leads: 'completed' },
    ],
  },
  {
    name: 'receiving and disputing at once',
    acceptsItself: true,
    before: 'deliver',
    sides: [
      { by: 'buyer', step: 'confirm', leads: 'completed' },
      { by: 'buyer', step: 'dispute', leads: 'disputed' },
    ],
  },
  {
    name: 'declining and accepting at once',
    acceptsItself: false,
    before: 'nothing',
    sides: [
      { by: 'seller', step: 'decline', leads: 'declined' },
      { by: 'seller', step: 'accept', leads: 'accepted' },
    ],
  },
];

const stock = 3;
/** Whoever asks for the same step with other words did not ask for the same: of these only one wins. */
const worded = new Set<Side['step']>(['cancel', 'deliver', 'decline', 'refundAll', 'dispute']);

export const stepRaces: readonly Race[] = contests.map((contest) => ({
  name: `${contest.name}: one of the two happens, once, and stock and money are where it says`,
  run: async (stage) => {
    const buyer = firstBuyer(stage);
    await stage.fund(buyer, priceMinor);
    await stage.seller.tell('orders.setSetting', { acceptsItself: contest.acceptsItself });
    try {
      await withListing(stage, { stock }, (listingId) => holdContest(stage, contest, { buyer, listingId }));
    } finally {
      await stage.seller.tell('orders.setSetting', { acceptsItself: true });
    }
  },
}));

async function holdContest(
  stage: Stage,
  contest: Steps,
  { buyer, listingId }: { buyer: Visitor; listingId: string },
): Promise<void> {
  const people = { seller: stage.seller, buyer };
  const before = await holdingsOf(buyer);
  const sellerBefore = await walletOf(stage.seller);
  const { orderId } = await done(place(buyer, { listingId }), orderReceipt);
  if (contest.before === 'deliver') await done(stage.seller.tell('orders.deliver', { orderId }), stepReceipt);
  const runners = stage.buyers.map((_each, index) => contest.sides[index % 2 === 0 ? 0 : 1]);
  const answers = await Promise.all(
    runners.map((side, index) => people[side.by].tell(`orders.${side.step}`, { orderId, ...words(side, index) })),
  );
  const side = winningSide(runners, answers);
  const order = await done(buyer.ask('orders.byId', { orderId }), shownOrder);
  hold(order.state === side.leads, 'the order is where the winner led it', { order, side });
  await holdMoved(buyer, before, buyerMoves[side.leads]);
  const earnedMinor = (await walletOf(stage.seller)) - sellerBefore;
  const shareMinor = side.leads === 'completed' ? priceMinor - order.feeMinor : 0n;
  hold(earnedMinor === shareMinor, 'the seller is paid once or not at all', { earnedMinor, shareMinor });
  const left = (await listingNow(stage, listingId)).stock;
  hold(left === (isBack(side) ? stock : stock - 1), 'stock is where the winner left it', { left, side });
  await tidyUp(stage, { orderId, state: side.leads });
}

function words(side: Side, index: number): object {
  const text = `Runner number ${String(index)} of this race.`;
  if (side.step === 'dispute') return { reason: text };
  return worded.has(side.step) ? { note: text } : {};
}

/** Of worded steps one won; the others ended alike, because they are the same step of the same person. */
function winningSide(runners: readonly Side[], answers: readonly Answer[]): Side {
  const failed = answers.filter(({ code }) => code !== null && code !== 'order_step_unavailable');
  hold(failed.length === 0, 'all others are refused with order_step_unavailable', failed);
  const won = runners.filter((_side, index) => answers[index]?.code === null);
  const [winner] = won;
  if (winner === undefined) throw new Error('nobody won');
  hold(
    won.every(({ step }) => step === winner.step),
    'one of the two steps won',
    won,
  );
  const all = runners.filter(({ step }) => step === winner.step).length;
  hold(won.length === (worded.has(winner.step) ? 1 : all), 'it was taken once', won);
  return winner;
}

const shownOrder = z.object({ state: z.string(), feeMinor: z.bigint() });
const waiting: Holdings = { walletMinor: -priceMinor, escrowMinor: priceMinor };
const spent: Holdings = { walletMinor: -priceMinor, escrowMinor: 0n };
const given: Holdings = { walletMinor: 0n, escrowMinor: 0n };
const buyerMoves: Readonly<Record<Side['leads'], Holdings>> = {
  accepted: waiting,
  delivered: waiting,
  disputed: waiting,
  completed: spent,
  declined: given,
  cancelled: given,
  refunded: given,
};

function isBack({ leads }: Side): boolean {
  return buyerMoves[leads] === given;
}

/** Nothing stays in escrow after a race. */
async function tidyUp({ seller }: Stage, { orderId, state }: { orderId: string; state: Side['leads'] }): Promise<void> {
  const note = 'The race is over.';
  if (state === 'accepted') await done(seller.tell('orders.cancel', { orderId, note }), stepReceipt);
  else if (buyerMoves[state] === waiting) await done(seller.tell('orders.refundAll', { orderId, note }), stepReceipt);
}
