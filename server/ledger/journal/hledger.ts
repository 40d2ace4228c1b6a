import type { Client } from 'pg';
import { actionNames, chartName, commodities, encoded } from '#server/ledger/journal/hledger-names.ts';
import { pagesOf } from '#server/ledger/journal/rows.ts';
import { invariant } from '#server/platform/invariant.ts';

/** What an hledger file holds. */
export interface HledgerCounts {
  accounts: number;
  transactions: number;
  assertions: number;
}

/**
 * Writes the books as a journal that hledger reads: an `account` directive for each account, one transaction for each
 * transfer that moved money, and at the end the balance of each account as an assertion, so that `hledger check`
 * finds a file in which an amount was changed.
 *
 * Signs are those of bookkeeping: a debit is positive and a credit negative, so hledger's balance of an account is
 * ours with the other sign. Refusals, pending transfers and their ends move no money and are left out; what posts a
 * pending transfer is in. The date is the effective date, or the UTC day of booking. Shape:
 * https://hledger.org/1.25/hledger.html#journal-format.
 *
 * The client must be in a transaction that sees one moment (`withSnapshot`).
 */
export async function* exportHledger(
  client: Client,
  report: (section: string, rows: number) => void = () => undefined,
): AsyncGenerator<string, HledgerCounts> {
  const counts: HledgerCounts = { accounts: 0, transactions: 0, assertions: 0 };
  yield '; Debits are positive, credits negative. Code: id of the transfer.\n';
  yield `${Object.values(commodities)
    .map(({ symbol, scale }) => `commodity ${written(10n ** BigInt(scale + 3), { symbol, scale })}`)
    .join('\n')}\n\n`;
  for await (const rows of pagesOf<AccountRow>(client, accountsSql)) {
    yield rows.map((row) => `account ${accountName(row)}\n`).join('');
    counts.accounts += rows.length;
  }
  for await (const rows of pagesOf<TransferRow>(client, transfersSql)) {
    yield rows.map(transaction).join('');
    counts.transactions += rows.length;
    report('transfer', counts.transactions);
  }
  const lastDay = await lastDayOf(client);
  for await (const rows of pagesOf<AccountRow>(client, accountsSql)) {
    if (lastDay === null) break;
    yield `\n${rows.map((row) => assertion(row, lastDay)).join('')}`;
    counts.assertions += rows.length;
  }
  return counts;
}

interface AccountRow {
  owner: string;
  kind: number;
  asset: number;
  balance: string;
}

interface TransferRow {
  id: string;
  day: string;
  kind: string;
  action: number;
  amount: string;
  reference: string | null;
  related_id: string | null;
  group_id: string | null;
  asset: number;
  debit_owner: string;
  debit_kind: number;
  credit_owner: string;
  credit_kind: number;
}

const accountsSql = 'SELECT a.owner, a.kind, a.asset, a.balance::text AS balance FROM ledger.account a ORDER BY a.id';

const moved = 't.outcome = 0 AND t.amount > 0 AND t.action IN (1, 3, 6)';
const day = `coalesce(t.effective_date, (t.booked_at AT TIME ZONE 'UTC')::date)`;

const transfersSql = `
  SELECT t.id::text AS id, to_char(${day}, 'YYYY-MM-DD') AS day, k.name AS kind, t.action, t.amount::text AS amount,
         t.reference, t.related_id::text AS related_id, t.group_id::text AS group_id, d.asset,
         d.owner AS debit_owner, d.kind AS debit_kind, c.owner AS credit_owner, c.kind AS credit_kind
  FROM ledger.recorded_transfer t
  JOIN ledger.account d ON d.id = t.debit_account_id
  JOIN ledger.account c ON c.id = t.credit_account_id
  JOIN ledger.transfer_kind k ON k.code = t.kind
  WHERE ${moved} ORDER BY t.id`;

async function lastDayOf(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ day: string | null }>(
    `SELECT to_char(max(${day}), 'YYYY-MM-DD') AS day FROM ledger.recorded_transfer t WHERE ${moved}`,
  );
  return rows[0]?.day ?? null;
}

function transaction(row: TransferRow): string {
  const tags = [
    ...(row.reference === null ? [] : [`reference:${encoded(row.reference)}`]),
    ...(row.related_id === null ? [] : [`${actionNames[row.action] ?? 'about'}:${row.related_id}`]),
    ...(row.group_id === null ? [] : [`group:${row.group_id}`]),
  ];
  const comment = tags.length === 0 ? '' : `  ; ${tags.join(', ')}`;
  const commodity = commodityOf(row.asset);
  const amount = BigInt(row.amount);
  const debit = accountName({ owner: row.debit_owner, kind: row.debit_kind, asset: row.asset });
  const credit = accountName({ owner: row.credit_owner, kind: row.credit_kind, asset: row.asset });
  return (
    `\n${row.day} * (${row.id}) ${row.kind}${comment}\n` +
    `    ${debit}  ${written(amount, commodity)}\n    ${credit}  ${written(-amount, commodity)}\n`
  );
}

/** Moves nothing and says what the account holds after everything. */
function assertion(row: AccountRow, lastDay: string): string {
  const commodity = commodityOf(row.asset);
  const balance = written(-BigInt(row.balance), commodity);
  return `${lastDay} * closing balance\n    ${accountName(row)}  ${written(0n, commodity)} = ${balance}\n`;
}

function accountName({ owner, kind, asset }: Pick<AccountRow, 'owner' | 'kind' | 'asset'>): string {
  return `${chartName(kind, asset)}:${encoded(owner)}`;
}

interface Commodity {
  symbol: string;
  /** Digits behind the point. */
  scale: number;
}

function commodityOf(asset: number): Commodity {
  const commodity = commodities[asset];
  invariant(commodity !== undefined, 'every asset has its commodity');
  return commodity;
}

/** Minor units as a decimal number, exactly. */
function written(amountMinor: bigint, { symbol, scale }: Commodity): string {
  const digits = (amountMinor < 0n ? -amountMinor : amountMinor).toString().padStart(scale + 1, '0');
  const sign = amountMinor < 0n ? '-' : '';
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)} ${symbol}`;
}
