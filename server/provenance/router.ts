import { z } from 'zod';
import { findAccount } from '#server/ledger/accounts.ts';
import type { Db } from '#server/platform/db.ts';
import { citizenProcedure, router } from '#server/platform/trpc.ts';
import { amountsOf, isFollowed, originsOf } from './queries.ts';

const originsInput = z.object({ cursor: z.string().min(1).max(40).optional(), limit: z.int().min(1).max(100) });
const clearingsShown = 20;

/** Where a citizen's own ducats came from, and what of them is held. */
export const provenanceRouter = router({
  /** What is held by kind, and when it clears; at most the next 20 times. */
  amounts: citizenProcedure({ limit: 'read', audited: false }).query(async ({ ctx }) => {
    const accountId = await walletOf(ctx.database.client, ctx.principal.citizenId);
    return ownAmounts(ctx.database.client, accountId, ctx.clock.now());
  }),

  /** A page of sources, the latest first. What stood behind a buyer's payment is not for the seller to know. */
  origins: citizenProcedure({ limit: 'read', audited: false })
    .input(originsInput)
    .query(async ({ ctx, input }) => {
      const accountId = await walletOf(ctx.database.client, ctx.principal.citizenId);
      if (accountId === null) return { origins: [], nextCursor: null };
      const page = await originsOf(ctx.database.client, accountId, { at: ctx.clock.now(), ...input });
      return { ...page, origins: page.origins.map(({ origin: _origin, ...rest }) => rest) };
    }),
});

function walletOf(db: Db, owner: string): Promise<bigint | null> {
  return findAccount(db, { owner, kind: 'wallet', asset: 'DUCAT' });
}

async function ownAmounts(db: Db, accountId: bigint | null, at: Date) {
  const id = accountId ?? 0n;
  const amounts = await amountsOf(db, id, at);
  const kinds = (['bought', 'granted', 'earned'] as const).map((kind) => {
    const { clearedMinor, heldMinor, clearings } = amounts[kind];
    return { kind, clearedMinor, heldMinor, clearings };
  });
  const clearings = kinds
    .flatMap((amount) => amount.clearings.map((clearing) => ({ kind: amount.kind, ...clearing })))
    .sort((left, right) => left.at.getTime() - right.at.getTime())
    .slice(0, clearingsShown);
  return {
    kinds: kinds.map(({ clearings: _clearings, ...amount }) => amount),
    heldMinor: kinds.reduce((sum, { heldMinor }) => sum + heldMinor, 0n),
    clearings,
    /** False where the latest movements are not in these figures yet. */
    isUpToDate: await isFollowed(db, id),
  };
}
