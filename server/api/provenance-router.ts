import { z } from 'zod';
import { citizenByUsername, citizensByIds } from '#server/citizens/queries.ts';
import { findAccount } from '#server/ledger/accounts.ts';
import { checkRuns } from '#server/ledger/check-runs.ts';
import { lookupAccounts } from '#server/ledger/lookups.ts';
import type { Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { isUuid } from '#server/platform/ids.ts';
import { operatorProcedure, router } from '#server/platform/trpc.ts';
import { amountsOf, lotsOf, lotsOfSource, sourcesNamed } from '#server/provenance/queries.ts';
import { accountsOf, defectsOf, projectionLag, traceSerial, type TraceAccount } from '#server/provenance/trace.ts';

const lotsShown = 100;
const defectsShown = 20;
const policy = { limit: 'read', audited: true } as const;
const serialMax = 9_223_372_036_854_775_807n;

/** Follows a unit, a charge or an account through every hand: for the finance desk, and kept in the record. */
export const provenanceDeskRouter = router({
  /** How far the lots are behind the books, what the last full check said of them, and what could not be taken. */
  state: operatorProcedure(['finance'], { limit: 'read', audited: false }).query(async ({ ctx }) => {
    const { client } = ctx.database;
    const [lag, [check], defects] = await Promise.all([
      projectionLag(client),
      checkRuns(client, { kind: 'full', limit: 1 }),
      defectsOf(client, defectsShown),
    ]);
    const findings = check?.findings.filter((finding) => finding.check.startsWith('lots_')) ?? [];
    return { lag, check: check === undefined ? null : { at: check.finishedAt, findings }, defects };
  }),

  /** Every hand that a unit went through. Refuses `serial_not_found`. */
  serial: operatorProcedure(['finance'], policy)
    .input(z.object({ serial: z.string().regex(/^\d{1,19}$/) }))
    .query(async ({ ctx, input }) => {
      const { client } = ctx.database;
      const serial = BigInt(input.serial);
      if (serial > serialMax)
        throw refuse('not_found', 'serial_not_found', 'No ducat with this number has been struck.');
      const steps = await traceSerial(client, serial);
      const nameOf = await ownerNames(
        client,
        steps.flatMap(({ from, to }) => [from, to]),
      );
      return steps.map((step) => ({ ...step, from: nameOf(step.from), to: nameOf(step.to) }));
    }),

  /** Where the units of a charge, order or grant are now. Refuses `source_not_found`. */
  source: operatorProcedure(['finance'], policy)
    .input(z.object({ id: z.uuid() }))
    .query(async ({ ctx, input }) => {
      const { client } = ctx.database;
      const [source] = await sourcesNamed(client, input.id);
      if (source === undefined) throw refuse('not_found', 'source_not_found', 'No ducats came of this.');
      const shares = await lotsOfSource(client, source, ctx.clock.now());
      const accountOf = await accountsOf(
        client,
        shares.map(({ accountId }) => accountId),
      );
      const nameOf = await ownerNames(
        client,
        shares.map(({ accountId }) => accountOf(accountId)),
      );
      return { source, shares: shares.map((share) => ({ ...share, account: nameOf(accountOf(share.accountId)) })) };
    }),

  /** What an account holds, by its number or its owner's name; at most 100 lots. Refuses `account_not_found`. */
  account: operatorProcedure(['finance'], policy)
    .input(z.object({ account: z.string().min(1).max(64) }))
    .query(async ({ ctx, input }) => {
      const { client } = ctx.database;
      const account = await accountNamed(client, input.account);
      const at = ctx.clock.now();
      const lots = await lotsOf(client, account.accountId, { at });
      const nameOf = await ownerNames(client, [account]);
      const amounts = await amountsOf(client, account.accountId, at);
      return { account: nameOf(account), amounts, lots: lots.slice(0, lotsShown), lotCount: lots.length };
    }),
});

async function accountNamed(db: Db, name: string): Promise<TraceAccount> {
  const isNumber = /^\d{1,18}$/.test(name);
  const citizen = isNumber ? null : await citizenByUsername(db, name);
  const id = isNumber
    ? BigInt(name)
    : citizen === null
      ? null
      : await findAccount(db, { owner: citizen.id, kind: 'wallet', asset: 'DUCAT' });
  const [account] = id === null ? [] : await lookupAccounts(db, [id]);
  if (account?.asset !== 'DUCAT') throw refuse('not_found', 'account_not_found', 'There is no such account.');
  return { accountId: account.id, kind: account.kind, owner: account.owner };
}

/** A citizen's name beside their account; others stay what they are: the house, an order. */
async function ownerNames(db: Db, accounts: readonly TraceAccount[]) {
  const owners = accounts.filter(({ kind, owner }) => kind === 'wallet' && isUuid(owner)).map(({ owner }) => owner);
  const citizens = await citizensByIds(db, [...new Set(owners)]);
  return (account: TraceAccount) => ({ ...account, username: citizens.get(account.owner)?.username ?? null });
}
