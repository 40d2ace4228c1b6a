import { systemAccountId, type AccountKey } from '#server/ledger/accounts.ts';
import { accountKindOf, accountKinds, assets } from '#server/ledger/kinds.ts';
import { asSuperuser, type TestDatabase } from '#server/testing/database.ts';
import { transferId } from '#server/testing/ledger.ts';
import type { ConversionAccounts } from './conversion-requests.ts';
import { dayOf, type ModelAccount } from './state.ts';

/** The accounts of one sequence. */
export interface OpenedAccounts {
  /** Those in ducats that items are drawn for, some more than once to be drawn more often. */
  accounts: bigint[];
  conversion: ConversionAccounts;
  /** All of them as they are. */
  states: ModelAccount[];
}

/**
 * Opens accounts of five new owners beside those of the house. The first owner has five accounts and the second one
 * two, so that there are sums over accounts; one account has an overdraft and one a ceiling.
 */
export async function openAccounts(database: TestDatabase): Promise<OpenedAccounts> {
  const house = [systemAccountId('issuance', 'DUCAT'), systemAccountId('treasury', 'DUCAT')];
  const [bank, stripe] = [systemAccountId('bank', 'USD'), systemAccountId('stripe_balance', 'USD')];
  const liquidity = { ducat: systemAccountId('liquidity', 'DUCAT'), usd: systemAccountId('liquidity', 'USD') };
  const owners = Array.from({ length: 5 }, () => transferId());
  const [first = '', second = ''] = owners;
  const opened = await openAll(database, [
    ...owners.map((owner): AccountKey => ({ owner, kind: 'wallet', asset: 'DUCAT' })),
    { owner: first, kind: 'escrow', asset: 'DUCAT' },
    { owner: second, kind: 'escrow', asset: 'DUCAT' },
    { owner: first, kind: 'liquidity', asset: 'DUCAT' },
    { owner: first, kind: 'liquidity', asset: 'USD' },
    { owner: first, kind: 'receivable', asset: 'USD' },
  ]);
  const own = opened.slice(0, 7);
  const [ducat = 0n, usd = 0n, dollars = 0n] = opened.slice(7);
  const [rich = 0n, poor = 0n, credit = 0n, small = 0n, , richEscrow = 0n] = own;
  // The product has no account with a ceiling or an overdraft yet; the ledger knows both.
  await asSuperuser(
    database,
    `UPDATE ledger.account SET floor = CASE WHEN id = ${String(credit)} THEN -30 ELSE floor END,
       ceiling = CASE WHEN id = ${String(small)} THEN 60 END WHERE id IN (${String(credit)}, ${String(small)})`,
  );
  const conversion = { liquidity: [liquidity, { ducat, usd }, liquidity], dollars: [bank, dollars] };
  return {
    accounts: [...house, ...own, rich, rich, rich, richEscrow, poor, small],
    conversion,
    states: await statesOf(database, [...house, ...opened, ...Object.values(liquidity), bank, stripe]),
  };
}

/** In one statement: there are thousands of sequences. */
async function openAll(database: TestDatabase, keys: readonly AccountKey[]): Promise<bigint[]> {
  const rows = await database.client.$queryRaw<{ id: bigint }[]>`
    SELECT ledger.open_account(r.owner, r.kind, r.asset) AS id
    FROM unnest(${keys.map(({ owner }) => owner)}::text[],
      ${keys.map(({ kind, asset }) => accountKindOf(kind, asset)?.code ?? 0)}::smallint[],
      ${keys.map(({ asset }) => assets[asset])}::smallint[]) WITH ORDINALITY AS r (owner, kind, asset, position)
    ORDER BY r.position`;
  return rows.map(({ id }) => id);
}

async function statesOf(database: TestDatabase, ids: bigint[]): Promise<ModelAccount[]> {
  const rows = await database.client.ledgerAccount.findMany({ where: { id: { in: ids } } });
  // What earlier sequences left on accounts of the house.
  const days = await database.client.$queryRaw<{ account_id: bigint; day: Date; net: bigint }[]>`
    SELECT account_id, day, net FROM ledger.account_day WHERE account_id = ANY (${ids}::bigint[])
    UNION ALL SELECT id, day, day_net FROM ledger.account WHERE id = ANY (${ids}::bigint[]) AND day_net <> 0`;
  return rows.map(({ balance, reserved, floor, ceiling, ...row }) => {
    const definition = accountKinds.find(({ code, asset }) => code === row.kind && assets[asset] === row.asset);
    if (definition === undefined) throw new Error('every account is of a known kind');
    const { asset, name: kind } = definition;
    const { id, owner, version, frozen, closed } = row;
    const netOfDay = new Map<string, bigint>();
    for (const { day, net } of days.filter(({ account_id: account }) => account === id)) {
      const date = dayOf(day.getTime());
      netOfDay.set(date, (netOfDay.get(date) ?? 0n) + net);
    }
    const isHouse = owner === 'house';
    const amounts = { balanceMinor: balance, reservedMinor: reserved, floorMinor: floor, ceilingMinor: ceiling };
    return { id, owner, kind, asset, version, frozen, closed, isHouse, netOfDay, entries: [], ...amounts };
  });
}
