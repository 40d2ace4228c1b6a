import { findAccount, freezeAccount, openAccount, unfreezeAccount } from '#server/ledger/accounts.ts';
import { setVelocityLimits, velocityLimits, type VelocityLimit, type VelocityUse } from '#server/ledger/limits.ts';
import { lookupAccounts } from '#server/ledger/lookups.ts';
import type { TrustEnforcement } from '#server/citizens/trust.ts';
import type { TrustStanding } from '#server/citizens/trust-rules.ts';
import { amountMinorMax, ducat, type DucatMinor } from '#server/money/money.ts';
import type { Tx } from '#server/platform/db.ts';
import { defaultSettings } from './packages.ts';

/** What a limit on top-ups counts: bought ducats as they arrive, at the base price, without bonus and fee. */
export const countedTopUp = { asset: 'DUCAT', kind: 'top_up_base', side: 'credit' } as const;

/** What a limit on cash-outs counts: earned ducats as they leave or are reserved, at the base price. */
export const countedCashOut = { asset: 'DUCAT', kind: 'cash_out', side: 'debit' } as const;

/** What a limit on sending counts: ducats of whatever kind as they leave for another citizen. */
export const countedSending = { asset: 'DUCAT', kind: 'peer_transfer', side: 'debit' } as const;

/**
 * Makes the ledger obey a standing: limits on the ducats a citizen may buy, cash out and send, and a wallet out of which
 * nothing moves while a chargeback is open. Limits are set only where they change, because the ledger counts 30 days
 * anew for it.
 */
export const enforceStanding: TrustEnforcement = async (tx, { citizenId, standing }) => {
  const wanted = limitsOf(standing);
  const present = await velocityLimits(tx, citizenId);
  const isSame =
    present.length === wanted.length &&
    wanted.every((limit) =>
      present.some(
        ({ kind, period, amountMinorMax: most }) =>
          kind === limit.kind && period === limit.period && most === limit.amountMinorMax,
      ),
    );
  if (!isSame) await setVelocityLimits(tx, citizenId, wanted);
  await freezeWallet(tx, { citizenId, isFrozen: standing.isFrozen });
};

/**
 * The limits in what the ledger counts: 10 centesimi for a cent. While a reset lets nobody cash out yet, nothing may
 * leave; the refresh of the day it ends lets it again. As many ducats may be sent as may be bought.
 */
export function limitsOf({ limits, cashOutFrom }: Pick<TrustStanding, 'limits' | 'cashOutFrom'>): VelocityLimit[] {
  const cashOut = (usdMinor: bigint) => (cashOutFrom === null ? ducatsFor(usdMinor) : 0n);
  return [
    { ...countedTopUp, period: '24_hours', amountMinorMax: ducatsFor(limits.topUpDayUsdMinor) },
    { ...countedTopUp, period: '30_days', amountMinorMax: ducatsFor(limits.topUpMonthUsdMinor) },
    { ...countedCashOut, period: '24_hours', amountMinorMax: cashOut(limits.cashOutDayUsdMinor) },
    { ...countedCashOut, period: '30_days', amountMinorMax: cashOut(limits.cashOutMonthUsdMinor) },
    { ...countedSending, period: '24_hours', amountMinorMax: ducatsFor(limits.topUpDayUsdMinor) },
    { ...countedSending, period: '30_days', amountMinorMax: ducatsFor(limits.topUpMonthUsdMinor) },
  ];
}

/**
 * What a standing allows at this moment, less what the ledger counted, in centesimi of a ducat. The ledger's own limits
 * follow the standing with the next request.
 */
export function leftWithin(
  standing: Pick<TrustStanding, 'limits' | 'cashOutFrom'>,
  uses: readonly VelocityUse[],
  counted: Pick<VelocityUse, 'kind' | 'side' | 'period'>,
): DucatMinor {
  const isThis = ({ kind, side, period }: Pick<VelocityUse, 'kind' | 'side' | 'period'>) =>
    kind === counted.kind && side === counted.side && period === counted.period;
  const mostMinor = limitsOf(standing).find(isThis)?.amountMinorMax ?? 0n;
  const usedMinor = uses.find(isThis)?.usedMinor ?? 0n;
  return ducat(usedMinor < mostMinor ? mostMinor - usedMinor : 0n);
}

/** Centesimi of a ducat that some cents buy, at most what one transfer can hold. */
function ducatsFor(usdMinor: bigint): bigint {
  const minor = usdMinor * defaultSettings.ducatMinorPerCent;
  return minor > amountMinorMax ? amountMinorMax : minor;
}

async function freezeWallet(tx: Tx, { citizenId, isFrozen }: { citizenId: string; isFrozen: boolean }): Promise<void> {
  const key = { owner: citizenId, kind: 'wallet', asset: 'DUCAT' } as const;
  if (isFrozen) return freezeAccount(tx, await openAccount(tx, key));
  const accountId = await findAccount(tx, key);
  if (accountId === null) return;
  const [account] = await lookupAccounts(tx, [accountId]);
  if (account?.isFrozen === true) await unfreezeAccount(tx, accountId);
}
