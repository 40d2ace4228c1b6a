import { entitlements } from '#server/citizens/entitlements.ts';
import { earnedLevels } from '#server/citizens/trust-rules.ts';
import { trustSettings } from '#server/citizens/trust-settings.ts';
import { feeBands } from '#server/market/orders/fee-bands.ts';
import { cashOutSettings } from '#server/payments/cash-outs/cash-out-rules.ts';
import { defaultSettings } from '#server/payments/packages.ts';
import { quoteTopUp } from '#server/payments/rules.ts';
import type { Db } from '#server/platform/db.ts';
import { publicProcedure, router } from '#server/platform/trpc.ts';

export const feesRouter = router({
  /** Every price, fee and limit of the house as it is set at this moment. */
  overview: publicProcedure({ limit: 'read', audited: false }).query(({ ctx }) => readFees(ctx.database.client)),
});

/** Amounts in cents or centesimi, fees in basis points or millionths, as each setting has them. */
async function readFees(db: Db) {
  const [tiers, { limits }, saleBands] = await Promise.all([entitlements(db), trustSettings(db), feeBands(db)]);
  const { leastUsdMinor, feeBasisPoints } = cashOutSettings;
  return {
    topUp: {
      packages: defaultSettings.packages.map(({ id }) => quoteTopUp({ kind: 'package', packageId: id })),
      feeBasisPoints: defaultSettings.feeBasisPoints,
    },
    tiers: tiers.map(({ tier, saleFeePpm, subscriptionUsdMinor }) => ({ tier, saleFeePpm, subscriptionUsdMinor })),
    /** What a seller pays at most from a volume of 30 days on. */
    saleBands,
    cashOut: { leastUsdMinor, feeBasisPoints },
    levels: earnedLevels.map((level) => ({ level, ...limits[level] })),
  };
}

export type Fees = Awaited<ReturnType<typeof readFees>>;
