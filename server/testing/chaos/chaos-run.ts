import { replayEvent } from '#server/platform/inbox-reading.ts';
import { projectNews } from '#server/provenance/jobs.ts';
import { bounded } from '../bounded.ts';
import { decideDisputes, meetFate, payDebts, spend } from './aftermath.ts';
import { buy, type BegunSession } from './buying.ts';
import { closeDay, replayAll, type ChaosWorld } from './chaos-world.ts';
import { buyFromAll, payOut } from './paying-out.ts';
import { planSessions, type PlannedSession } from './session-plan.ts';
import { openShops } from './trading.ts';
import { killWorkers } from './worker-kills.ts';

const buyersAtOnce = 6;
const workersAtOnce = 2;
const sayEvery = 100;
const minuteSeconds = 60;
const hourSeconds = 3_600;
const daySeconds = 86_400;
const storm = { times: 3, spreadMs: 150, dropPerMille: 50 };

export interface ChaosSize {
  sessions: number;
  sellers: number;
  /** How many real worker processes are killed with signal 9 while buyers pay. */
  workerKills: number;
}

export interface ChaosOutcome {
  sessions: BegunSession[];
  figures: Record<string, number>;
}

type Say = (line: string) => Promise<unknown>;

/** A whole run: paying in a storm, three days later the events that were lost, then everything that can go wrong. */
export async function runChaos(world: ChaosWorld, size: ChaosSize, say: Say): Promise<ChaosOutcome> {
  const { sandbox } = world.bridge;
  const sellers = await openShops(world, size.sellers);
  sandbox.control({ action: 'weather', ...storm, seed: world.random.below(2 ** 31) });
  const { sessions, workerKills } = await payAll(world, size, say);
  const figures: Record<string, number> = { sessions: sessions.length, workerKills };
  await say(`${String(sessions.length)} sessions began; ${told(world)}`);
  figures.dropped = await loseAndFind(world);
  await say(`${String(figures.dropped)} events were lost, and came up to three days late; ${told(world)}`);
  await handleAgain(world);
  await world.runJobs();
  await spend(world, sessions, sellers);
  await buyFromAll(world, sessions, sellers);
  await world.insist('projection', ({ database }) => projectNews(database));
  await refundUnheard(world, sessions);
  const others = sessions.filter(({ fate }) => fate !== 'refunded');
  await withWorkers(world, () => bounded(3, others, (session) => meetFate(world, session)));
  await world.quiesce();
  await say(`refunds, disputes, reviews and limits; ${told(world)}`);
  await world.advance(3 * hourSeconds);
  await world.runJobs();
  await decideDisputes(world, sessions);
  await world.quiesce();
  await world.runJobs();
  await world.advance(8 * daySeconds);
  await world.quiesce();
  figures.returned = (await payOut(world, sellers)).returned;
  await say(`${String(sellers.length)} cash-outs; ${told(world)}`);
  await payDebts(world);
  await finish(world);
  await say(`all is told; ${told(world)}`);
  for (const { fate } of sessions) figures[fate] = (figures[fate] ?? 0) + 1;
  figures.cashOuts = sellers.length;
  figures.events = sandbox.events().length;
  figures.deliveries = world.door.accepted;
  figures.deaths = world.schedule.deaths;
  return { sessions, figures };
}

/** Refunds while Stripe says nothing: what a process left behind, the sweeper takes up before any event tells of it. */
async function refundUnheard(world: ChaosWorld, sessions: readonly BegunSession[]): Promise<void> {
  const { sandbox } = world.bridge;
  sandbox.control({ action: 'hold' });
  const refunded = sessions.filter(({ fate }) => fate === 'refunded');
  await bounded(3, refunded, (session) => meetFate(world, session));
  await world.advance(2 * minuteSeconds);
  await world.runJobs();
  sandbox.control({ action: 'release', order: 'reversed' });
}

function told({ door, schedule }: ChaosWorld): string {
  return `${String(door.accepted)} deliveries, ${String(schedule.deaths)} deaths`;
}

