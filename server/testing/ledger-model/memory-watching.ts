import type { GroupTotal, AccountGroup } from '#server/ledger/groups.ts';
import type { BalanceMonitor } from '#server/ledger/monitors.ts';
import type { ModelAccount } from './state.ts';

/** A monitor from the version on at which it was set until the one at which it was taken away. */
export interface Watching extends BalanceMonitor {
  id: bigint;
  sinceVersion: bigint;
  /** What it measured when it was set. */
  figureThen: bigint;
  untilVersion: bigint | null;
}

/** How often a figure went over the line while somebody watched. */
export function crossingsOf(watching: Watching, account: ModelAccount): number {
  const { sinceVersion, untilVersion, measure, figureThen } = watching;
  const watched = account.entries.filter(({ version }) => {
    return version > sinceVersion && (untilVersion === null || version <= untilVersion);
  });
  let crossings = 0;
  let before = figureThen;
  for (const { balanceAfterMinor, reservedAfterMinor } of watched) {
    const figure = measure === 'balance' ? balanceAfterMinor : balanceAfterMinor - reservedAfterMinor;
    if (isMet(watching, figure) && !isMet(watching, before)) crossings += 1;
    before = figure;
  }
  return crossings;
}

function isMet({ comparison, thresholdMinor }: BalanceMonitor, figure: bigint): boolean {
  return comparison === 'below' ? figure < thresholdMinor : figure >= thresholdMinor;
}

export function figureOf({ measure }: BalanceMonitor, { balanceMinor, reservedMinor }: ModelAccount): bigint {
  return measure === 'balance' ? balanceMinor : balanceMinor - reservedMinor;
}

/** Accounts as they are, and as they were when they were folded last. */
export interface Holdings {
  accounts: readonly ModelAccount[];
  folded: readonly ModelAccount[];
  foldedAt: Date;
}

/** What the members hold, each looked at, and what they held at the last folding. */
export function totalOf(group: AccountGroup, { accounts, folded, foldedAt }: Holdings, asOf: Date): GroupTotal {
  const { balanceMinor: totalMinor, reservedMinor } = heldBy(group, accounts);
  const { balanceMinor: foldedMinor, reservedMinor: foldedReservedMinor } = heldBy(group, folded);
  const [tailMinor, tailReservedMinor] = [totalMinor - foldedMinor, reservedMinor - foldedReservedMinor];
  return {
    ...{ asset: group.asset, totalMinor, reservedMinor, availableMinor: totalMinor - reservedMinor },
    ...{ foldedMinor, foldedReservedMinor, tailMinor, tailReservedMinor },
    ...{ tailRows: 0, horizon: 0n, foldedAt, asOf },
  };
}

function heldBy(
  group: AccountGroup,
  accounts: readonly ModelAccount[],
): { balanceMinor: bigint; reservedMinor: bigint } {
  const members = accounts.filter(({ kind, asset }) => asset === group.asset && group.kinds.includes(kind));
  return {
    balanceMinor: members.reduce((sum, member) => sum + member.balanceMinor, 0n),
    reservedMinor: members.reduce((sum, member) => sum + member.reservedMinor, 0n),
  };
}
