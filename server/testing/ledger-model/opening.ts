import type { AccountRequest, AccountResult } from '#server/ledger/account-batches.ts';
import { systemAccountId } from '#server/ledger/accounts.ts';
import type { Ledger } from '#server/ledger/port.ts';
import { asSuperuser, type TestDatabase } from '#server/testing/database.ts';
import { transferId } from '#server/testing/ledger.ts';
import type { ConversionAccounts } from './conversion-requests.ts';
import type { ModelAccount } from './state.ts';

/** The accounts of one sequence. */
export interface OpenedAccounts {
  /** Those in ducats that items are drawn for, some more than once to be drawn more often. */
  accounts: bigint[];
  conversion: ConversionAccounts;
  /** Those of the house as earlier sequences left them: the one thing that a model is told of the books. */
  house: ModelAccount[];
  /** What was asked for and answered, the refused ones too. */
  requests: AccountRequest[];
  answers: AccountResult[];
  /** The wallet that may go below 0, by so much. */
  overdraft: { accountId: bigint; floorMinor: bigint };
  all: bigint[];
}

/**
 * Opens accounts of five new owners beside those of the house. The first owner has five accounts and the second one
 * two, so that there are sums over accounts; one account has an overdraft and one a ceiling.
 */
export async function openAccounts(database: TestDatabase, ledger: Ledger): Promise<OpenedAccounts> {
  const house = [systemAccountId('issuance', 'DUCAT'), systemAccountId('treasury', 'DUCAT')];
  const [bank, stripe] = [systemAccountId('bank', 'USD'), systemAccountId('stripe_balance', 'USD')];
  const liquidity = { ducat: systemAccountId('liquidity', 'DUCAT'), usd: systemAccountId('liquidity', 'USD') };
  const requests = requestsOfFive();
  const answers = await ledger.createAccounts(requests);
  const opened = answers.flatMap((answer) => (answer.status === 'created' ? [answer.id] : []));
  const own = opened.slice(0, 7);
  const [ducat = 0n, usd = 0n, dollars = 0n] = opened.slice(7);
  const [rich = 0n, poor = 0n, credit = 0n, small = 0n, , richEscrow = 0n] = own;
  // The product has no account with an overdraft yet, and no request opens one; the ledger knows it.
  const overdraft = { accountId: credit, floorMinor: -30n };
  await asSuperuser(database, `UPDATE ledger.account SET floor = -30 WHERE id = ${String(credit)}`);
  const ofHouse = [...house, ...Object.values(liquidity), bank, stripe];
  return {
    accounts: [...house, ...own, rich, rich, rich, richEscrow, poor, small],
    conversion: { liquidity: [liquidity, { ducat, usd }, liquidity], dollars: [bank, dollars] },
    house: await asLeft(ledger, ofHouse),
    requests,
    answers,
    overdraft,
    all: [...ofHouse, ...opened],
  };
}

/** Ten accounts, and then one of every request that opens none. */
function requestsOfFive(): AccountRequest[] {
  const [first = '', second = '', third = '', fourth = '', fifth = ''] = Array.from({ length: 5 }, () => transferId());
  const wallet = (owner: string, rest: Partial<AccountRequest> = {}): AccountRequest => {
    return { owner, kind: 'wallet', asset: 'DUCAT', ...rest };
  };
  return [
    ...[wallet(first), wallet(second), wallet(third), wallet(fourth, { ceilingMinor: 60n }), wallet(fifth)],
    { owner: first, kind: 'escrow', asset: 'DUCAT' },
    { owner: second, kind: 'escrow', asset: 'DUCAT' },
    { owner: first, kind: 'liquidity', asset: 'DUCAT' },
    { owner: first, kind: 'liquidity', asset: 'USD' },
    { owner: first, kind: 'receivable', asset: 'USD' },
    ...[wallet(first), wallet(''), wallet('a'.repeat(129)), wallet('house'), wallet(first, { kind: 'treasury' })],
    ...[wallet(first, { asset: 'USD' }), wallet(first, { floorMinor: -(10n ** 18n) })],
    ...[wallet(first, { ceilingMinor: -1n }), wallet(first, { floorMinor: -1n }), wallet(first, { floorMinor: 1n })],
    ...[wallet(first, { ceilingMinor: 5n }), wallet(fourth, { ceilingMinor: 61n })],
    { owner: first, kind: 'receivable', asset: 'USD', floorMinor: -5n },
    { owner: first, kind: 'receivable', asset: 'USD', ceilingMinor: -5n },
  ];
}

/** Accounts of the house as the port says they are. */
async function asLeft(ledger: Ledger, ids: readonly bigint[]): Promise<ModelAccount[]> {
  const left: ModelAccount[] = [];
  for (const account of await ledger.lookupAccounts(ids)) {
    const { id, owner, kind, asset, floorMinor, ceilingMinor, balanceMinor, reservedMinor, version } = account;
    const beginning = { balanceMinor, reservedMinor, version };
    left.push({
      ...{ id, owner, kind, asset, floorMinor, ceilingMinor, ...beginning, beginning, isHouse: true, entries: [] },
      ...{ frozen: account.isFrozen, closed: account.isClosed, netOfDay: await netsOf(ledger, id) },
    });
  }
  return left;
}

async function netsOf(ledger: Ledger, accountId: bigint): Promise<Map<string, bigint>> {
  const nets = new Map<string, bigint>();
  let after = '1000-01-01';
  for (;;) {
    const page = await ledger.dayTotals({ accountId, from: after, to: '9999-12-31', after, limit: 100 });
    for (const { day, netMinor } of page) nets.set(day, netMinor);
    const last = page.at(-1);
    if (page.length < 100 || last === undefined) return nets;
    after = last.day;
  }
}
