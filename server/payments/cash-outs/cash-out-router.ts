import { isDomainError } from '#server/platform/errors.ts';
import { citizenProcedure, router } from '#server/platform/trpc.ts';
import { requestCashOut } from './cash-out-flows.ts';
import { providerOf, type CashOutProviderName, type CashOutSetup } from './cash-out-provider.ts';
import { cashOutRoom, cashOutsOf } from './cash-out-queries.ts';
import { figuresOf } from './cash-out-rules.ts';
import { cashOutFiguresInput, listCashOutsInput, requestCashOutInput } from './cash-out-schema.ts';
import { openDebt } from '#server/payments/disputes/debts.ts';
import { startOnboarding, syncPayoutAccount } from './payout-account-flows.ts';

/** Cash-outs of citizens, paid as the process's settings say. */
export function cashOutsRouter(setup: () => CashOutSetup) {
  return router({
    /** What may be cashed out now, when more, and where the citizen is paid. */
    room: citizenProcedure({ limit: 'read', audited: false }).query(({ ctx }) => {
      const { citizenId } = ctx.principal;
      return cashOutRoom(ctx.database.client, { citizenId, provider: offeredBy(setup()), now: ctx.clock.now() });
    }),

    /** The figures of an amount before it is asked for: what is owed, the fee, and what arrives. */
    figures: citizenProcedure({ limit: 'read', audited: false })
      .input(cashOutFiguresInput)
      .query(async ({ ctx, input }) => {
        const openDebtMinor = await openDebt(ctx.database.client, ctx.principal.citizenId);
        return figuresOf({ ducatsMinor: input.ducatsMinor, openDebtMinor });
      }),

    request: citizenProcedure({ limit: 'money', audited: true, proof: 'fresh_factor' })
      .input(requestCashOutInput)
      .mutation(({ ctx, input }) =>
        requestCashOut({ ...ctx, cashOut: setup() }, { ...input, citizenId: ctx.principal.citizenId }),
      ),

    /** Leads to the provider's page, to name a bank account or to change it. */
    startOnboarding: citizenProcedure({ limit: 'money', audited: true, proof: 'fresh_factor' }).mutation(({ ctx }) =>
      startOnboarding({ ...ctx, cashOut: setup() }, { citizenId: ctx.principal.citizenId }),
    ),

    /** For who comes back from there: asks the provider how the account stands. */
    syncAccount: citizenProcedure({ limit: 'write', audited: false, session: true }).mutation(({ ctx }) =>
      syncPayoutAccount({ ...ctx, cashOut: setup() }, { citizenId: ctx.principal.citizenId }),
    ),

    list: citizenProcedure({ limit: 'read', audited: false })
      .input(listCashOutsInput)
      .query(({ ctx, input }) => cashOutsOf(ctx.database.client, { ...input, citizenId: ctx.principal.citizenId })),
  });
}

function offeredBy(setup: CashOutSetup): CashOutProviderName | null {
  try {
    return providerOf(setup);
  } catch (error) {
    if (isDomainError(error) && error.code === 'cash_out_off') return null;
    throw error;
  }
}
