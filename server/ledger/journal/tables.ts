/**
 * What a journal holds: one section per table that is truth, column by column. Everything else in the schema is
 * named here too, with the reason why it is not in the file; a test compares these lists with the database, so that
 * a column which a migration adds cannot be forgotten.
 */

/** How a column is written: numbers of 64 bits as decimal text, times as ISO 8601 with microseconds in UTC. */
const columnTypes = ['bigint', 'smallint', 'integer', 'boolean', 'uuid', 'text', 'time', 'date', 'jsonb'] as const;
export type ColumnType = (typeof columnTypes)[number];

export interface Column {
  type: ColumnType;
  isNullable: boolean;
}

export interface JournalTable {
  /** Where it is: what is not of the ledger itself is said by the domain that owns it. */
  schema: 'ledger' | 'public';
  /** Its name in the schema, and the `type` of its lines. */
  name: string;
  /** In the order in which they are written. */
  columns: ReadonlyMap<string, Column>;
  /** What orders its rows and tells them apart; empty for a table of one row. */
  key: readonly string[];
  /** What an export reads: the table, or for transfers the view of them that knows the archive too. */
  readFrom: string;
}

/** What another domain knows of the transfers and nobody could find again from them. It follows the ledger's sections. */
export interface FurtherTruth {
  sections: readonly JournalTable[];
  /** Tables that follow from all of it: they must be empty before an import, and their domain finds them again. */
  derived: readonly string[];
}

export const nothingFurther: FurtherTruth = { sections: [], derived: [] };

/** The rows that the migrations brought. They stand in the header and must be the same on both sides. */
export const referenceTables: readonly JournalTable[] = [
  table('asset', ['code'], 'code smallint, name text, scale smallint'),
  table(
    'account_kind',
    ['code', 'asset'],
    'code smallint, asset smallint, name text, floor bigint?, house_account bigint?, per_owner boolean',
  ),
  table('transfer_kind', ['code'], 'code smallint, name text'),
  table('refusal', ['code'], 'code smallint, name text, final boolean'),
];

/** The sections, in the order of the file: each row names only rows of sections before it. */
export const sections: readonly JournalTable[] = [
  table(
    'control',
    [],
    'breaker_open boolean, breaker_reason text?, breaker_changed_at time?, clock_offset_microseconds bigint',
  ),
  table('breaker_event', ['id'], 'id bigint, occurred_at time, opened boolean, actor text, reason text'),
  table(
    'account',
    ['id'],
    `id bigint, owner text, kind smallint, asset smallint, floor bigint?, ceiling bigint?, frozen boolean,
     closed boolean, balance bigint, reserved bigint, version bigint`,
  ),
  {
    ...table(
      'transfer',
      ['id'],
      `id uuid, debit_account_id bigint, credit_account_id bigint, amount bigint, booked_at time, debit_version bigint?,
       credit_version bigint?, kind smallint, action smallint, mode smallint, outcome smallint, group_size smallint?,
       timeout_seconds integer?, requested_amount bigint?, related_id uuid?, group_id uuid?, reference text?,
       effective_date date?, refused_field text?, options jsonb?`,
    ),
    readFrom: 'recorded_transfer',
  },
  table(
    'entry',
    ['account_id', 'version'],
    `account_id bigint, version bigint, amount bigint, balance bigint, reserved bigint, booked_at time,
     transfer_id uuid, kind smallint`,
  ),
  table(
    'conversion',
    ['transfer_id'],
    `transfer_id uuid, first_transfer_id uuid, numerator bigint, denominator bigint, exact_side smallint,
     remainder bigint`,
  ),
  table('owner_guard', ['owner'], 'owner text'),
  table(
    'velocity_limit',
    ['owner', 'asset', 'kind', 'side', 'period'],
    `owner text, asset smallint, kind smallint, side smallint, period smallint, amount_max bigint?,
     count_max bigint?`,
  ),
  table('account_group', ['name'], 'name text'),
  table('account_group_kind', ['group_name', 'kind', 'asset'], 'group_name text, kind smallint, asset smallint'),
  table(
    'balance_monitor',
    ['id'],
    'id bigint, account_id bigint, measure smallint, comparison smallint, threshold bigint',
  ),
  table(
    'monitor_event',
    ['monitor_id', 'version'],
    'monitor_id bigint, account_id bigint, version bigint, figure bigint, occurred_at time',
  ),
  table(
    'correction',
    ['id'],
    `id uuid, corrected_transfer_id uuid, amount_minor bigint, reason text, proposed_by text, proposed_at time,
     decided_by text?, decided_at time?, decision text?, refused_code text?`,
  ),
  table(
    'seal',
    ['month'],
    `month date, sealed_at time, sealed_by text, transfers bigint, refusals bigint, amounts jsonb,
     transfers_digest text, accounts bigint, accounts_digest text, previous_hash text?, hash text`,
  ),
  table(
    'seal_account',
    ['month', 'account_id'],
    `month date, account_id bigint, version bigint, balance bigint, reserved bigint, booked_at time,
     closing_version bigint, closing_balance bigint, day_balance bigint, entries_digest text`,
  ),
  table('seal_detachment', ['month'], 'month date, detached_at time, detached_by text'),
];

