import { approveAndSend, requestCashOut, resolveUnknown } from '#server/payments/cash-outs/cash-out-flows.ts';
import type { BegunSession } from './buying.ts';
import { formKey, type ChaosWorld } from './chaos-world.ts';
import { sell } from './trading.ts';

/** Sellers earn, cash out, and some banks send the money back. */

const saleMinor = 90_000n;
const cashOutMinor = 52_000n;
const daySeconds = 86_400;

/** Buyers whose payments are nothing but paid buy from every seller once. */
export async function buyFromAll(
  world: ChaosWorld,
  sessions: readonly BegunSession[],
  sellers: readonly string[],
): Promise<void> {
  const buyers = [
    ...new Set(sessions.filter(({ fate }) => fate === 'kept').map(({ citizenId }) => citizenId)),
  ].values();
  const room = async (citizenId: string) => await world.bridge.balance(citizenId, 'wallet', 'DUCAT');
  let buyerId = buyers.next().value;
  for (const sellerId of sellers) {
    while (buyerId !== undefined && (await room(buyerId)) < saleMinor) buyerId = buyers.next().value;
    if (buyerId === undefined) throw new Error('the buyers have not ducats enough for every seller');
    await sell(world, { buyerId, sellerId, priceMinor: saleMinor });
  }
}

/** Every seller cashes out and an operator agrees; then banks answer, and one in a hundred sends back what it had taken. */
export async function payOut(world: ChaosWorld, sellers: readonly string[]): Promise<{ returned: number }> {
  for (const citizenId of sellers) await cashOut(world, citizenId);
  await world.advance(20 * 60);
  await decideUnknown(world);
  await world.runJobs();
  await decideUnknown(world);
  await world.advance(3 * daySeconds);
  await world.quiesce();
  const returned = await sendBack(world, Math.ceil(sellers.length / 100));
  await world.quiesce();
  await world.runJobs();
  await world.advance(20 * 60);
  await world.runJobs();
  await decideUnknown(world);
  return { returned };
}

async function cashOut(world: ChaosWorld, citizenId: string): Promise<void> {
  const wish = { citizenId, ducatsMinor: cashOutMinor, key: formKey() };
  const { cashOutId } = await world.insist('cash_out', (deps) => requestCashOut(deps, wish));
  const operatorId = await world.bridge.citizen(null);
  await world.once('cash_out_sending', (deps) => approveAndSend(deps, { cashOutId, operatorId }));
}

/** Operators look at what nobody knows the end of, and send it again where it never arrived. */
async function decideUnknown(world: ChaosWorld): Promise<void> {
  const { client } = world.bridge.database;
  const unknown = await client.cashOut.findMany({ where: { state: 'unknown' }, select: { id: true }, take: 1_000 });
  for (const { id: cashOutId } of unknown) {
    const operatorId = await world.bridge.citizen(null);
    await resolveUnknown(world.deps, { cashOutId, operatorId, choice: 'send_again' });
  }
}

/** Banks return payouts that were paid. */
async function sendBack(world: ChaosWorld, count: number): Promise<number> {
  const { client } = world.bridge.database;
  const paid = await client.cashOut.findMany({
    where: { state: 'paid' },
    orderBy: { id: 'asc' },
    select: { stripePayoutId: true },
    take: count,
  });
  for (const { stripePayoutId } of paid) {
    world.bridge.sandbox.control({ action: 'fail_payout', payout: stripePayoutId ?? '', code: 'account_closed' });
  }
  return paid.length;
}
