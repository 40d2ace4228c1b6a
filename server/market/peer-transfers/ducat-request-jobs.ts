import { expireRequest, type RequestDeps } from '#server/market/peer-transfers/ducat-requests.ts';
import type { Database } from '#server/platform/db.ts';

const atOnceMax = 500;

/** Ends requests whose time is over, at most 500 a run, each in a transaction of its own; returns how many. */
export async function expireDucatRequests(deps: RequestDeps & { database: Database }): Promise<number> {
  const { database, clock } = deps;
  const due = await database.client.ducatRequest.findMany({
    where: { state: 'open', expiresAt: { lte: clock.now() } },
    orderBy: [{ expiresAt: 'asc' }, { id: 'asc' }],
    take: atOnceMax,
    select: { id: true },
  });
  let ended = 0;
  for (const { id } of due) {
    if (await database.inTransaction((tx) => expireRequest(tx, deps, id))) ended += 1;
  }
  return ended;
}
