import type { Defect } from './planting.ts';

const many = 'ledger.post';
const single = 'ledger.post_single';

/** What the books refuse. */
export const refusalDefects: readonly Defect[] = [
  {
    name: 'the general loop asks for no floor, and neither does the table',
    substitutions: [
      {
        functionName: many,
        search: 'ELSIF act <> act_post AND a_balance[d] - moved - a_reserved[d] - reserve < a_floor[d] THEN',
        replacement: 'ELSIF false THEN',
      },
    ],
    sql: ['ALTER TABLE ledger.account DROP CONSTRAINT account_above_floor'],
    red: ['bank', 'two-phase'],
  },
  {
    name: 'a single transfer asks for no floor, and neither does the table',
    substitutions: [
      {
        functionName: single,
        search: 'ELSIF pair.d_balance - p_amount < pair.floor THEN',
        replacement: 'ELSIF false THEN',
      },
    ],
    sql: ['ALTER TABLE ledger.account DROP CONSTRAINT account_above_floor'],
    red: ['transfers', 'concurrency'],
  },
  {
    name: 'a single transfer may leave a frozen account',
    substitutions: [{ functionName: single, search: 'ELSIF pair.frozen THEN', replacement: 'ELSIF false THEN' }],
    red: ['single'],
  },
  {
    name: 'the general loop lets money leave a frozen account',
    substitutions: [
      { functionName: many, search: 'ELSIF a_frozen[d] AND act <> act_post THEN', replacement: 'ELSIF false THEN' },
    ],
    red: ['single', 'accounts'],
  },
  {
    name: 'a single transfer knows no ceiling',
    substitutions: [
      {
        functionName: single,
        search: 'ELSIF pair.c_balance + p_amount > pair.ceiling THEN',
        replacement: 'ELSIF false THEN',
      },
    ],
    red: ['single'],
  },
  {
    name: 'a single transfer may turn ducats into dollars',
    substitutions: [{ functionName: single, search: 'd.asset = c.asset AND', replacement: '' }],
    red: ['single'],
  },
  {
    name: 'an open breaker stops nothing',
    substitutions: [
      { functionName: many, search: 'IF control.breaker_open THEN', replacement: 'IF false THEN' },
      { functionName: single, search: 'NOT control.breaker_open AND', replacement: '' },
      { functionName: 'ledger.post_plain', search: 'is_open AND is_sound', replacement: 'is_sound' },
    ],
    red: ['checker'],
  },
  {
    name: 'an overdue pending stays open when its account is touched',
    substitutions: [{ functionName: many, search: 'AND y.expires_at <= time_booked', replacement: 'AND false' }],
    red: ['two-phase'],
  },
  {
    name: 'more may be reversed than was moved',
    substitutions: [
      {
        functionName: many,
        search: 'ELSIF r_reversed[slot] + moved > r_amount[slot] THEN',
        replacement: 'ELSIF moved > r_amount[slot] THEN',
      },
    ],
    red: ['two-phase'],
  },
  {
    name: 'a pending may be resolved twice',
    substitutions: [
      { functionName: many, search: 'ELSIF r_state[slot] <> rel_pending_open THEN', replacement: 'ELSIF false THEN' },
    ],
    red: ['two-phase', 'concurrency'],
  },
  {
    name: 'more may be posted than was reserved',
    substitutions: [
      { functionName: many, search: 'ELSIF moved > r_amount[slot] THEN', replacement: 'ELSIF false THEN' },
    ],
    red: ['two-phase'],
  },
];

/** What is written. */
export const amountDefects: readonly Defect[] = [
  {
    name: 'a batch keeps one centesimo of what it credits',
    substitutions: [
      {
        functionName: many,
        search: 'a_balance[c] := a_balance[c] + moved; a_version[c] := a_version[c] + 1; o_cv[i] := a_version[c];',
        replacement:
          'a_balance[c] := a_balance[c] + moved - 1; a_version[c] := a_version[c] + 1; o_cv[i] := a_version[c];',
      },
    ],
    red: ['transfers', 'bank'],
  },
  {
    name: 'a single transfer keeps one centesimo of what it credits',
    substitutions: [
      {
        functionName: single,
        search: 'SET balance = a.balance + CASE a.id WHEN p_debit THEN -p_amount ELSE p_amount END',
        replacement: 'SET balance = a.balance + CASE a.id WHEN p_debit THEN -p_amount ELSE p_amount - 1 END',
      },
    ],
    red: ['transfers', 'concurrency'],
  },
  {
    name: 'a batch does not count versions on the credit account',
    substitutions: [
      {
        functionName: many,
        search: 'a_version[c] := a_version[c] + 1; o_cv[i] := a_version[c];',
        replacement: 'o_cv[i] := a_version[c] + 1;',
      },
    ],
    red: ['transfers', 'bank'],
  },
  {
    name: 'a single transfer does not count versions',
    substitutions: [{ functionName: single, search: 'version = a.version + 1', replacement: 'version = a.version' }],
    red: ['transfers'],
  },
  {
    name: 'a single transfer skips a version',
    substitutions: [
      { functionName: single, search: 'version = a.version + 1', replacement: 'version = a.version + 2' },
    ],
    red: ['concurrency', 'queries'],
  },
  {
    name: 'a failed group is not undone on its debit accounts',
    substitutions: [
      {
        functionName: many,
        search: 'a_balance[d] := a_balance[d] + CASE WHEN p_actions[j] = act_pending THEN 0 ELSE o_amount[j] END;',
        replacement: '',
      },
    ],
    red: ['transfers', 'bank'],
  },
  {
    name: 'a failed group keeps what it reserved',
    substitutions: [{ functionName: many, search: 'a_reserved[d] := a_reserved[d] - reserve;', replacement: '' }],
    red: ['two-phase'],
  },
  {
    name: 'history follows the clock backwards',
    substitutions: [
      { functionName: many, search: "a_last + interval '1 microsecond');", replacement: "'-infinity');" },
      { functionName: single, search: "pair.last_time + interval '1 microsecond');", replacement: "'-infinity');" },
    ],
    red: ['two-phase'],
  },
];
