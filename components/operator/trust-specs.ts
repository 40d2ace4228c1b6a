/** The numbers of trust as fields of forms, in the order in which they are read. */

export const limitSpecs = [
  { name: 'topUpDayUsdMinor', kind: 'dollars' },
  { name: 'topUpMonthUsdMinor', kind: 'dollars' },
  { name: 'cashOutDayUsdMinor', kind: 'dollars' },
  { name: 'cashOutMonthUsdMinor', kind: 'dollars' },
  { name: 'holdBoughtDays', kind: 'whole' },
  { name: 'holdEarnedDays', kind: 'whole' },
  { name: 'listingsMax', kind: 'optionalWhole' },
] as const;

export const gateSpecs = [
  { name: 'knownAgeDays', kind: 'whole' },
  { name: 'knownPurchaseAgeDays', kind: 'whole' },
  { name: 'trustedAfterDays', kind: 'whole' },
  { name: 'trustedDisputeRatePpm', kind: 'percent' },
  { name: 'factorsResetDays', kind: 'whole' },
  { name: 'payoutAccountDays', kind: 'whole' },
  { name: 'newCardHoldDays', kind: 'whole' },
  { name: 'chargebackDays', kind: 'whole' },
] as const;

export const entitlementSpecs = [
  { name: 'saleFeePpm', kind: 'percent' },
  { name: 'apiCallsPerMonth', kind: 'optionalWhole' },
  { name: 'subscriptionUsdMinor', kind: 'optionalDollars' },
] as const;
