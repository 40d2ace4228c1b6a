import { inPost, inPostSingle, withoutFloor, type Defect } from './planting.ts';

/** What the books refuse. */
export const refusalDefects: readonly Defect[] = [
  {
    ...inPost(
      'the general loop asks for no floor, and neither does the table',
      [
        'ELSIF act <> act_post AND a_balance[d] - moved - a_reserved[d] - reserve < a_floor[d] THEN',
        'ELSIF false THEN',
      ],
      ['bank', 'two-phase'],
    ),
    sql: withoutFloor,
  },
  {
    ...inPostSingle(
      'a single transfer asks for no floor, and neither does the table',
      ['ELSIF pair.d_balance - p_amount < pair.floor THEN', 'ELSIF false THEN'],
      ['transfers', 'concurrency'],
    ),
    sql: withoutFloor,
  },
  inPostSingle(
    'a single transfer may leave a frozen account',
    ['ELSIF pair.frozen THEN', 'ELSIF false THEN'],
    ['single'],
  ),
  inPost(
    'the general loop lets money leave a frozen account',
    ['ELSIF a_frozen[d] AND act <> act_post THEN', 'ELSIF false THEN'],
    ['single', 'accounts'],
  ),
  inPostSingle(
    'a single transfer takes a closed account for an open one',
    ['IF pair.d_closed OR pair.c_closed THEN', 'IF false THEN'],
    ['single', 'accounts'],
  ),
  inPost(
    'the general loop takes a closed account for an open one',
    ['ELSIF a_closed[d] OR a_closed[c] THEN', 'ELSIF false THEN'],
    ['single', 'model'],
  ),
  inPost(
    'the general loop knows no ceiling',
    ['ELSIF moved > 0 AND a_balance[c] + moved - a_reserved[c] > a_ceiling[c] THEN', 'ELSIF false THEN'],
    ['single', 'model'],
  ),
  inPostSingle(
    'a single transfer knows no ceiling',
    ['ELSIF pair.c_balance + p_amount > pair.ceiling THEN', 'ELSIF false THEN'],
    ['single'],
  ),
  inPostSingle('a single transfer may turn ducats into dollars', ['d.asset = c.asset AND', ''], ['single']),
  {
    name: 'an open breaker stops nothing',
    substitutions: [
      { functionName: 'ledger.post', search: 'IF control.breaker_open THEN', replacement: 'IF false THEN' },
      { functionName: 'ledger.post_single', search: 'NOT control.breaker_open AND', replacement: '' },
      { functionName: 'ledger.post_plain', search: 'is_open AND is_sound', replacement: 'is_sound' },
    ],
    red: ['checker'],
  },
  inPost(
    'an overdue pending stays open when its account is touched',
    ['AND y.expires_at <= time_booked', 'AND false'],
    ['two-phase'],
  ),
  inPost(
    'more may be reversed than was moved',
    ['ELSIF r_reversed[slot] + moved > r_amount[slot] THEN', 'ELSIF moved > r_amount[slot] THEN'],
    ['two-phase'],
  ),
  inPost(
    'a pending may be resolved twice',
    ['ELSIF r_state[slot] <> rel_pending_open THEN', 'ELSIF false THEN'],
    ['two-phase', 'concurrency'],
  ),
  inPost(
    'more may be posted than was reserved',
    ['ELSIF moved > r_amount[slot] THEN', 'ELSIF false THEN'],
    ['two-phase'],
  ),
];

/** What is written. */
export const amountDefects: readonly Defect[] = [
  inPost(
    'a batch keeps one centesimo of what it credits',
    [
      'a_balance[c] := a_balance[c] + moved; a_version[c] := a_version[c] + 1; o_cv[i] := a_version[c];',
      'a_balance[c] := a_balance[c] + moved - 1; a_version[c] := a_version[c] + 1; o_cv[i] := a_version[c];',
    ],
    ['transfers', 'bank'],
  ),
  inPostSingle(
    'a single transfer keeps one centesimo of what it credits',
    [
      'SET balance = a.balance + CASE a.id WHEN p_debit THEN -p_amount ELSE p_amount END',
      'SET balance = a.balance + CASE a.id WHEN p_debit THEN -p_amount ELSE p_amount - 1 END',
    ],
    ['transfers', 'concurrency'],
  ),
  inPost(
    'a batch does not count versions on the credit account',
    ['a_version[c] := a_version[c] + 1; o_cv[i] := a_version[c];', 'o_cv[i] := a_version[c] + 1;'],
    ['transfers', 'bank'],
  ),
  inPostSingle(
    'a single transfer does not count versions',
    ['version = a.version + 1', 'version = a.version'],
    ['transfers'],
  ),
  inPostSingle(
    'a single transfer skips a version',
    ['version = a.version + 1', 'version = a.version + 2'],
    ['concurrency', 'queries'],
  ),
  inPost(
    'a failed group is not undone on its debit accounts',
    ['a_balance[d] := a_balance[d] + CASE WHEN p_actions[j] = act_pending THEN 0 ELSE o_amount[j] END;', ''],
    ['transfers', 'bank'],
  ),
  inPost('a failed group keeps what it reserved', ['a_reserved[d] := a_reserved[d] - reserve;', ''], ['two-phase']),
  {
    name: 'history follows the clock backwards',
    substitutions: [
      { functionName: 'ledger.post', search: "a_last + interval '1 microsecond');", replacement: "'-infinity');" },
      {
        functionName: 'ledger.post_single',
        search: "pair.last_time + interval '1 microsecond');",
        replacement: "'-infinity');",
      },
    ],
    red: ['two-phase'],
  },
];

/** What a day of an account is closed with, and the next one begins with. */
export const dayDefects: readonly Defect[] = [
  inPost(
    'the general loop forgets the account’s day before',
    ['IF a_oldest_day < today THEN', 'IF false THEN'],
    ['day-queries', 'model'],
  ),
  inPost(
    'the general loop counts the day before once more',
    ['CASE WHEN a.day = today THEN a.day_net ELSE 0 END', 'a.day_net'],
    ['day-queries', 'model'],
  ),
  inPostSingle(
    'a single transfer does not close the day before',
    ['pair.is_plain AND coalesce(pair.day, today) = today', 'pair.is_plain'],
    ['day-queries', 'model'],
  ),
  inPostSingle(
    'a single transfer forgets what its day already had',
    ['day_net = a.day_net + CASE', 'day_net = CASE'],
    ['day-queries', 'single', 'model'],
  ),
];
