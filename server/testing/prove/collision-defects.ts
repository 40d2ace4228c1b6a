import { inPost, inPostSingle, type Defect } from './planting.ts';

/** What keeps calls apart. */
export const lockDefects: readonly Defect[] = [
  inPost(
    'accounts of a batch are locked in the order of its items',
    [
      '-- Guards come before accounts.',
      `FOR k IN 1 .. n LOOP
         PERFORM FROM ledger.account a WHERE a.id = p_debits[k] FOR NO KEY UPDATE;
         PERFORM FROM ledger.account a WHERE a.id = p_credits[k] FOR NO KEY UPDATE;
       END LOOP;
       -- Guards come before accounts.`,
    ],
    ['bank'],
  ),
  inPostSingle(
    'the accounts of a single transfer are locked debit first',
    ['IF p_debit < p_credit THEN', 'IF true THEN'],
    ['concurrency'],
  ),
  inPost('accounts are not locked at all', ['ORDER BY a.id FOR NO KEY UPDATE) l;', 'ORDER BY a.id) l;'], ['bank']),
  inPost(
    'the guard of an owner is not locked',
    [
      'WHERE g.owner = ANY (guard_owners) ORDER BY g.owner FOR NO KEY UPDATE;',
      'WHERE g.owner = ANY (guard_owners) ORDER BY g.owner;',
    ],
    ['owner-condition'],
  ),
];

/** What makes an id happen once, and its answer stay. */
export const keyDefects: readonly Defect[] = [
  {
    name: 'an id has no unique key',
    sql: ['ALTER TABLE ledger.transfer DROP CONSTRAINT transfer_pkey CASCADE'],
    red: ['same-id', 'concurrency'],
  },
  inPostSingle(
    'a single transfer takes a conflict of ids for a success',
    ['ON CONFLICT DO NOTHING; IF NOT FOUND THEN', 'ON CONFLICT DO NOTHING; IF false THEN'],
    ['transfers', 'lost-reply'],
  ),
  inPost(
    'a batch does not look up whether its ids exist',
    [
      'AND t.id >= id_low AND t.id <= id_high LIMIT 1; IF FOUND THEN',
      'AND t.id >= id_low AND t.id <= id_high LIMIT 1; IF false THEN',
    ],
    ['transfers', 'lost-reply'],
  ),
  inPost(
    'an id asked for again with another amount is taken for the same',
    ["WHEN p_amounts[j] IS DISTINCT FROM x_requested[k] THEN 'amountMinor'", ''],
    ['transfers'],
  ),
  inPost(
    'refusals of a batch are not kept',
    ['WHERE r.status IN (1, 3) ORDER BY r.id;', 'WHERE r.status IN (1) ORDER BY r.id;'],
    ['bank'],
  ),
  inPostSingle(
    'refusals of a single transfer are not kept',
    [
      'INSERT INTO ledger.transfer',
      `IF code <> 0 THEN
         RETURN QUERY SELECT 3::smallint, code, field, 0::bigint, time_booked;
         RETURN;
       END IF;
       INSERT INTO ledger.transfer`,
    ],
    ['transfers', 'lost-reply'],
  ),
];
