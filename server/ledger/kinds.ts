import type { Asset } from '#server/money/money.ts';

/**
 * The chart of accounts and the kinds of transfers: the one place in code where their numbers stand.
 * The migration seeds the same rows, and a test compares the two.
 */

/** Assets by their number in the database. */
export const assets = { DUCAT: 1, USD: 2 } as const satisfies Record<Asset, number>;

interface AccountKindDefinition {
  code: number;
  asset: Asset;
  name: string;
  /** The lowest that balance less reserved may become; null is unbounded. */
  floorMinor: bigint | null;
  /** The fixed account of the house; null when there is none. */
  houseAccountId: bigint | null;
  /** Whether owners may have one each. */
  perOwner: boolean;
}

export const accountKinds = [
  { code: 1, asset: 'DUCAT', name: 'issuance', floorMinor: null, houseAccountId: 1n, perOwner: false },
  { code: 2, asset: 'DUCAT', name: 'treasury', floorMinor: 0n, houseAccountId: 2n, perOwner: false },
  { code: 3, asset: 'DUCAT', name: 'promotion', floorMinor: 0n, houseAccountId: 3n, perOwner: false },
  { code: 4, asset: 'DUCAT', name: 'fees', floorMinor: 0n, houseAccountId: 4n, perOwner: false },
  { code: 5, asset: 'DUCAT', name: 'suspense', floorMinor: null, houseAccountId: 5n, perOwner: false },
  { code: 6, asset: 'DUCAT', name: 'wallet', floorMinor: 0n, houseAccountId: null, perOwner: true },
  { code: 7, asset: 'DUCAT', name: 'escrow', floorMinor: 0n, houseAccountId: null, perOwner: true },
  { code: 20, asset: 'USD', name: 'stripe_balance', floorMinor: null, houseAccountId: 101n, perOwner: false },
  { code: 21, asset: 'USD', name: 'bank', floorMinor: null, houseAccountId: 102n, perOwner: false },
  { code: 22, asset: 'USD', name: 'bridge', floorMinor: null, houseAccountId: 103n, perOwner: false },
  { code: 23, asset: 'USD', name: 'ducat_float', floorMinor: null, houseAccountId: 104n, perOwner: false },
  { code: 24, asset: 'USD', name: 'fee_income', floorMinor: null, houseAccountId: 105n, perOwner: false },
  { code: 25, asset: 'USD', name: 'subscription_income', floorMinor: null, houseAccountId: 106n, perOwner: false },
  { code: 26, asset: 'USD', name: 'stripe_fees', floorMinor: null, houseAccountId: 107n, perOwner: false },
  { code: 27, asset: 'USD', name: 'dispute_fees', floorMinor: null, houseAccountId: 108n, perOwner: false },
  { code: 28, asset: 'USD', name: 'promotion_cost', floorMinor: null, houseAccountId: 109n, perOwner: false },
  { code: 29, asset: 'USD', name: 'tax', floorMinor: null, houseAccountId: 110n, perOwner: false },
  { code: 30, asset: 'USD', name: 'refund_in_transit', floorMinor: null, houseAccountId: 111n, perOwner: false },
  { code: 31, asset: 'USD', name: 'payout_in_transit', floorMinor: null, houseAccountId: 112n, perOwner: false },
  { code: 32, asset: 'USD', name: 'receivable', floorMinor: null, houseAccountId: 113n, perOwner: true },
  { code: 5, asset: 'USD', name: 'suspense', floorMinor: null, houseAccountId: 114n, perOwner: false },
  { code: 33, asset: 'USD', name: 'loss', floorMinor: null, houseAccountId: 115n, perOwner: false },
  { code: 34, asset: 'DUCAT', name: 'liquidity', floorMinor: 0n, houseAccountId: 6n, perOwner: true },
  { code: 34, asset: 'USD', name: 'liquidity', floorMinor: 0n, houseAccountId: 116n, perOwner: true },
] as const satisfies readonly AccountKindDefinition[];

export type AccountKind = (typeof accountKinds)[number]['name'];

/** The five classes of double-entry bookkeeping, by which a balance sheet and an income statement are made. */
export type AccountClass = 'assets' | 'liabilities' | 'equity' | 'revenues' | 'expenses';