/** Columns of the tables above that are not in the file, and how an import finds them. */
export const columnsLeftOut: Readonly<Record<string, string>> = {
  'control.only_row': 'always true',
  'control.ids_from': 'the months that the importing database has, after the sealed ones',
  'control.ids_until': 'the months that the importing database has',
  'control.archived_from': 'the first month that the seals say is in the archive',
  'control.archived_until': 'the end of the last month that the seals say is in the archive',
  'control.kinds': 'the kinds of transfers in the header',
  'control.guards_exist': 'whether there are limits',
  'account.last_time': 'the time of the last entry',
  'account.day': 'the UTC day of the last entry',
  'account.day_net': 'the entries of that day that belong to it',
  'account.guarded': 'whether its owner has limits',
  'account.monitored': 'whether it has monitors',
  'account.room': 'blanks of a new account, which say nothing',
  'monitor_event.xid': 'the number of the importing transaction',
  'monitor_event.id': 'counted anew, in the order of the times',
};

/** Tables that are not in the file, and how an import finds their rows. */
export const tablesLeftOut: Readonly<Record<string, string>> = {
  transfer_partition: 'the months from the first transfer on, without those that the seals say are in the archive',
  recorded_transfer: 'a view of transfers, wherever they are',
  open_pending: 'the pending transfers that nothing ended',
  pending_resolution: 'the transfers that ended a pending',
  reversal_total: 'the sum of the reversals of a transfer',
  account_day: 'the sum of the entries of an effective day',
  entry_effective: 'the entries of transfers with another effective day than the day they were booked on',
  velocity_bucket: 'what the owners with limits did in the last thirty days',
  check_run: 'none: what was read of other books says nothing about these',
  check_point: 'none, so that the next check reads everything',
  rollup_fold: 'zero, as in an empty database',
  rollup_tail: 'what the import brought, one row for each kind of account',
};

/** A table of another domain, said as those of the ledger above: each column with its type, `?` where it may be null. */
export function furtherTable(name: string, key: readonly string[], columns: string): JournalTable {
  return { ...table(name, key, columns), schema: 'public' };
}

function table(name: string, key: readonly string[], columns: string): JournalTable {
  const pairs = columns.split(',').map((column): [string, Column] => {
    const [columnName = '', type = ''] = column.trim().split(' ');
    return [columnName, { type: columnType(type.replace('?', '')), isNullable: type.endsWith('?') }];
  });
  return { schema: 'ledger', name, key, columns: new Map(pairs), readFrom: name };
}

function columnType(name: string): ColumnType {
  const found = columnTypes.find((type) => type === name);
  if (found === undefined) throw new TypeError(`"${name}" is no type of a journal's column`);
  return found;
}
