import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { TRPCError } from '@trpc/server';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { checkLedger } from '#server/ledger/checker.ts';
import { asRefusal } from '#server/platform/errors.ts';
import type { Limits } from '#server/platform/rate-limit.ts';
import { createStripe } from '#server/payments/stripe/stripe-client.ts';
import { bounded } from '#server/testing/bounded.ts';
import { testContext } from '#server/testing/context.ts';
import { inputsOf } from '#server/testing/fuzz/inputs.ts';
import { fuzzedMarket, type FuzzedMarket } from '#server/testing/fuzz/market-visitors.ts';
import { newSeed } from '#server/testing/proofs/random.ts';
import { proofSize } from '#server/testing/proofs/proof-size.ts';
import { appRouter, createCaller } from './root.ts';

const seed = newSeed();
const callsOfEach = proofSize({ short: 30, long: 400 });
const atOnce = 8;

/** The rooms of other domains. */
const elsewhere = new Set([
  ...['account', 'session', 'security', 'passkeySignIn', 'walletSignIn', 'contact', 'notifications', 'trust'],
  ...['wallet', 'provenance', 'topUps', 'debts', 'reserve', 'refunds', 'cashOuts', 'subscriptions'],
  ...['operator', 'sandbox', 'venice'],
]);
/** What operators do about the market. */
const desks = ['operator.moderation.', 'operator.featured.'];
const isOfTheMarket = (path: string) =>
  !elsewhere.has(path.split('.', 1)[0] ?? '') || desks.some((desk) => path.startsWith(desk));
/** Every code that the interface has words for. */
const texts = new URL('../../app/_messages/en/errors.json', import.meta.url);
const errors = JSON.parse(readFileSync(texts, 'utf8')) as { code: Record<string, string> };
const knownCodes = new Set(Object.keys(errors.code));

interface Call {
  path: string;
  visitor: number;
  input: unknown;
}

interface Definition {
  _def: { inputs: z.ZodType[] };
}

const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Definition>).filter(([path]) =>
  isOfTheMarket(path),
);

let fuzzed: FuzzedMarket;

beforeAll(async () => {
  fuzzed = await fuzzedMarket();
});

describe('the procedures of the market', () => {
  it('are all of its rooms’', () => {
    expect(procedures.length).toBeGreaterThan(75);
    const rooms = new Set(procedures.map(([path]) => path.split('.').slice(0, -1).join('.')));
    expect(rooms).toContain('operator.moderation');
    expect(rooms).toContain('operator.featured');
  });

  it(`answer or refuse in words, whatever they are sent and by whom, and the books stay in order (seed ${String(seed)})`, async ({
    task,
  }) => {
    const calls = randomCalls();
    const failures: string[] = [];
    const answered = new Set<string>();
    const refused = new Set<string>();
    await bounded(atOnce, calls, async (call) => {
      const outcome = await outcomeOf(call);
      if (outcome.is === 'failed') failures.push(`${outcome.why} from ${told(call)}`);
      else if (outcome.is === 'answered') answered.add(call.path);
      else refused.add(outcome.code);
    });
    expect(failures).toEqual([]);
    // Inputs that nobody ever takes would prove nothing.
    expect(answered.size).toBeGreaterThan(procedures.length / 2);
    expect(refused.size).toBeGreaterThan(20);
    task.meta.figures = { calls: calls.length, answeredProcedures: answered.size, codes: refused.size };
    expect((await checkLedger(fuzzed.market.database.client)).findings).toEqual([]);
    await expectOrdersWhole();
  });
});

/** In turns, so that what one procedure does meets what the others do. */
function randomCalls(): Call[] {
  const { stock, visitors } = fuzzed;
  const ofEach = procedures.map(([path, { _def }], index) => {
    const inputs = fc.record({
      visitor: fc.constantFrom(...visitors.flatMap(({ weight }, at) => Array.from({ length: weight }, () => at))),
      input: inputsOf(_def.inputs[0], stock),
    });
    return fc.sample(inputs, { seed: seed + index, numRuns: callsOfEach }).map((call) => ({ path, ...call }));
  });
  return Array.from({ length: callsOfEach }, (_, turn) =>
    ofEach.flatMap((calls) => calls.slice(turn, turn + 1)),
  ).flat();
}

type Outcome = { is: 'answered' } | { is: 'refused'; code: string } | { is: 'failed'; why: string };

/** A call is answered, or refused with a code that people are told the meaning of. */
async function outcomeOf({ path, visitor, input }: Call): Promise<Outcome> {
  const principal = fuzzed.visitors[visitor]?.principal ?? null;
  const context = { ...testContext(fuzzed.market, principal), limits: unlimited, stripe: closedStripe };
  const caller: unknown = createCaller(context);
  const procedure = path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], caller);
  try {
    await (procedure as (input: unknown) => Promise<unknown>)(input);
    return { is: 'answered' };
  } catch (error) {
    return refusalOf(error);
  }
}

function refusalOf(error: unknown): Outcome {
  if (!(error instanceof TRPCError)) return { is: 'failed', why: `no refusal: ${inspect(error)}` };
  const code = asRefusal(error.cause)?.code ?? (error.code === 'BAD_REQUEST' ? 'invalid_input' : null);
  if (code === null) return { is: 'failed', why: `${error.code}: ${inspect(error.cause ?? error)}` };
  return knownCodes.has(code) ? { is: 'refused', code } : { is: 'failed', why: `an unknown code ${code}` };
}

function told({ path, visitor, input }: Call): string {
  const name = fuzzed.visitors[visitor]?.name ?? '';
  return `${path} of ${name} with ${inspect(input, { depth: 6, maxStringLength: 200 })}`;
}

/** What is in escrow is what was paid and did not go back; stock is never below none. */
async function expectOrdersWhole(): Promise<void> {
  const { market } = fuzzed;
  const orders = await market.database.client.marketOrder.findMany({
    take: 1_000,
    select: { id: true, totalMinor: true, refundedMinor: true, closedAt: true },
  });
  expect(orders.length).toBeGreaterThan(10);
  for (const { id, totalMinor, refundedMinor, closedAt } of orders) {
    const expected = closedAt === null ? totalMinor - refundedMinor : 0n;
    expect(await market.balance(id, 'escrow'), id).toBe(expected);
  }
  expect(await market.database.client.listing.count({ where: { stock: { lt: 0 } } })).toBe(0);
}

/** Nothing answers at this address. */
const closedStripe = createStripe({ STRIPE_SECRET_KEY: 'sk_test_nobody', STRIPE_API_URL: 'http://127.0.0.1:9' });

/** How often one may call is asked elsewhere. */
const unlimited: Limits = {
  take: () => Promise.resolve({ limit: 1, remaining: 1, resetSeconds: 1 }),
  isShared: () => false,
  close: () => Promise.resolve(),
};