/**
 * Where each kind of account stands, seen from the house: what citizens hold is owed to them. The ducats that the
 * house issued and did not give away are its equity, with `issuance` as the contra account.
 */
export const accountClasses: Readonly<Record<AccountKind, AccountClass>> = {
  issuance: 'equity',
  treasury: 'equity',
  promotion: 'equity',
  liquidity: 'equity',
  fees: 'revenues',
  suspense: 'liabilities',
  wallet: 'liabilities',
  escrow: 'liabilities',
  stripe_balance: 'assets',
  bank: 'assets',
  bridge: 'equity',
  ducat_float: 'liabilities',
  fee_income: 'revenues',
  subscription_income: 'revenues',
  stripe_fees: 'expenses',
  dispute_fees: 'expenses',
  promotion_cost: 'expenses',
  tax: 'liabilities',
  refund_in_transit: 'liabilities',
  payout_in_transit: 'liabilities',
  receivable: 'assets',
  loss: 'expenses',
};

/** Kinds that stand on the other side of their class, because they take away from it. */
const contraKinds: readonly AccountKind[] = ['issuance'];

/** Kinds through which money only passes: their accounts hold nothing after every event. */
export const clearingKinds: readonly AccountKind[] = ['bridge'];

export type AccountSide = 'debit' | 'credit';

/** The side on which an account of this kind grows: debits for what the house has or spends, credits for the rest. */
export function normalSideOf(kind: AccountKind): AccountSide {
  const accountClass = accountClasses[kind];
  const isDebit = accountClass === 'assets' || accountClass === 'expenses';
  return isDebit === contraKinds.includes(kind) ? 'credit' : 'debit';
}

/**
 * A balance as people read it, in minor units: of its normal side, so that an account in order is not negative. The
 * ledger itself knows one sign for all, credits less debits; only an interface turns it.
 */
export function onNormalSide(kind: AccountKind, balanceMinor: bigint): bigint {
  return normalSideOf(kind) === 'debit' ? -balanceMinor : balanceMinor;
}

/** Transfer kinds by name, with their number in the database. */
export const transferKinds = {
  mint: 1,
  top_up_gross: 2,
  top_up_base: 3,
  top_up_float: 4,
  top_up_fee: 5,
  top_up_tax: 6,
  top_up_bonus: 7,
  stripe_fee: 8,
  purchase: 9,
  sale_payout: 10,
  sale_fee: 11,
  order_refund: 12,
  adjustment: 13,
  reversal: 14,
  grant: 15,
  conversion: 16,
  fee_release: 17,
  cash_out: 18,
  grant_expiry: 19,
  refund_hold: 20,
  refund_ducats: 21,
  refund_dollars: 22,
  refund_debt: 23,
  refund_paid: 24,
  refund_failed: 25,
  dispute_ducats: 26,
  dispute_withdrawn: 27,
  dispute_fee: 28,
  dispute_debt: 29,
  dispute_returned: 30,
  debt_repaid: 31,
  debt_written_off: 32,
  clawback_returned: 33,
  subscription_payment: 34,
  subscription_tax: 35,
  subscription_refund: 36,
  cash_out_settled: 37,
  cash_out_dollars: 38,
  cash_out_fee: 39,
  cash_out_debt: 40,
  payout_sent: 41,
  payout_returned: 42,
  cash_out_returned: 43,
  stripe_adjustment: 44,
  peer_transfer: 50,
} as const;

export type TransferKind = keyof typeof transferKinds;

/** All transfer kinds, for input schemas and filters. */
export const transferKindNames = Object.keys(transferKinds) as TransferKind[];

const nameByCode = new Map<number, TransferKind>(transferKindNames.map((name) => [transferKinds[name], name]));

/** The name of a stored kind; null for a number that this version does not know. */
export function transferKindOf(code: number): TransferKind | null {
  return nameByCode.get(code) ?? null;
}

/** The definition of one account kind in one asset, or null. */
export function accountKindOf(kind: AccountKind, asset: Asset): AccountKindDefinition | null {
  return accountKinds.find((definition) => definition.name === kind && definition.asset === asset) ?? null;
}
