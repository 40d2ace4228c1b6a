import { kindTotals } from '#server/ledger/groups.ts';
import type { AccountKind } from '#server/ledger/kinds.ts';
import { ducat, usd, type Asset, type DucatMinor, type UsdMinor } from '#server/money/money.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import { once } from '#server/platform/once.ts';
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

const keptMs = 30_000;

/**
 * The figures of one moment, at most half a minute old: many may ask at once, the books are read once. The ducats in
 * wallets, escrow, suspense and the house are all that were issued.
 */
export async function reserve(deps: { database: Database; clock: Clock }): Promise<Reserve> {
  const kept = once('reserve', () => ({ value: null as Promise<Reserve> | null, until: 0 }));
  const nowMs = deps.clock.now().getTime();
  if (kept.value !== null && nowMs < kept.until) return await kept.value;
  kept.until = nowMs + keptMs;
  kept.value = readReserve(deps);
  try {
    return await kept.value;
  } catch (error) {
    kept.value = null;
    throw error;
  }
}

/** Reads the roll-ups, which cost the same however many accounts there are. */
export async function readReserve({ database, clock }: { database: Database; clock: Clock }): Promise<Reserve> {
  const asOf = clock.now();
  const [totals, heldMinor] = await Promise.all([kindTotals(database.client), heldTotal(database.client, asOf)]);
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