/** Buyers pay while workers handle what Stripe tells, and Stripe now and then loses its answers. */
async function payAll(
  world: ChaosWorld,
  size: ChaosSize,
  say: Say,
): Promise<{ sessions: BegunSession[]; workerKills: number }> {
  const planned = planSessions(size.sessions, world.random);
  const buyers: string[] = [];
  const buyersMax = Math.max(...planned.map(({ buyer }) => buyer)) + 1;
  while (buyers.length < buyersMax) buyers.push(await world.bridge.citizen(3));
  const sessions: BegunSession[] = [];
  let isOver = false;
  const paying = withWorkers(world, () =>
    bounded(buyersAtOnce, planned, async (session: PlannedSession) => {
      if (world.random.below(20) === 0) loseAnswer(world);
      const count = sessions.push(await buy(world, session, buyers[session.buyer] ?? ''));
      if (count % sayEvery === 0) await say(`${String(count)} sessions; ${told(world)}`);
    }),
  ).finally(() => {
    isOver = true;
    world.door.wake();
  });
  const [workerKills] = await Promise.all([
    killWorkers(world, { rounds: size.workerKills, isOver: () => isOver }),
    paying,
  ]);
  return { sessions, workerKills };
}

/** The next call is done, and its answer lost; the SDK asks again with the same key. */
function loseAnswer({ bridge, random }: ChaosWorld): void {
  const mode = random.pick(['before', 'after'] as const);
  bridge.sandbox.control({ action: 'fail_next', mode, count: 1, route: 'POST /v1/checkout/sessions' });
}

/** Workers handle events until the work is over; they wait for the door where there is nothing to do. */
async function withWorkers(world: ChaosWorld, work: () => Promise<void>): Promise<void> {
  let isOver = false;
  const somethingNew = () => (isOver ? Promise.resolve() : world.door.next());
  const worker = async () => {
    while (!isOver) {
      if ((await world.drain()) > 0) continue;
      await world.insist('projection', ({ database }) => projectNews(database));
      await somethingNew();
    }
  };
  const working = work().finally(() => {
    isOver = true;
    world.door.wake();
  });
  await Promise.all([working, ...Array.from({ length: workersAtOnce }, worker)]);
}

/** Half of the lost events are sent again soon, the others three days later on everybody's clock. Says how many there were. */
async function loseAndFind(world: ChaosWorld): Promise<number> {
  const { sandbox } = world.bridge;
  await world.quiesce();
  const dropped = sandbox.events().filter(({ delivery }) => delivery?.state === 'dropped');
  for (const { event } of dropped.filter((_, index) => index % 2 === 0)) {
    sandbox.control({ action: 'resend', event: event.id });
  }
  await world.quiesce();
  await world.advance(3 * daySeconds);
  sandbox.control({ action: 'replay', which: 'dropped' });
  await world.quiesce();
  return dropped.length;
}

/** An operator has every payment handled once more, also those whose ducats wait: the inbox does not keep these out. */
async function handleAgain(world: ChaosWorld): Promise<void> {
  const { database } = world.bridge;
  const where = { type: 'checkout.session.completed', state: 'handled' };
  const events = await database.client.inboxEvent.findMany({ where, select: { id: true }, take: 5_000 });
  for (const { id } of events) await database.inTransaction((tx) => replayEvent(tx, world.deps, id));
  await world.quiesce();
}

/** The sky clears; every event there ever was is sent once more, and the jobs find whatever no event told. */
async function finish(world: ChaosWorld): Promise<void> {
  const { sandbox } = world.bridge;
  sandbox.control({ action: 'weather' });
  for (let round = 0; round < 3; round += 1) {
    sandbox.control({ action: 'replay', which: 'dropped' });
    await world.quiesce();
    await world.runJobs();
    await world.advance(3 * hourSeconds);
  }
  await replayAll(world);
  await world.quiesce();
  await world.runJobs();
  await closeDay(world);
}
