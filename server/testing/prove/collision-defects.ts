import type { Defect } from './planting.ts';

const many = 'ledger.post';
const single = 'ledger.post_single';

/** What keeps calls apart. */
export const lockDefects: readonly Defect[] = [
  {
    name: 'accounts of a batch are locked in the order of its items',
    substitutions: [
      {
        functionName: many,
        search: '-- Guards come before accounts.',
        replacement: `FOR k IN 1 .. n LOOP
          PERFORM FROM ledger.account a WHERE a.id = p_debits[k] FOR NO KEY UPDATE;
          PERFORM FROM ledger.account a WHERE a.id = p_credits[k] FOR NO KEY UPDATE;
        END LOOP;
        -- Guards come before accounts.`,
      },
    ],
    red: ['bank'],
  },
  {
    name: 'the accounts of a single transfer are locked debit first',
    substitutions: [{ functionName: single, search: 'IF p_debit < p_credit THEN', replacement: 'IF true THEN' }],
    red: ['concurrency'],
  },
  {
    name: 'accounts are not locked at all',
    substitutions: [
      { functionName: many, search: 'ORDER BY a.id FOR NO KEY UPDATE) l;', replacement: 'ORDER BY a.id) l;' },
    ],
    red: ['bank'],
  },
  {
    name: 'the guard of an owner is not locked',
    substitutions: [
      {
        functionName: many,
        search: 'WHERE g.owner = ANY (guard_owners) ORDER BY g.owner FOR NO KEY UPDATE;',
        replacement: 'WHERE g.owner = ANY (guard_owners) ORDER BY g.owner;',
      },
    ],
    red: ['owner-condition'],
  },
];

/** What makes an id happen once, and its answer stay. */
export const keyDefects: readonly Defect[] = [
  {
    name: 'an id has no unique key',
    sql: ['ALTER TABLE ledger.transfer DROP CONSTRAINT transfer_pkey CASCADE'],
    red: ['same-id', 'concurrency'],
  },
  {
    name: 'a single transfer takes a conflict of ids for a success',
    substitutions: [
      {
        functionName: single,
        search: 'ON CONFLICT DO NOTHING; IF NOT FOUND THEN',
        replacement: 'ON CONFLICT DO NOTHING; IF false THEN',
      },
    ],
    red: ['transfers', 'lost-reply'],
  },
  {
    name: 'a batch does not look up whether its ids exist',
    substitutions: [
      {
        functionName: many,
        search: 'AND t.id >= id_low AND t.id <= id_high LIMIT 1; IF FOUND THEN',
        replacement: 'AND t.id >= id_low AND t.id <= id_high LIMIT 1; IF false THEN',
      },
    ],
    red: ['transfers', 'lost-reply'],
  },
  {
    name: 'an id asked for again with another amount is taken for the same',
    substitutions: [
      {
        functionName: many,
        search: "WHEN p_amounts[j] IS DISTINCT FROM x_requested[k] THEN 'amountMinor'",
        replacement: '',
      },
    ],
    red: ['transfers'],
  },
  {
    name: 'refusals of a batch are not kept',
    substitutions: [
      {
        functionName: many,
        search: 'WHERE r.status IN (1, 3) ORDER BY r.id;',
        replacement: 'WHERE r.status IN (1) ORDER BY r.id;',
      },
    ],
    red: ['bank'],
  },
  {
    name: 'refusals of a single transfer are not kept',
    substitutions: [
      {
        functionName: single,
        search: 'INSERT INTO ledger.transfer',
        replacement: `IF code <> 0 THEN
          RETURN QUERY SELECT 3::smallint, code, field, 0::bigint, time_booked;
          RETURN;
        END IF;
        INSERT INTO ledger.transfer`,
      },
    ],
    red: ['transfers', 'lost-reply'],
  },
];
