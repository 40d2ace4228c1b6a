import fc from 'fast-check';
import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkLedger } from '#server/ledger/checker.ts';
import { ensurePartitions } from '#server/ledger/partitions.ts';
import { findForgottenEscrow } from '#server/market/orders/order-jobs.ts';
import type { OrderActor } from '#server/market/orders/order-schema.ts';
import { currentProcess, orderProcesses } from '#server/market/orders/process.ts';
import type { OrderProcess, OrderTransition } from '#server/market/orders/process.ts';
import { isOpenIn } from '#server/market/orders/process-rules.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { once } from '#server/platform/once.ts';
import { projectNews } from '#server/provenance/jobs.ts';
import { provenanceFindings } from '#server/provenance/checks.ts';
import { ledgerClock } from '#server/testing/ledger-clock.ts';
import { testMarket, type TestAction, type TestMarket } from '#server/testing/market.ts';
import {
  coveringPaths,
  isTimed,
  orderCast,
  OrderWalk,
  pathsOf,
  standingSteps,
  walkPriceMinor,
  type WalkedOrder,
} from '#server/testing/order-walks.ts';
import { proofSize } from '#server/testing/proofs/proof-size.ts';
import { newSeed } from '#server/testing/proofs/random.ts';

const dayMs = 86_400_000;
const seed = newSeed();
once('log', () => pino({ enabled: false }));

let market: TestMarket;
let walk: OrderWalk;

beforeAll(async () => {
  market = await testMarket();
  walk = new OrderWalk(market, await orderCast(market));
});

async function advance(days: number): Promise<void> {
  market.clock.advance(days * dayMs);
  await ledgerClock(market.database).advance(days * 86_400);
  await ensurePartitions(market.database.client);
}

interface Waiting {
  order: WalkedOrder;
  process: OrderProcess;
  step: OrderTransition;
}

/** Leads an order along a path; what is left to the house's timer waits, and is answered. */
async function lead(
  process: OrderProcess,
  path: readonly OrderTransition[],
  isDwelling: boolean,
): Promise<Waiting | null> {
  const { opened, ...order } = await walk.begin(process, path);
  for (const step of path.slice(opened)) {
    if (isDwelling) await dwell(order, process, step.from);
    await expectExact(order, `before ${step.action}`);
    if (isTimed(process, step)) return { order, process, step };
    await walk.take(order, process, step);
  }
  await expectExact(order, `at the end`);
  const end = path.at(-1)?.to ?? process.first;
  if (isDwelling) await dwell(order, process, end);
  expect((await walk.escrow(order)).state).toBe(end);
  return null;
}

/** Everything that may be done without leaving the state. */
async function dwell(order: WalkedOrder, process: OrderProcess, state: OrderTransition['from']): Promise<void> {
  for (const step of standingSteps(process, state)) await walk.take(order, process, step);
}

async function expectExact(order: WalkedOrder, when: string): Promise<void> {
  const { heldMinor, owedMinor, state } = await walk.escrow(order);
  expect(heldMinor, `${when}, ${state}`).toBe(owedMinor);
}

async function wealth(): Promise<bigint> {
  const { buyer, sellers } = walk.cast;
  const wallets = await Promise.all(
    [buyer, sellers.prompt, sellers.careful].map(({ citizenId }) => market.balance(citizenId, 'wallet')),
  );
  return wallets.reduce((sum, balance) => sum + balance, await market.feesMinor());
}

async function expectAllInOrder(): Promise<void> {
  await projectNews(market.database);
  expect(await checkLedger(market.database.client)).toMatchObject({ ok: true });
  expect(await market.database.inSnapshot((tx) => provenanceFindings(tx, 'full'))).toEqual([]);
  expect(await findForgottenEscrow(market)).toEqual([]);
  const open = await market.database.client.marketOrder.count({ where: { closedAt: null } });
  expect(open).toBe(0);
}

/** Every way; in a short run of an earlier version those that go every step of it. */
const walkedOf = (process: OrderProcess) =>
  process === currentProcess ? pathsOf(process) : proofSize({ short: coveringPaths(process), long: pathsOf(process) });

