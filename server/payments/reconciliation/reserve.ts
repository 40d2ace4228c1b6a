import { kindTotals } from '#server/ledger/groups.ts';
import type { AccountKind } from '#server/ledger/kinds.ts';
import { ducat, usd, type Asset, type DucatMinor, type UsdMinor } from '#server/money/money.ts';
import type { Db } from '#server/platform/db.ts';
import { heldTotal } from '#server/provenance/held.ts';

/** What anyone may know of the money behind the ducats. */
export interface Reserve {
  /** All ducats there are: whatever issuance struck. */
  issuedMinor: DucatMinor;
  /** Of these: what citizens hold, what waits in orders and other steps, and what is the house's own. */
  walletsMinor: DucatMinor;
  escrowMinor: DucatMinor;
  suspenseMinor: DucatMinor;
  houseMinor: DucatMinor;
  /** Of all these: bought or earned, and not cleared yet. */
  heldMinor: DucatMinor;
  /** Dollars owed against ducats, and the dollars of the house that stand behind them. */
  floatMinor: UsdMinor;
  dollarsMinor: UsdMinor;
  asOf: Date;
}

/**
 * Reads the roll-ups, which cost the same however many accounts there are. The ducats in wallets, escrow, suspense and
 * the house are all that were issued.
 */
export async function readReserve(db: Db, asOf: Date): Promise<Reserve> {
  const [totals, heldMinor] = await Promise.all([kindTotals(db), heldTotal(db, asOf)]);
  const total = (kind: AccountKind, asset: Asset) =>
    totals.find((each) => each.kind === kind && each.asset === asset)?.balanceMinor ?? 0n;
  const houseKinds = ['treasury', 'promotion', 'fees', 'liquidity'] as const;
  const houseMinor = houseKinds.reduce((sum, kind) => sum + total(kind, 'DUCAT'), 0n);
  return {
    issuedMinor: ducat(-total('issuance', 'DUCAT')),
    walletsMinor: ducat(total('wallet', 'DUCAT')),
    heldMinor: ducat(heldMinor),
    escrowMinor: ducat(total('escrow', 'DUCAT')),
    suspenseMinor: ducat(total('suspense', 'DUCAT')),
    houseMinor: ducat(houseMinor),
    floatMinor: usd(total('ducat_float', 'USD')),
    dollarsMinor: usd(-total('stripe_balance', 'USD') - total('bank', 'USD')),
    asOf,
  };
}
