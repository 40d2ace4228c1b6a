import { systemAccountId } from '#server/ledger/accounts.ts';
import { lookupAccounts, lookupTransfers } from '#server/ledger/lookups.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { bindTemplate } from '#server/ledger/templates.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import { amountMinorMax } from '#server/money/money.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { derivedId } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { defaultSettings } from './packages.ts';
import { feeReleaseTemplate } from '#server/payments/templates/templates.ts';

const issuance = systemAccountId('issuance', 'DUCAT');
const treasury = systemAccountId('treasury', 'DUCAT');
const promotion = systemAccountId('promotion', 'DUCAT');
const fees = systemAccountId('fees', 'DUCAT');
const float = systemAccountId('ducat_float', 'USD');

/** Balances, in minor units. */
export interface FeeBalances {
  issuanceMinor: bigint;
  treasuryMinor: bigint;
  promotionMinor: bigint;
  feesMinor: bigint;
  floatMinor: bigint;
}

export interface FeeRelease {
  ducatsMinor: bigint;
  dollarsMinor: bigint;
}

/**
 * What of the earned fees is surely covered by the float: afterwards the float still pays the base price of every ducat
 * that is neither the house's nor a fee, whatever its colour (server/decisions/0006). Rounded down to whole cents.
 */
export function releasableFees(
  balances: FeeBalances,
  ducatMinorPerCent: bigint = defaultSettings.ducatMinorPerCent,
): FeeRelease {
  const { issuanceMinor, treasuryMinor, promotionMinor, feesMinor, floatMinor } = balances;
  const outsideMinor = -issuanceMinor - treasuryMinor - promotionMinor - feesMinor;
  const neededMinor = (outsideMinor + ducatMinorPerCent - 1n) / ducatMinorPerCent;
  const earnedMinor = feesMinor / ducatMinorPerCent;
  const spareMinor = floatMinor - (neededMinor > 0n ? neededMinor : 0n);
  const mostMinor = amountMinorMax / ducatMinorPerCent;
  const least = [earnedMinor, spareMinor, mostMinor].reduce((left, right) => (left < right ? left : right));
  const dollarsMinor = least > 0n ? least : 0n;
  return { ducatsMinor: dollarsMinor * ducatMinorPerCent, dollarsMinor };
}

export interface FeeReleaseOptions {
  /** Any moment of the UTC day that it is for. */
  time: Date;
  secret: string;
}

/**
 * Releases the float of earned fees into `fee_income`, at most once per UTC day: the ids are made of the day. Returns what
 * this call booked; null where the day has its release already or nothing can be released. Posting is the transaction's
 * last statement. Two calls at once: one books, and the other gets `exists` or is refused `id_content_mismatch`.
 */
export async function releaseFees(tx: Tx, options: FeeReleaseOptions): Promise<FeeRelease | null> {
  const idOf = (leg: string): string => releaseId(options, leg);
  const known = await lookupTransfers(tx, [idOf('ducats')]);
  if (known.length > 0) return null;
  const release = releasableFees(await feeBalances(tx));
  if (release.dollarsMinor === 0n) return null;
  const legs = bindTemplate(feeReleaseTemplate, {
    amounts: { ducats: release.ducatsMinor, dollars: release.dollarsMinor },
    parties: {},
    idOf,
    reference: dayOf(options.time),
  });
  const [first] = await postLinked(tx, legs.map(withinTheFloat));
  return first?.status === 'created' ? release : null;
}

/** The float has no floor of its own, because refunds may need it; this release must not open a hole in it. */
function withinTheFloat(leg: TransferRequest): TransferRequest {
  if (leg.debitAccountId !== float) return leg;
  return { ...leg, condition: { debit: { balanceAtLeastMinor: leg.amountMinor } } };
}

/** Read in one statement, so that they are of one moment. */
async function feeBalances(db: Db): Promise<FeeBalances> {
  const accounts = await lookupAccounts(db, [issuance, treasury, promotion, fees, float]);
  const [issued, kept, promoted, earned, owed] = accounts.map((account) => account.balanceMinor);
  const isWhole =
    issued !== undefined && kept !== undefined && promoted !== undefined && earned !== undefined && owed !== undefined;
  invariant(isWhole, 'the house has its accounts');
  return { issuanceMinor: issued, treasuryMinor: kept, promotionMinor: promoted, feesMinor: earned, floatMinor: owed };
}

function releaseId({ time, secret }: FeeReleaseOptions, leg: string): string {
  const day = dayOf(time);
  return derivedId({
    time: new Date(`${day}T00:00:00.000Z`),
    principal: 'house',
    kind: 'fee_release',
    key: day,
    leg,
    secret: deriveKey(secret, 'ledger-ids'),
  });
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