describe('every path of the process, and every step of its earlier versions', () => {
  it(
    'is walked by the real services with a moved clock: every order ends, and its escrow is empty',
    async () => {
      const before = await wealth();
      const waiting: Waiting[] = [];
      let index = 0;
      for (const process of orderProcesses) {
        const isCurrent = process === currentProcess;
        for (const path of walkedOf(process)) {
          const left = await lead(process, path, proofSize({ short: !isCurrent || index % 5 === 0, long: true }));
          if (left !== null) waiting.push(left);
          index += 1;
        }
      }
      expect(index).toBe(orderProcesses.reduce((sum, process) => sum + walkedOf(process).length, 0));
      await leadByTimers(waiting);
      const declared = orderProcesses.flatMap((process) =>
        process.transitions.map(
          ({ action, actor, from }) => `${String(process.version)}: ${action} by ${actor} of ${from}`,
        ),
      );
      expect([...walk.taken].sort()).toEqual(declared.sort());
      expect(await wealth()).toBe(before);
      await expectAllInOrder();
    },
    proofSize({ short: 60_000, long: 600_000 }),
  );

  async function leadByTimers(waiting: readonly Waiting[]): Promise<void> {
    let passed = 0;
    const days = [...new Set(currentProcess.timers.map(({ afterDays }) => afterDays))].sort(
      (left, right) => left - right,
    );
    for (const day of days) {
      await advance(day - passed);
      passed = day;
      market.clock.advance(-1);
      expect(await walk.takeDue(), 'a moment too early').toEqual({ taken: 0, passed: 0, failed: [] });
      market.clock.advance(1);
      const report = await walk.takeDue();
      expect(report.failed).toEqual([]);
      const due = waiting.filter(({ process, step }) =>
        process.timers.some(({ state, afterDays }) => state === step.from && afterDays === day),
      );
      expect(report.taken).toBe(due.length);
      for (const { order, process, step } of due) {
        expect(await walk.escrow(order)).toEqual({ heldMinor: 0n, owedMinor: 0n, state: step.to });
        walk.note(process, step);
      }
    }
    expect(await walk.takeDue()).toEqual({ taken: 0, passed: 0, failed: [] });
  }
});

describe('orders that go anywhere', () => {
  const actors = ['buyer', 'seller', 'operator'] as const;
  const actions = [...new Set(currentProcess.transitions.map(({ action }) => action))].filter(
    (action) => action !== 'lapse',
  );
  const attempt = fc.record({
    actor: fc.constantFrom<(typeof actors)[number]>(...actors),
    action: fc.constantFrom(...actions),
    backMinor: fc.bigInt({ min: 0n, max: walkPriceMinor + 1n }),
  });
  const life = fc.record({
    opened: fc.constantFrom(0, 1, 2),
    attempts: fc.array(attempt, { minLength: 5, maxLength: 40 }),
  });

  it(`keep their escrow exact at every step, and end when their time is over (seed ${String(seed)})`, async () => {
    const before = await wealth();
    const lives = fc.sample(life, { seed, numRuns: proofSize({ short: 12, long: 400 }) });
    for (const { opened, attempts } of lives) {
      const order = await walk.begin(currentProcess, openingOf(opened));
      for (const wish of attempts) await tryStep(order, wish);
      await expectExact(order, `seed ${String(seed)}`);
    }
    await advance(61);
    expect((await walk.takeDue()).failed).toEqual([]);
    expect(await wealth()).toBe(before);
    await expectAllInOrder();
  }, 600_000);

  /** Steps of the house at once; a last one that is somebody else's ends them. */
  function openingOf(opened: number): OrderTransition[] {
    const opening = currentProcess.transitions.filter(
      ({ action, actor }) => actor === 'system' && (action === 'accept' || action === 'deliver'),
    );
    const decline = currentProcess.transitions.filter(
      ({ action, actor }) => action === 'decline' && actor === 'seller',
    );
    return [...opening.slice(0, opened), ...decline];
  }

  async function tryStep(
    order: WalkedOrder,
    wish: { actor: OrderActor; action: string; backMinor: bigint },
  ): Promise<void> {
    const { actor, action, backMinor } = wish;
    const visitor = walk.visitor(order, actor);
    const { orderId } = order;
    const isPart = action === 'refund_part';
    const step = isPart
      ? market.refundPart({ orderId, visitor, amountMinor: backMinor === 0n ? 1n : backMinor })
      : market.step({ orderId, visitor, action: action as TestAction, backMinor });
    await step.catch((error: unknown) => {
      if (!isDomainError(error)) throw error;
    });
    const { state, heldMinor, owedMinor } = await walk.escrow(order);
    expect(heldMinor, `${action} by ${actor}, ${state}, seed ${String(seed)}`).toBe(owedMinor);
    if (!isOpenIn(currentProcess, state as OrderTransition['from'])) expect(heldMinor).toBe(0n);
  }
});
