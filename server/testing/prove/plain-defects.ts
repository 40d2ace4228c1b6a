import { inPostPlain, withoutFloor, type Defect } from './planting.ts';

function planted(name: string, change: readonly [string, string], red: readonly string[]): Defect {
  return inPostPlain(`a plain batch ${name}`, change, red);
}

/** The same promises as in the other two forms of the posting function, and the ones of handing over. */
export const plainDefects: readonly Defect[] = [
  planted(
    'locks its accounts in the order of its items',
    [
      '-- 1. Lock.',
      `FOR k IN 1 .. n LOOP
         PERFORM FROM ledger.account a WHERE a.id = p_debits[k] FOR NO KEY UPDATE;
         PERFORM FROM ledger.account a WHERE a.id = p_credits[k] FOR NO KEY UPDATE;
       END LOOP;
       -- 1. Lock.`,
    ],
    ['concurrency'],
  ),
  planted('does not lock its accounts', ['ORDER BY a.id FOR NO KEY UPDATE) l;', 'ORDER BY a.id) l;'], ['concurrency']),
  {
    ...planted(
      'asks for no floor, and neither does the table',
      ['ELSIF debited >= a_low[d] AND', 'ELSIF (debited >= a_low[d] OR a_low[d] = 0) AND'],
      ['plain', 'transfers', 'concurrency'],
    ),
    sql: withoutFloor,
  },
  planted(
    'may empty a frozen account',
    ['CASE WHEN l.frozen OR l.closed THEN never', 'CASE WHEN l.closed THEN never'],
    ['plain'],
  ),
  planted(
    'fills a closed account',
    ['CASE WHEN l.closed THEN -never ELSE', 'CASE WHEN false THEN -never ELSE'],
    ['plain'],
  ),
  planted('knows no ceiling', ['least(l.ceiling, balance_max)', 'balance_max'], ['plain']),
  planted('does not look up whether its ids exist', ['is_special := FOUND;', 'is_special := false;'], ['plain']),
  planted(
    'does not keep its refusals',
    ['unnest(o_field) AS field) r ORDER BY r.id;', 'unnest(o_field) AS field) r WHERE r.code = 0 ORDER BY r.id;'],
    ['plain'],
  ),
  planted('does not tell of a refusal', ['r WHERE r.code > 0;', 'r WHERE r.code > 50;'], ['plain', 'transfers']),
  planted(
    'keeps one centesimo of what it credits',
    ['a_balance[c] := credited;', 'a_balance[c] := credited - 1;'],
    ['plain', 'concurrency'],
  ),
  planted(
    'does not count versions on the credit account',
    ['next_version := a_version[c] + 1; a_version[c] := next_version;', 'next_version := a_version[c] + 1;'],
    ['plain'],
  ),
  planted('forgets what is reserved', ['bool_or(l.monitored OR l.reserved > 0)', 'bool_or(l.monitored)'], ['plain']),
  planted('tells nobody who watches', ['bool_or(l.monitored OR l.reserved > 0)', 'bool_or(l.reserved > 0)'], ['plain']),
  planted('turns ducats into dollars', ['IF NOT is_one_asset AND a_asset[d]', 'IF false AND a_asset[d]'], ['plain']),
  {
    name: 'a plain batch knows no limits',
    substitutions: [
      { functionName: 'ledger.post_plain', search: 'AND NOT guards_exist AND', replacement: 'AND' },
      { functionName: 'ledger.post_plain', search: 'IF is_guarded THEN', replacement: 'IF false THEN' },
    ],
    red: ['plain'],
  },
  planted(
    'leaves the totals of groups as they were',
    ['IF NOT is_one_kind THEN', 'IF false THEN'],
    ['plain', 'groups'],
  ),
  planted('forgets the account’s day before', ['IF a_oldest_day < today THEN', 'IF false THEN'], ['plain']),
  planted('follows the clock backwards', ["a_last + interval '1 microsecond');", "'-infinity');"], ['plain']),
];
