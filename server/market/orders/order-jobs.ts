import { lookupAccounts } from '#server/ledger/lookups.ts';
import { endOrderStates } from '#server/market/orders/process-rules.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import { log } from '#server/platform/log.ts';

/** An order that is over, and the money that its escrow still holds. */
export interface ForgottenEscrow {
  orderId: string;
  /** Minor units of ducats. */
  balanceMinor: bigint;
}

/** Longer than the time between two looks, so that a look that fails loses nothing. */
const lookBackMs = 2 * 86_400_000;
const pageSize = 500;
const pagesMax = 40;

/**
 * Looks at the escrow of every order that ended in the last two days and says in the log, at `warn`, where money stayed
 * behind. Moves nothing: which way it should have gone is for an operator to decide. Returns what it found.
 */
export async function findForgottenEscrow(deps: { database: Database; clock: Clock }): Promise<ForgottenEscrow[]> {
  const { client } = deps.database;
  const since = new Date(deps.clock.now().getTime() - lookBackMs);
  const found: ForgottenEscrow[] = [];
  let after = '00000000-0000-0000-0000-000000000000';
  for (let page = 0; page < pagesMax; page += 1) {
    const orders = await client.marketOrder.findMany({
      where: { state: { in: [...endOrderStates] }, updatedAt: { gt: since }, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: pageSize,
      select: { id: true, escrowAccountId: true },
    });
    const accounts = await lookupAccounts(
      client,
      orders.map(({ escrowAccountId }) => escrowAccountId),
    );
    const balances = new Map(accounts.map(({ id, balanceMinor }) => [id, balanceMinor]));
    for (const { id, escrowAccountId } of orders) {
      const balanceMinor = balances.get(escrowAccountId) ?? 0n;
      if (balanceMinor !== 0n) found.push({ orderId: id, balanceMinor });
    }
    const last = orders.at(-1);
    if (last === undefined || orders.length < pageSize) break;
    after = last.id;
  }
  if (found.length > 0) {
    const shown = found.map(({ orderId, balanceMinor }) => ({ orderId, balanceMinor: balanceMinor.toString() }));
    log().warn({ orders: shown.slice(0, 20), count: found.length }, 'orders are over and their escrow holds money');
  }
  return found;
}
