import { openAccount } from '#server/ledger/accounts.ts';
import { ledgerTime } from '#server/ledger/feed.ts';
import { lookupAccounts } from '#server/ledger/lookups.ts';
import type { Account } from '#server/ledger/lookups.ts';
import type { Tx } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { LotSource } from '#server/provenance/lots.ts';
import { projectAccounts } from '#server/provenance/project.ts';
import { lotsOf, lotsOfSource, type SourceShare } from '#server/provenance/queries.ts';
import { dateOf } from '#server/provenance/wire.ts';
import type { HeldEarning, WalletLot } from './dispute-rules.ts';

/** Where the ducats of a charge are at this moment, as the books say it. */

/** What clears so soon may have cleared when it is booked, so it counts as cleared. */
const clearingMarginMs = 60_000;
const roundsMax = 50;

export interface LocatedShare extends SourceShare {
  owner: string;
  accountKind: Account['kind'];
  /** Of the whole account, what nothing reserves. */
  availableMinor: bigint;
}

/**
 * Every wallet and escrow that holds ducats of a charge or what was earned with them, all projected up to what is booked,
 * beginning with the buyer's wallet.
 * Accounts of the house are left out: what they hold of it was paid to them.
 */
export async function locateCharge(
  tx: Tx,
  { charge, walletId }: { charge: LotSource; walletId: bigint },
): Promise<{ shares: LocatedShare[]; versions: Map<bigint, bigint> }> {
  // Where the ducats came in: what happened to them is found from there on.
  const versions = await projectAccounts(tx, [walletId]);
  for (let round = 0; round < roundsMax; round += 1) {
    const shares = await lotsOfSource(tx, charge, await earningTime(tx));
    const accounts = await lookupAccounts(tx, [...new Set(shares.map(({ accountId }) => accountId))]);
    const byId = new Map(accounts.filter(({ owner }) => owner !== 'house').map((account) => [account.id, account]));
    const unknown = [...byId.keys()].filter((id) => !versions.has(id));
    if (unknown.length === 0) return { shares: located(shares, byId), versions };
    const reached = await projectAccounts(tx, [...versions.keys(), ...unknown]);
    for (const [id, version] of reached) versions.set(id, version);
  }
  throw new Error('the ducats of a charge move faster than they can be found');
}

function located(shares: readonly SourceShare[], accounts: ReadonlyMap<bigint, Account>): LocatedShare[] {
  return shares.flatMap((share) => {
    const account = accounts.get(share.accountId);
    return account === undefined
      ? []
      : [{ ...share, owner: account.owner, accountKind: account.kind, availableMinor: account.availableMinor }];
  });
}

/** Earnings that other citizens still hold back, of what a charge paid. */
export function heldEarnings(shares: readonly LocatedShare[], buyerWalletId: bigint): HeldEarning[] {
  const found = new Map<bigint, bigint>();
  for (const { accountId, accountKind, kind, heldMinor } of shares) {
    if (accountKind !== 'wallet' || kind !== 'earned' || accountId === buyerWalletId || heldMinor === 0n) continue;
    found.set(accountId, (found.get(accountId) ?? 0n) + heldMinor);
  }
  return [...found].map(([accountId, amountMinor]) => ({ accountId, amountMinor }));
}

/**
 * Bought ducats of the charge itself that other citizens were sent, held or not: nothing was given for them here. Never more
 * than what is free in their wallet beside the earnings that may be taken from it.
 */
export function sentDucats(shares: readonly LocatedShare[], buyerWalletId: bigint): HeldEarning[] {
  const earned = new Map(heldEarnings(shares, buyerWalletId).map((held) => [held.accountId, held.amountMinor]));
  return shares.flatMap(({ accountId, accountKind, kind, isDirect, amountMinor, availableMinor }) => {
    if (accountKind !== 'wallet' || kind !== 'bought' || !isDirect || accountId === buyerWalletId) return [];
    const freeMinor = availableMinor - (earned.get(accountId) ?? 0n);
    const takenMinor = amountMinor < freeMinor ? amountMinor : freeMinor;
    return takenMinor > 0n ? [{ accountId, amountMinor: takenMinor }] : [];
  });
}

/** What a wallet holds, in its order of spending, with its version and what is available of it. */
export async function walletLots(
  tx: Tx,
  citizenId: string,
): Promise<{ accountId: bigint; version: bigint; availableMinor: bigint; lots: WalletLot[] }> {
  const accountId = await walletIdOf(tx, citizenId);
  const version = (await projectAccounts(tx, [accountId])).get(accountId) ?? 0n;
  const [account] = await lookupAccounts(tx, [accountId]);
  invariant(account !== undefined, 'a wallet that was opened is there');
  const lots = (await lotsOf(tx, accountId, { at: await earningTime(tx) })).flatMap(
    ({ kind, source, amountMinor }): WalletLot[] => (kind === 'stock' ? [] : [{ kind, source, amountMinor }]),
  );
  return { accountId, version, availableMinor: account.availableMinor, lots };
}

/** The account in which a citizen's debt stands; opened when there is none. */
export function receivableOf(tx: Tx, citizenId: string): Promise<bigint> {
  return openAccount(tx, { owner: citizenId, kind: 'receivable', asset: 'USD' });
}

/** The citizen's wallet; opened when there is none. */
export function walletIdOf(tx: Tx, citizenId: string): Promise<bigint> {
  return openAccount(tx, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' });
}

async function earningTime(tx: Tx): Promise<Date> {
  return new Date(dateOf(await ledgerTime(tx)).getTime() + clearingMarginMs);
}
