import { ducat, usd, type DucatMinor, type UsdMinor } from '#server/money/money.ts';

/**
 * What ducats cost. Operator settings with the defaults of the product's price list
 * (the ducat packages of La Serenissima: base rate 0.10 USD, fee 2.5 % on top).
 */
export const packageIds = ['starter', 'explorer', 'trader', 'merchant', 'noble'] as const;
export type PackageId = (typeof packageIds)[number];

export interface DucatPackage {
  id: PackageId;
  /** Bought ducats, from the treasury. */
  baseMinor: DucatMinor;
  /** Granted ducats on top, from the promotion account. */
  bonusMinor: DucatMinor;
  /** Before the fee. */
  priceMinor: UsdMinor;
}

export interface TopUpSettings {
  packages: readonly DucatPackage[];
  /** Centesimi of a ducat for one cent: 10 is 0.10 USD a ducat. */
  ducatMinorPerCent: bigint;
  feeBasisPoints: number;
  /** The range of a custom amount, before the fee. */
  customMinorMin: UsdMinor;
  customMinorMax: UsdMinor;
  /** How long a quoted price holds: a page that nobody paid on by then is closed. */
  quoteMinutes: number;
  /** Days added to the hold on what a payment of elevated or highest risk bought. */
  riskyHoldDays: number;
}

function ducatPackage(id: PackageId, dollars: bigint, ducats: { base: bigint; bonus: bigint }): DucatPackage {
  return {
    id,
    baseMinor: ducat(ducats.base * 100n),
    bonusMinor: ducat(ducats.bonus * 100n),
    priceMinor: usd(dollars * 100n),
  };
}

export const defaultSettings: TopUpSettings = {
  packages: [
    ducatPackage('starter', 10n, { base: 100n, bonus: 0n }),
    ducatPackage('explorer', 50n, { base: 500n, bonus: 25n }),
    ducatPackage('trader', 100n, { base: 1_000n, bonus: 75n }),
    ducatPackage('merchant', 250n, { base: 2_500n, bonus: 250n }),
    ducatPackage('noble', 500n, { base: 5_000n, bonus: 750n }),
  ],
  ducatMinorPerCent: 10n,
  feeBasisPoints: 250,
  customMinorMin: usd(1_000n),
  customMinorMax: usd(1_000_000n),
  quoteMinutes: 120,
  riskyHoldDays: 7,
};
