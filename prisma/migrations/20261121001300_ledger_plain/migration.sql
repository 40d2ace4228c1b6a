-- Posting in three sizes, each of which falls back to the next: one plain transfer in scalars (post_single), a batch of
-- plain transfers (post_plain), and everything (post). Measured on a million accounts, a call of post_plain costs less
-- than half of what a call of post did before its first item, and a seventh less per item.

-- ── Accounts ────────────────────────────────────────────────────────────────────────────────────────

-- Where a page has less free space than its fillfactor leaves, PostgreSQL cleans it at every visit. With a fillfactor of
-- 50 and half-filled pages that was every time an account was read: a tenth of all the work of posting. So an account
-- brings along blanks, which its first posting drops: a page then has room for a dozen versions until it is cleaned. A
-- page of 60 % holds about 24 accounts and can take a first posting of all of them at once.
ALTER TABLE ledger.account SET (fillfactor = 60);
ALTER TABLE ledger.account ADD COLUMN room text DEFAULT repeat(' ', 72);

-- A table that refers to accounts makes every update of an account look whether its id changed. No role can change or
-- delete one, and set_monitor looks for the account.
ALTER TABLE ledger.balance_monitor DROP CONSTRAINT balance_monitor_account_id_fkey;

-- ── Everything ──────────────────────────────────────────────────────────────────────────────────────

-- Decides a whole batch and books what it accepts. Arrays in, one row per item out, in request order.
--
--   1. locks the guards of owners with limits or conditions, then every account of the batch, in id order;
--   2. only then looks up ids that exist already, with a fresh snapshot;
--   3. decides in request order, in memory; a linked group that fails is undone, an unlinked item drops only itself;
--   4. one insert per table and one update of accounts.
--
-- No SQL statement runs per item. p_linked[i] ties item i to item i + 1.
-- item_status: 1 created, 2 exists, 3 refused and stored, 4 refused and not stored, 5 refused before.
-- p_modes: 0 exact, 1 what the credit account lacks, 2 what the debit account has available.
-- NULL for p_references, p_actions, p_modes, p_related, p_timeouts, p_linked: every item has the default (none, move,
-- exact, none, none, not linked).
-- p_expire_accounts: further accounts to lock, so that their overdue pendings expire.
-- p_options: by item number, {"effectiveDate", "condition": {"debit", "credit": {"version", "balanceAtLeastMinor",
-- "balanceAtMostMinor"}, "ownerAvailableAtLeastMinor"}, "conversion": {"numerator", "denominator", "exact"}}.
-- p_dry_run: decides, locks nothing and writes nothing.
-- Errors that end the whole call: LG001 second call in one transaction, LG002 malformed call, LG003 wrong
-- isolation level, LG006 and 40001 someone else took an id meanwhile: repeat the transaction.
CREATE OR REPLACE FUNCTION ledger.post(
  p_ids uuid[], p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_kinds smallint[], p_references text[],
  p_actions smallint[], p_modes smallint[], p_related uuid[], p_timeouts integer[], p_linked boolean[],
  p_external boolean DEFAULT false, p_expire_accounts bigint[] DEFAULT '{}', p_options jsonb DEFAULT NULL,
  p_dry_run boolean DEFAULT false
) RETURNS TABLE (item_status smallint, item_code smallint, item_field text, item_amount bigint, item_booked_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- A plan made while a table is young must still be right when it holds millions of rows, and is made once.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
SET lock_timeout = '5s'
AS $$
DECLARE
  act_pending CONSTANT smallint := 2;
  act_post    CONSTANT smallint := 3;
  act_void    CONSTANT smallint := 4;
  act_expire  CONSTANT smallint := 5;
  act_reverse CONSTANT smallint := 6;
  amount_max  CONSTANT bigint := 1000000000000000;
  balance_max CONSTANT bigint := 9000000000000000000;
  -- Small enough that balance, reserved and floor can be added without leaving bigint.
  reserved_max CONSTANT bigint := 100000000000000000;
  -- States of a related transfer.
  rel_pending_open  CONSTANT smallint := 1;
  rel_posted        CONSTANT smallint := 2;
  rel_voided        CONSTANT smallint := 3;
  rel_expired       CONSTANT smallint := 4;
  rel_moved         CONSTANT smallint := 5;

  n CONSTANT integer := cardinality(p_ids);
  items integer := n;  -- n and the expiries appended to it
  control ledger.control;
  kinds smallint[];
  time_now timestamptz;
  time_booked timestamptz;
  today date;
  window_from uuid;
  window_until uuid;

  -- Per item.
  s_code smallint[];
  s_first bigint[];
  d_pos integer[];
  c_pos integer[];
  e_pos bigint[];
  o_status smallint[] := array_fill(1::smallint, ARRAY[n]);
  o_code smallint[] := array_fill(0::smallint, ARRAY[n]);
  o_field text[] := array_fill(NULL::text, ARRAY[n]);
  o_amount bigint[] := p_amounts;
  o_booked timestamptz[] := array_fill(NULL::timestamptz, ARRAY[n]);
  o_group uuid[] := array_fill(NULL::uuid, ARRAY[n]);
  o_group_size smallint[] := array_fill(NULL::smallint, ARRAY[n]);
  o_dv bigint[] := array_fill(NULL::bigint, ARRAY[n]);
  o_db bigint[] := o_dv;
  o_dr bigint[] := o_dv;
  o_cv bigint[] := o_dv;
  o_cb bigint[] := o_dv;
  o_cr bigint[] := o_dv;
  o_taken integer[];  -- by first occurrence of an id: the item that holds it
  o_seen integer[];   -- by first occurrence of an id: the group that last named it
  o_options jsonb[] := '{}';
  o_date date[] := '{}';

  -- Per account.
  wanted bigint[];
  a_id bigint[];
  a_row tid[];
  a_asset smallint[];
  a_kind smallint[];
  a_floor bigint[];
  a_ceiling bigint[];
  a_frozen boolean[];
  a_closed boolean[];
  a_balance bigint[];
  a_reserved bigint[];
  a_version bigint[];
  a_before bigint[];
  a_balance_before bigint[];
  a_reserved_before bigint[];
  a_last timestamptz;
  a_oldest_day date;
  a_monitored boolean;
  a_guarded boolean := false;
  a_other bigint[] := '{}';  -- what the call changes on other days than today
  holders bigint[];
  remap bigint[];

  -- Owners: guards locked, limits, and the sums that conditions ask for.
  guard_owners text[];
  w_group integer[];  -- per account: its owner's place in w_sum, 0 where no condition asks
  w_sum numeric[];
  v_first jsonb;      -- account place, kind and side: the first of its limits
  v_group integer[];  -- per limit: limits of one group are about the same transfers
  v_amount_max bigint[];
  v_count_max bigint[];
  v_since timestamptz[];  -- per limit: when the oldest bucket that counts begins
  v_amount numeric[];
  v_count bigint[];

  -- Per existing transfer.
  x_debit bigint[];
  x_credit bigint[];
  x_requested bigint[];
  x_amount bigint[];
  x_kind smallint[];
  x_reference text[];
  x_action smallint[];
  x_mode smallint[];
  x_related uuid[];
  x_timeout integer[];
  x_group uuid[];
  x_group_size smallint[];
  x_outcome smallint[];
  x_booked timestamptz[];
  x_field text[];
  x_date date[];
  x_options jsonb[];
  x_ord bigint[];

  -- Per related transfer.
  r_map jsonb;
  r_id uuid[];
  r_state smallint[];
  r_debit bigint[];
  r_credit bigint[];
  r_amount bigint[];
  r_reversed bigint[];
  r_kind smallint[];
  r_booked timestamptz[];

  -- Per expired pending.
  p_overdue_id uuid[];
  p_overdue_debit bigint[];
  p_overdue_credit bigint[];
  p_overdue_amount bigint[];
  p_overdue_kind smallint[];
  p_overdue_booked timestamptz[];

  has_links boolean := false;
  has_options CONSTANT boolean := p_options IS NOT NULL;
  condition jsonb;
  rest bigint;
  has_duplicates boolean;
  has_prior boolean := false;
  ids_sorted uuid[];
  ids_given integer;
  id_low uuid;
  id_high uuid;
  group_start integer := 0;
  group_end integer := 0;
  group_size integer;
  group_failed integer;  -- index of the item that made it fail
  prior_count integer;
  prior_matches boolean;
  i integer;
  j integer;
  k integer;
  d bigint;
  c bigint;
  slot integer;
  act smallint;
  code smallint;
  status smallint;
  field text;
  moved bigint;
  reserve bigint;  -- change of what the debit account has reserved
  rows_planned bigint;
  rows_written bigint;
  accounts_planned bigint;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'ledger: posting needs READ COMMITTED' USING ERRCODE = 'LG003';
  END IF;
  IF NOT p_dry_run THEN
    IF current_setting('ledger.posted', true) = 'yes' THEN
      RAISE EXCEPTION 'ledger: a transaction posts at most once' USING ERRCODE = 'LG001';
    END IF;
    field := set_config('ledger.posted', 'yes', true);
  END IF;
  IF n > 8190 OR n + cardinality(p_expire_accounts) = 0 OR p_external IS NULL
    OR ARRAY[cardinality(p_debits), cardinality(p_credits), cardinality(p_amounts), cardinality(p_kinds)]
       IS DISTINCT FROM ARRAY[n, n, n, n]
    OR ARRAY[coalesce(cardinality(p_references), n), coalesce(cardinality(p_actions), n),
             coalesce(cardinality(p_modes), n), coalesce(cardinality(p_related), n),
             coalesce(cardinality(p_timeouts), n), coalesce(cardinality(p_linked), n)] <> ARRAY[n, n, n, n, n, n]
    -- Items are read side by side and by their number: every array must begin with number 1, and have one dimension.
    OR EXISTS (SELECT FROM unnest(ARRAY[array_dims(p_ids), array_dims(p_debits), array_dims(p_credits),
        array_dims(p_amounts), array_dims(p_kinds), array_dims(p_references), array_dims(p_actions), array_dims(p_modes),
        array_dims(p_related), array_dims(p_timeouts), array_dims(p_linked)]) AS r (dims) WHERE r.dims <> '[1:' || n || ']')
    OR array_position(p_linked, NULL) IS NOT NULL
    OR NOT (p_actions <@ ARRAY[1, 2, 3, 4, 6]::smallint[]) OR NOT (p_modes <@ ARRAY[0, 1, 2]::smallint[])
  THEN
    RAISE EXCEPTION 'ledger: malformed call' USING ERRCODE = 'LG002';
  END IF;

  SELECT * INTO control FROM ledger.control WHERE only_row;
  IF control.breaker_open THEN
    RETURN QUERY SELECT 4::smallint, 22::smallint, NULL::text, 0::bigint, NULL::timestamptz FROM generate_series(1, n);
    RETURN;
  END IF;
  time_now := clock_timestamp() + control.clock_offset_microseconds * interval '1 microsecond';
  window_from := control.ids_from;
  window_until := control.ids_until;
  IF NOT p_external THEN
    window_from := greatest(window_from, ledger.uuid_floor(time_now - interval '840 hours'));
    window_until := least(window_until, ledger.uuid_floor(time_now + interval '60.001 seconds'));
  END IF;
  kinds := control.kinds;

  p_references := coalesce(p_references, array_fill(NULL::text, ARRAY[n]));
  p_actions := coalesce(p_actions, array_fill(1::smallint, ARRAY[n]));
  p_modes := coalesce(p_modes, array_fill(0::smallint, ARRAY[n]));
  p_related := coalesce(p_related, array_fill(NULL::uuid, ARRAY[n]));
  p_timeouts := coalesce(p_timeouts, array_fill(NULL::integer, ARRAY[n]));
  p_linked := coalesce(p_linked, array_fill(false, ARRAY[n]));
  has_links := true = ANY (p_linked);

  -- What is wrong with an item whatever the books say. The version and variant of a UUID are in its bytes 6 and 8.
  SELECT array_agg(CASE
      WHEN r.id IS NULL OR get_byte(uuid_send(r.id), 6) >> 4 <> 7 OR get_byte(uuid_send(r.id), 8) >> 6 <> 2 THEN 1
      WHEN r.debit = r.credit THEN 4
      WHEN r.amount IS NULL OR CASE WHEN r.action = act_void THEN r.amount <> 0
        ELSE r.amount NOT BETWEEN 1 AND amount_max END THEN 8
      WHEN r.kind IS NULL OR r.kind <> ALL (kinds) THEN 9
      WHEN length(r.reference) NOT BETWEEN 1 AND 200 THEN 10
      WHEN (r.action >= act_post) <> (r.related IS NOT NULL) OR r.mode > 0 AND r.action <> 1 THEN 11
      WHEN r.timeout NOT BETWEEN 1 AND 31622400 THEN 12
      WHEN r.timeout IS NOT NULL AND r.action <> act_pending THEN 11
      WHEN r.id < window_from THEN 2
      WHEN r.id >= window_until THEN 3
      ELSE 0 END)
  INTO s_code
  FROM (SELECT unnest(p_ids) AS id, unnest(p_debits) AS debit, unnest(p_credits) AS credit, unnest(p_amounts) AS amount,
               unnest(p_kinds) AS kind, unnest(p_references) AS reference, unnest(p_actions) AS action,
               unnest(p_modes) AS mode, unnest(p_related) AS related, unnest(p_timeouts) AS timeout) r;
  -- Apart from the statement above: an aggregate over distinct values would sort the input of the others.
  -- Only months that these ids can lie in are searched for them.
  SELECT array_agg(DISTINCT r.id), count(*) INTO ids_sorted, ids_given
    FROM (SELECT unnest(p_ids) AS id) r WHERE r.id IS NOT NULL;
  has_duplicates := cardinality(ids_sorted) < ids_given;
  id_low := ids_sorted[1];
  id_high := ids_sorted[cardinality(ids_sorted)];
  IF has_duplicates THEN
    has_prior := true;
    o_taken := array_fill(0, ARRAY[n]);
    o_seen := o_taken;
    SELECT array_agg(s.first ORDER BY s.ord) INTO s_first
    FROM (SELECT r.ord, min(r.ord) OVER (PARTITION BY r.id) AS first
          FROM unnest(p_ids) WITH ORDINALITY AS r (id, ord)) s;
  END IF;

  -- 1. Lock. The place of an item's account among the locked ones is the place of its id in the sorted array.
  WITH w AS MATERIALIZED (
    SELECT array_agg(DISTINCT u.account) FILTER (WHERE u.account IS NOT NULL) AS accounts
    FROM (SELECT unnest(p_debits || p_credits || p_expire_accounts) AS account) u)
  SELECT w.accounts, p.debits, p.credits INTO wanted, d_pos, c_pos
    FROM w, LATERAL (SELECT array_agg(width_bucket(r.debit, w.accounts)) AS debits,
                            array_agg(width_bucket(r.credit, w.accounts)) AS credits
                     FROM (SELECT unnest(p_debits) AS debit, unnest(p_credits) AS credit) r) p;
  -- Guards come before accounts. Where no owner has limits and no item has a condition on its owner there are none.
  IF control.guards_exist THEN
    SELECT array_agg(DISTINCT a.owner) INTO guard_owners
      FROM ledger.account a WHERE a.id = ANY (wanted) AND a.guarded;
  END IF;
  IF has_options THEN
    SELECT array_agg(DISTINCT a.owner) || guard_owners INTO guard_owners
      FROM jsonb_each(p_options) AS o (item, value) JOIN ledger.account a ON a.id = p_debits[o.item::integer]
      WHERE o.value #> '{condition,ownerAvailableAtLeastMinor}' IS NOT NULL AND a.owner <> 'house';
  END IF;
  IF guard_owners IS NOT NULL AND NOT p_dry_run THEN
    INSERT INTO ledger.owner_guard (owner)
      SELECT o.owner FROM unnest(guard_owners) AS o (owner)
      WHERE NOT EXISTS (SELECT FROM ledger.owner_guard g WHERE g.owner = o.owner) GROUP BY o.owner ORDER BY o.owner
      ON CONFLICT DO NOTHING;
    PERFORM FROM ledger.owner_guard g WHERE g.owner = ANY (guard_owners) ORDER BY g.owner FOR NO KEY UPDATE;
  END IF;
  IF p_dry_run THEN
    SELECT array_agg(l.id), array_agg(l.place), array_agg(l.asset), array_agg(l.balance), array_agg(l.reserved),
           array_agg(l.version), array_agg(l.kind), array_agg(l.floor), array_agg(l.ceiling), array_agg(l.frozen),
           array_agg(l.closed), max(l.last_time), min(l.day), bool_or(l.guarded), bool_or(l.monitored),
           array_agg(l.id) FILTER (WHERE l.reserved > 0)
    INTO a_id, a_row, a_asset, a_balance, a_reserved, a_version, a_kind, a_floor, a_ceiling, a_frozen,
         a_closed, a_last, a_oldest_day, a_guarded, a_monitored, holders
    FROM (SELECT a.*, a.ctid AS place FROM ledger.account a WHERE a.id = ANY (wanted) ORDER BY a.id) l;
  ELSE
    SELECT array_agg(l.id), array_agg(l.place), array_agg(l.asset), array_agg(l.balance), array_agg(l.reserved),
           array_agg(l.version), array_agg(l.kind), array_agg(l.floor), array_agg(l.ceiling), array_agg(l.frozen),
           array_agg(l.closed), max(l.last_time), min(l.day), bool_or(l.guarded), bool_or(l.monitored),
           array_agg(l.id) FILTER (WHERE l.reserved > 0)
    INTO a_id, a_row, a_asset, a_balance, a_reserved, a_version, a_kind, a_floor, a_ceiling, a_frozen,
         a_closed, a_last, a_oldest_day, a_guarded, a_monitored, holders
    FROM (SELECT a.*, a.ctid AS place FROM ledger.account a WHERE a.id = ANY (wanted)
          ORDER BY a.id FOR NO KEY UPDATE) l;
  END IF;
  IF a_guarded AND NOT p_dry_run THEN
    IF EXISTS (SELECT FROM ledger.account a WHERE a.id = ANY (a_id) AND a.guarded AND a.owner <> ALL (coalesce(guard_owners, '{}'))) THEN
      RAISE EXCEPTION 'ledger: an owner was given limits meanwhile' USING ERRCODE = '40001';
    END IF;
  END IF;
  a_before := a_version;
  a_balance_before := a_balance;
  a_reserved_before := a_reserved;
  IF a_id IS DISTINCT FROM wanted THEN
    -- Some accounts do not exist: their position becomes 0.
    remap := array_fill(0::bigint, ARRAY[coalesce(cardinality(wanted), 0)]);
    j := 1;
    FOR k IN 1 .. coalesce(cardinality(wanted), 0) LOOP
      IF a_id[j] = wanted[k] THEN
        remap[k] := j;
        j := j + 1;
      END IF;
    END LOOP;
    FOR i IN 1 .. n LOOP
      d_pos[i] := coalesce(remap[d_pos[i]], 0);
      c_pos[i] := coalesce(remap[c_pos[i]], 0);
    END LOOP;
  END IF;
  FOR i IN 1 .. n LOOP
    CONTINUE WHEN a_asset[d_pos[i]] = a_asset[c_pos[i]] OR s_code[i] NOT IN (0, 2, 3);
    s_code[i] := CASE WHEN a_asset[d_pos[i]] IS NULL THEN 5 WHEN a_asset[c_pos[i]] IS NULL THEN 6 ELSE 7 END;
  END LOOP;
  time_booked := greatest(clock_timestamp() + control.clock_offset_microseconds * interval '1 microsecond',
                          a_last + interval '1 microsecond');
  today := (time_booked AT TIME ZONE 'UTC')::date;

  -- 2. Look up what exists: this statement sees everything committed before the locks were granted.
  PERFORM FROM ledger.transfer t WHERE t.id = ANY (p_ids) AND t.id >= id_low AND t.id <= id_high LIMIT 1;
  IF FOUND THEN
    has_prior := true;
    SELECT array_agg(r.ord), array_agg(t.debit_account_id), array_agg(t.credit_account_id),
           array_agg(coalesce(t.requested_amount, t.amount)), array_agg(t.amount), array_agg(t.kind),
           array_agg(t.reference), array_agg(t.action), array_agg(t.mode), array_agg(t.related_id),
           array_agg(t.timeout_seconds), array_agg(t.group_id), array_agg(t.group_size), array_agg(t.outcome),
           array_agg(t.booked_at), array_agg(t.refused_field), array_agg(t.effective_date), array_agg(t.options)
    INTO x_ord, x_debit, x_credit, x_requested, x_amount, x_kind, x_reference, x_action, x_mode, x_related,
         x_timeout, x_group, x_group_size, x_outcome, x_booked, x_field, x_date, x_options
    FROM unnest(p_ids) WITH ORDINALITY AS r (id, ord)
    CROSS JOIN LATERAL (SELECT y.* FROM ledger.transfer y WHERE y.id = r.id LIMIT 1) t;
  END IF;
  IF has_prior THEN
    e_pos := array_fill(0::bigint, ARRAY[n]);
    FOR k IN 1 .. coalesce(cardinality(x_ord), 0) LOOP
      e_pos[x_ord[k]] := k;
    END LOOP;
  END IF;
  IF array_remove(p_related, NULL) <> '{}' THEN
    SELECT jsonb_object_agg(s.id, s.slot), array_agg(s.id ORDER BY s.slot), array_agg(s.state ORDER BY s.slot),
           array_agg(s.debit ORDER BY s.slot), array_agg(s.credit ORDER BY s.slot),
           array_agg(s.amount ORDER BY s.slot), array_agg(s.reversed ORDER BY s.slot),
           array_agg(s.kind ORDER BY s.slot), array_agg(s.booked_at ORDER BY s.slot)
    INTO r_map, r_id, r_state, r_debit, r_credit, r_amount, r_reversed, r_kind, r_booked
    FROM (SELECT r.id, row_number() OVER (ORDER BY r.id) AS slot, t.debit_account_id AS debit,
                 t.credit_account_id AS credit, t.amount, t.kind, t.booked_at, coalesce(v.reversed, 0) AS reversed,
                 CASE WHEN t.id IS NULL OR t.outcome <> 0 THEN 0
                      WHEN t.action = act_pending THEN coalesce(x.action - 1, rel_pending_open)
                      WHEN t.action IN (1, act_post) AND t.amount > 0 THEN rel_moved
                      ELSE 0 END::smallint AS state
          FROM (SELECT DISTINCT u.id FROM unnest(p_related) AS u (id) WHERE u.id IS NOT NULL) r
          LEFT JOIN LATERAL (SELECT y.* FROM ledger.transfer y WHERE y.id = r.id LIMIT 1) t ON true
          LEFT JOIN LATERAL (SELECT y.action FROM ledger.pending_resolution y
                             WHERE y.pending_id = r.id LIMIT 1) x ON true
          LEFT JOIN LATERAL (SELECT y.reversed FROM ledger.reversal_total y
                             WHERE y.transfer_id = r.id LIMIT 1) v ON true) s;
  END IF;

  IF has_options THEN
    SELECT q.codes, q.dates, q.options INTO s_code, o_date, o_options
      FROM ledger.read_options(p_options, p_debits, p_credits, p_amounts, p_actions, p_modes, p_linked, s_code, today) q;
    SELECT array_agg(coalesce(g.place, 0) ORDER BY a.id), (SELECT array_agg(h.total ORDER BY h.place) FROM (
             SELECT u.place, sum(b.balance - b.reserved) AS total
             FROM (SELECT dense_rank() OVER (ORDER BY k.owner, k.asset) AS place, k.owner, k.asset
                   FROM (SELECT DISTINCT c.owner, c.asset FROM ledger.account c
                         WHERE c.id = ANY (a_id) AND c.owner = ANY (guard_owners)) k) u
             JOIN ledger.account b ON b.owner = u.owner AND b.asset = u.asset GROUP BY u.place) h)
    INTO w_group, w_sum
    FROM ledger.account a
    LEFT JOIN (SELECT dense_rank() OVER (ORDER BY k.owner, k.asset) AS place, k.owner, k.asset
               FROM (SELECT DISTINCT c.owner, c.asset FROM ledger.account c
                     WHERE c.id = ANY (a_id) AND c.owner = ANY (guard_owners)) k) g
      ON g.owner = a.owner AND g.asset = a.asset
    WHERE a.id = ANY (a_id);
  END IF;
  IF a_guarded THEN
    SELECT f.first, f.groups, f.amount_max, f.count_max, f.since, f.amounts, f.counts
      INTO v_first, v_group, v_amount_max, v_count_max, v_since, v_amount, v_count
      FROM ledger.read_limits(a_id, guard_owners, time_booked) f;
  END IF;

  -- Overdue pendings of the locked accounts expire before anything is decided.
  IF holders IS NOT NULL THEN
    SELECT array_agg(s.transfer_id), array_agg(s.debit_account_id), array_agg(s.credit_account_id),
           array_agg(s.amount), array_agg(t.kind), array_agg(t.booked_at)
    INTO p_overdue_id, p_overdue_debit, p_overdue_credit, p_overdue_amount, p_overdue_kind, p_overdue_booked
    FROM (SELECT o.* FROM (
            SELECT y.* FROM ledger.open_pending y
            WHERE y.debit_account_id = ANY (holders) AND y.expires_at <= time_booked
            -- Those that this call wants to end are among them, however many there are.
            ORDER BY coalesce(r_map ? y.transfer_id::text, false) DESC, y.expires_at, y.transfer_id LIMIT 8190) o
          ORDER BY o.expires_at, o.transfer_id) s
    CROSS JOIN LATERAL (SELECT y.kind, y.booked_at FROM ledger.transfer y WHERE y.id = s.transfer_id LIMIT 1) t;
    FOR k IN 1 .. coalesce(cardinality(p_overdue_id), 0) LOOP
      items := items + 1;
      d := array_position(a_id, p_overdue_debit[k]);
      a_reserved[d] := a_reserved[d] - p_overdue_amount[k];
      a_version[d] := a_version[d] + 1;
      p_ids[items] := ledger.uuid_v7(least(time_booked, time_now));
      p_debits[items] := p_overdue_debit[k];
      p_credits[items] := p_overdue_credit[k];
      p_amounts[items] := 0;
      p_kinds[items] := p_overdue_kind[k];
      p_references[items] := NULL;
      p_actions[items] := act_expire;
      p_modes[items] := 0;
      p_related[items] := p_overdue_id[k];
      p_timeouts[items] := NULL;
      o_status[items] := 1;
      o_code[items] := 0;
      o_amount[items] := 0;
      o_group[items] := NULL;
      o_group_size[items] := NULL;
      o_dv[items] := a_version[d];
      o_db[items] := a_balance[d];
      o_dr[items] := a_reserved[d];
      o_cv[items] := NULL;
      o_cb[items] := NULL;
      o_cr[items] := NULL;
      IF w_group[d] > 0 THEN
        w_sum[w_group[d]] := w_sum[w_group[d]] + p_overdue_amount[k];
      END IF;
      slot := v_first ->> (d || ':' || p_overdue_kind[k] || ':1');
      rest := v_group[slot];
      WHILE v_group[slot] = rest LOOP
        IF p_overdue_booked[k] >= v_since[slot] THEN
          v_amount[slot] := v_amount[slot] - p_overdue_amount[k];
          v_count[slot] := v_count[slot] - 1;
        END IF;
        slot := slot + 1;
      END LOOP;
      slot := r_map ->> p_overdue_id[k]::text;
      IF slot IS NOT NULL THEN
        r_state[slot] := rel_expired;
      END IF;
    END LOOP;
  END IF;

  -- 3. Decide, in request order.
  i := 0;
  WHILE i < n LOOP
    i := i + 1;
    IF i > group_end THEN
      group_start := i;
      group_end := i;
      IF has_links THEN
        WHILE group_end < n AND p_linked[group_end] LOOP
          group_end := group_end + 1;
        END LOOP;
      END IF;
      group_size := group_end - group_start + 1;
      group_failed := 0;
      code := 0;
      field := NULL;
      prior_count := 0;

      IF has_links AND p_linked[group_end] THEN
        group_failed := i;
        code := 18;
      ELSIF has_prior THEN
        -- Which of the group's ids are decided already, by an earlier call or earlier in this one?
        prior_matches := true;
        FOR j IN group_start .. group_end LOOP
          k := CASE WHEN has_duplicates THEN o_taken[s_first[j]] ELSE 0 END;
          IF e_pos[j] > 0 THEN
            prior_count := prior_count + 1;
            prior_matches := prior_matches AND x_group[e_pos[j]] IS NOT DISTINCT FROM
              (CASE WHEN group_size > 1 THEN p_ids[group_start] END)
              AND coalesce(x_group_size[e_pos[j]], 1) = group_size;
          ELSIF k > 0 THEN
            prior_count := prior_count + 1;
            prior_matches := prior_matches AND o_group[k] IS NOT DISTINCT FROM
              (CASE WHEN group_size > 1 THEN p_ids[group_start] END)
              AND coalesce(o_group_size[k], 1) = group_size;
          END IF;
          IF has_duplicates AND group_size > 1 AND s_code[j] <> 1 THEN
            prior_matches := prior_matches AND o_seen[s_first[j]] <> group_start;
            o_seen[s_first[j]] := group_start;
          END IF;
        END LOOP;
        IF NOT prior_matches OR prior_count NOT IN (0, group_size) THEN
          group_failed := i;
          code := 20;
        END IF;
      END IF;

      IF group_failed = 0 AND prior_count > 0 THEN
        -- A replay: the first result again, when the content is the same.
        FOR j IN group_start .. group_end LOOP
          k := e_pos[j];
          IF k > 0 THEN
            field := CASE
              WHEN p_debits[j] IS DISTINCT FROM x_debit[k] THEN 'debitAccountId'
              WHEN p_credits[j] IS DISTINCT FROM x_credit[k] THEN 'creditAccountId'
              WHEN p_amounts[j] IS DISTINCT FROM x_requested[k] THEN 'amountMinor'
              WHEN p_kinds[j] IS DISTINCT FROM x_kind[k] THEN 'kind'
              WHEN p_references[j] IS DISTINCT FROM x_reference[k] THEN 'reference'
              WHEN p_modes[j] <> x_mode[k] THEN 'mode'
              WHEN p_actions[j] <> x_action[k] THEN 'action'
              WHEN p_related[j] IS DISTINCT FROM x_related[k] THEN 'relatedId'
              WHEN p_timeouts[j] IS DISTINCT FROM x_timeout[k] THEN 'timeoutSeconds'
              WHEN (p_options -> j::text ->> 'effectiveDate') IS DISTINCT FROM to_char(x_date[k], 'YYYY-MM-DD')
                THEN 'effectiveDate'
              WHEN (p_options -> j::text -> 'condition') IS DISTINCT FROM (x_options[k] -> 'condition') THEN 'condition'
              WHEN (p_options -> j::text -> 'conversion') IS DISTINCT FROM (x_options[k] -> 'conversion')
                THEN 'conversion' END;
            IF field IS NULL THEN
              o_field[j] := x_field[k];
            END IF;
            o_code[j] := x_outcome[k];
            o_status[j] := CASE WHEN x_outcome[k] = 0 THEN 2 ELSE 5 END;
            o_amount[j] := x_amount[k];
            o_booked[j] := x_booked[k];
          ELSE
            k := o_taken[s_first[j]];
            field := CASE
              WHEN p_debits[j] IS DISTINCT FROM p_debits[k] THEN 'debitAccountId'
              WHEN p_credits[j] IS DISTINCT FROM p_credits[k] THEN 'creditAccountId'
              WHEN p_amounts[j] IS DISTINCT FROM p_amounts[k] THEN 'amountMinor'
              WHEN p_kinds[j] IS DISTINCT FROM p_kinds[k] THEN 'kind'
              WHEN p_references[j] IS DISTINCT FROM p_references[k] THEN 'reference'
              WHEN p_modes[j] <> p_modes[k] THEN 'mode'
              WHEN p_actions[j] <> p_actions[k] THEN 'action'
              WHEN p_related[j] IS DISTINCT FROM p_related[k] THEN 'relatedId'
              WHEN p_timeouts[j] IS DISTINCT FROM p_timeouts[k] THEN 'timeoutSeconds'
              WHEN (p_options -> j::text -> 'effectiveDate') IS DISTINCT FROM (p_options -> k::text -> 'effectiveDate')
                THEN 'effectiveDate'
              WHEN (p_options -> j::text -> 'condition') IS DISTINCT FROM (p_options -> k::text -> 'condition')
                THEN 'condition'
              WHEN (p_options -> j::text -> 'conversion') IS DISTINCT FROM (p_options -> k::text -> 'conversion')
                THEN 'conversion' END;
            IF field IS NULL THEN
              o_field[j] := o_field[k];
            END IF;
            o_code[j] := o_code[k];
            o_status[j] := CASE WHEN o_code[k] = 0 THEN 2 ELSE 5 END;
            o_amount[j] := o_amount[k];
            o_booked[j] := time_booked;
          END IF;
          IF field IS NOT NULL THEN
            group_failed := j;
            code := 21;
            EXIT;
          END IF;
        END LOOP;
        IF group_failed = 0 THEN
          i := group_end;
          CONTINUE;
        END IF;
      END IF;

      IF group_failed = 0 THEN
        FOR j IN group_start .. group_end LOOP
          IF s_code[j] <> 0 THEN
            group_failed := j;
            code := s_code[j];
            EXIT;
          END IF;
        END LOOP;
      END IF;
      IF group_failed > 0 THEN
        -- Nothing of the group was applied, and nothing of it is final.
        FOR j IN group_start .. group_end LOOP
          o_status[j] := 4;
          o_code[j] := CASE WHEN code IN (18, 20) OR j = group_failed THEN code ELSE 19 END;
          o_field[j] := CASE WHEN j = group_failed THEN field END;
          o_amount[j] := 0;
          o_booked[j] := NULL;
        END LOOP;
        i := group_end;
        CONTINUE;
      END IF;
      IF group_size > 1 THEN
        FOR j IN group_start .. group_end LOOP
          o_group[j] := p_ids[group_start];
          o_group_size[j] := group_size;
        END LOOP;
      END IF;
    END IF;

    -- One item, sound in itself and new: may the books take it?
    d := d_pos[i];
    c := c_pos[i];
    act := p_actions[i];
    code := 0;
    field := NULL;
    moved := p_amounts[i];
    reserve := 0;
    slot := NULL;
    IF act = 1 THEN
      IF p_modes[i] = 1 THEN
        moved := greatest(0, moved - (a_balance[c] - a_reserved[c] - coalesce(a_floor[c], 0)));
      ELSIF p_modes[i] = 2 THEN
        moved := CASE WHEN a_floor[d] IS NULL THEN moved
          ELSE greatest(0, least(moved, a_balance[d] - a_reserved[d] - a_floor[d])) END;
      END IF;
    ELSIF act = act_pending THEN
      reserve := moved;
      moved := 0;
    ELSE
      slot := r_map ->> p_related[i]::text;
      IF act = act_reverse THEN
        IF r_state[slot] = 0 THEN
          code := CASE WHEN r_debit[slot] IS NULL THEN 15 ELSE 16 END;
        ELSIF r_state[slot] <> rel_moved THEN
          code := 16;
        ELSIF p_debits[i] <> r_credit[slot] OR p_credits[i] <> r_debit[slot] THEN
          code := 17;
        ELSIF r_reversed[slot] + moved > r_amount[slot] THEN
          code := 59;
        END IF;
      ELSIF r_state[slot] NOT BETWEEN rel_pending_open AND rel_expired THEN
        code := 13;
      ELSIF p_debits[i] <> r_debit[slot] OR p_credits[i] <> r_credit[slot] THEN
        code := 14;
      ELSIF r_state[slot] <> rel_pending_open THEN
        code := CASE r_state[slot] WHEN rel_posted THEN 55 WHEN rel_voided THEN 56 ELSE 57 END;
      ELSIF moved > r_amount[slot] THEN
        code := 58;
      ELSE
        reserve := -r_amount[slot];
      END IF;
    END IF;

    condition := NULL;
    IF has_options AND code = 0 THEN
      condition := p_options -> i::text -> 'condition';
      IF condition IS NOT NULL THEN
        field := CASE
          WHEN (condition #>> '{debit,version}')::numeric <> a_version[d] THEN 'condition.debit.version'
          WHEN (condition #>> '{debit,balanceAtLeastMinor}')::numeric > a_balance[d]
            THEN 'condition.debit.balanceAtLeastMinor'
          WHEN (condition #>> '{debit,balanceAtMostMinor}')::numeric < a_balance[d]
            THEN 'condition.debit.balanceAtMostMinor'
          WHEN (condition #>> '{credit,version}')::numeric <> a_version[c] THEN 'condition.credit.version'
          WHEN (condition #>> '{credit,balanceAtLeastMinor}')::numeric > a_balance[c]
            THEN 'condition.credit.balanceAtLeastMinor'
          WHEN (condition #>> '{credit,balanceAtMostMinor}')::numeric < a_balance[c]
            THEN 'condition.credit.balanceAtMostMinor' END;
        IF field IS NOT NULL THEN
          code := 60;
        END IF;
      END IF;
    END IF;
    IF code <> 0 OR act = act_void OR (moved = 0 AND reserve = 0) THEN
      NULL;  -- refused already, or nothing that an account could refuse
    ELSIF a_closed[d] OR a_closed[c] THEN
      code := 53;
      field := CASE WHEN a_closed[d] THEN 'debitAccountId' ELSE 'creditAccountId' END;
    ELSIF a_frozen[d] AND act <> act_post THEN
      code := 52;
      field := 'debitAccountId';
    ELSIF moved > amount_max OR a_balance[d] - moved < -balance_max OR a_balance[c] + moved > balance_max
      OR a_reserved[d] + reserve > reserved_max THEN
      code := 54;
    ELSIF act <> act_post AND a_balance[d] - moved - a_reserved[d] - reserve < a_floor[d] THEN
      code := 50;
      field := 'debitAccountId';
    ELSIF moved > 0 AND a_balance[c] + moved - a_reserved[c] > a_ceiling[c] THEN
      code := 51;
      field := 'creditAccountId';
    END IF;
    IF code = 0 AND condition ? 'ownerAvailableAtLeastMinor' AND
      w_sum[w_group[d]] - moved - reserve + (CASE WHEN w_group[c] = w_group[d] THEN moved ELSE 0 END)
        < (condition ->> 'ownerAvailableAtLeastMinor')::numeric THEN
      code := 60;
      field := 'condition.ownerAvailableAtLeastMinor';
    END IF;
    IF code = 0 AND a_guarded AND (moved > 0 OR reserve > 0) THEN
      -- What leaves is counted when it moves or is reserved, what comes in when it arrives.
      FOR k IN 1 .. 2 LOOP
        CONTINUE WHEN k = 1 AND act NOT IN (1, act_pending, act_reverse) OR k = 2 AND moved = 0;
        slot := v_first ->> (CASE k WHEN 1 THEN d ELSE c END || ':' || p_kinds[i] || ':' || k);
        rest := v_group[slot];
        WHILE v_group[slot] = rest LOOP
          IF v_amount[slot] + moved + greatest(reserve, 0) > v_amount_max[slot] OR v_count[slot] + 1 > v_count_max[slot] THEN
            code := 61;
            field := CASE k WHEN 1 THEN 'debitAccountId' ELSE 'creditAccountId' END;
          END IF;
          slot := slot + 1;
        END LOOP;
      END LOOP;
      IF code = 0 THEN
        FOR k IN 1 .. 2 LOOP
          CONTINUE WHEN k = 1 AND act NOT IN (1, act_pending, act_reverse) OR k = 2 AND moved = 0;
          slot := v_first ->> (CASE k WHEN 1 THEN d ELSE c END || ':' || p_kinds[i] || ':' || k);
          rest := v_group[slot];
          WHILE v_group[slot] = rest LOOP
            v_amount[slot] := v_amount[slot] + moved + greatest(reserve, 0);
            v_count[slot] := v_count[slot] + 1;
            slot := slot + 1;
          END LOOP;
        END LOOP;
      END IF;
      slot := r_map ->> p_related[i]::text;
    END IF;

    IF code = 0 THEN
      o_status[i] := 1;
      o_amount[i] := CASE WHEN act = act_pending THEN reserve ELSE moved END;
      IF w_group[d] > 0 THEN
        w_sum[w_group[d]] := w_sum[w_group[d]] - moved - reserve;
      END IF;
      IF w_group[c] > 0 THEN
        w_sum[w_group[c]] := w_sum[w_group[c]] + moved;
      END IF;
      IF moved > 0 OR reserve <> 0 THEN
        a_balance[d] := a_balance[d] - moved;
        a_reserved[d] := a_reserved[d] + reserve;
        a_version[d] := a_version[d] + 1;
        o_dv[i] := a_version[d];
        o_db[i] := a_balance[d];
        o_dr[i] := a_reserved[d];
      END IF;
      IF moved > 0 THEN
        a_balance[c] := a_balance[c] + moved;
        a_version[c] := a_version[c] + 1;
        o_cv[i] := a_version[c];
        o_cb[i] := a_balance[c];
        o_cr[i] := a_reserved[c];
      END IF;
      IF slot IS NOT NULL THEN
        IF act = act_reverse THEN
          r_reversed[slot] := r_reversed[slot] + moved;
        ELSE
          -- What a pending does not use is given back to the limits that counted it.
          k := v_first ->> (d || ':' || r_kind[slot] || ':1');
          rest := v_group[k];
          WHILE v_group[k] = rest LOOP
            IF r_booked[slot] >= v_since[k] THEN
              v_amount[k] := v_amount[k] - (r_amount[slot] - moved);
              v_count[k] := v_count[k] - (CASE act WHEN act_void THEN 1 ELSE 0 END);
            END IF;
            k := k + 1;
          END LOOP;
          r_state[slot] := act - 1;
        END IF;
      END IF;
      IF r_map IS NOT NULL THEN
        -- A later item of this batch may name this one.
        slot := r_map ->> p_ids[i]::text;
        IF slot IS NOT NULL THEN
          r_state[slot] := CASE WHEN act = act_pending THEN rel_pending_open
            WHEN act IN (1, act_post) AND moved > 0 THEN rel_moved ELSE 0 END;
          r_debit[slot] := p_debits[i];
          r_credit[slot] := p_credits[i];
          r_kind[slot] := p_kinds[i];
          r_booked[slot] := time_booked;
          r_amount[slot] := o_amount[i];
        END IF;
      END IF;
    ELSE
      status := CASE WHEN code >= 50 THEN 3 ELSE 4 END;
      -- Undo what the group did so far, latest first.
      j := i - 1;
      WHILE j >= group_start LOOP
        d := d_pos[j];
        c := c_pos[j];
        IF r_map IS NOT NULL THEN
          slot := r_map ->> p_ids[j]::text;
          IF slot IS NOT NULL THEN
            r_state[slot] := 0;
            r_debit[slot] := NULL;
          END IF;
        END IF;
        reserve := 0;
        IF p_actions[j] = act_pending THEN
          reserve := o_amount[j];
        ELSIF p_actions[j] <> 1 THEN
          slot := r_map ->> p_related[j]::text;
          IF p_actions[j] = act_reverse THEN
            r_reversed[slot] := r_reversed[slot] - o_amount[j];
          ELSE
            r_state[slot] := rel_pending_open;
            reserve := -r_amount[slot];
            k := v_first ->> (d || ':' || r_kind[slot] || ':1');
            rest := v_group[k];
            WHILE v_group[k] = rest LOOP
              IF r_booked[slot] >= v_since[k] THEN
                v_amount[k] := v_amount[k] + (r_amount[slot] - o_amount[j]);
                v_count[k] := v_count[k] + (CASE p_actions[j] WHEN act_void THEN 1 ELSE 0 END);
              END IF;
              k := k + 1;
            END LOOP;
          END IF;
        END IF;
        IF o_dv[j] IS NOT NULL THEN
          a_balance[d] := a_balance[d] + CASE WHEN p_actions[j] = act_pending THEN 0 ELSE o_amount[j] END;
          a_reserved[d] := a_reserved[d] - reserve;
          a_version[d] := a_version[d] - 1;
        END IF;
        IF o_cv[j] IS NOT NULL THEN
          a_balance[c] := a_balance[c] - o_amount[j];
          a_version[c] := a_version[c] - 1;
        END IF;
        moved := CASE WHEN p_actions[j] IN (act_pending, act_void) THEN 0 ELSE o_amount[j] END;
        IF w_group[d] > 0 THEN
          w_sum[w_group[d]] := w_sum[w_group[d]] + moved + reserve;
        END IF;
        IF w_group[c] > 0 THEN
          w_sum[w_group[c]] := w_sum[w_group[c]] - moved;
        END IF;
        IF a_guarded AND (moved > 0 OR reserve > 0) THEN
          FOR k IN 1 .. 2 LOOP
            CONTINUE WHEN k = 1 AND p_actions[j] NOT IN (1, act_pending, act_reverse) OR k = 2 AND moved = 0;
            slot := v_first ->> (CASE k WHEN 1 THEN d ELSE c END || ':' || p_kinds[j] || ':' || k);
            rest := v_group[slot];
            WHILE v_group[slot] = rest LOOP
              v_amount[slot] := v_amount[slot] - moved - greatest(reserve, 0);
              v_count[slot] := v_count[slot] - 1;
              slot := slot + 1;
            END LOOP;
          END LOOP;
        END IF;
        o_dv[j] := NULL;
        o_cv[j] := NULL;
        j := j - 1;
      END LOOP;
      FOR j IN group_start .. group_end LOOP
        o_status[j] := status;
        o_code[j] := CASE WHEN j = i THEN code ELSE 19 END;
        o_amount[j] := 0;
        IF status = 3 AND r_map IS NOT NULL THEN
          -- A later item of this batch may name it: it exists, and it is a refusal.
          slot := r_map ->> p_ids[j]::text;
          IF slot IS NOT NULL THEN
            r_debit[slot] := p_debits[j];
          END IF;
        END IF;
      END LOOP;
      o_field[i] := field;
      i := group_end;
    END IF;
    IF has_duplicates AND i = group_end AND o_status[i] IN (1, 3) THEN
      FOR j IN group_start .. group_end LOOP
        o_taken[s_first[j]] := j;
      END LOOP;
    END IF;
  END LOOP;

  IF p_dry_run THEN
    RETURN QUERY SELECT r.status, r.code, r.field, r.amount, coalesce(r.booked, time_booked)
      FROM (SELECT generate_series(1, items) AS ord, unnest(o_status) AS status, unnest(o_code) AS code, unnest(o_field) AS field,
                   unnest(o_amount) AS amount, unnest(o_booked) AS booked) r
      WHERE r.ord <= n ORDER BY r.ord;
    RETURN;
  END IF;

  -- 4. Write. An id that another call took meanwhile ends this one by the key of its table.
  INSERT INTO ledger.transfer (id, debit_account_id, credit_account_id, amount, booked_at, debit_version, credit_version,
      kind, action, mode, outcome, group_size, timeout_seconds, requested_amount, related_id, group_id, reference,
      effective_date, refused_field, options)
    SELECT r.id, r.debit, r.credit, r.moved, time_booked, r.dv, r.cv, r.kind, r.action, r.mode, r.code, r.group_size,
           r.timeout, nullif(r.requested, r.moved), r.related, r.group_id, r.reference,
           r.effective_date, CASE WHEN r.status = 3 THEN r.field END, r.options
    FROM (SELECT unnest(p_ids) AS id, unnest(p_debits) AS debit, unnest(p_credits) AS credit, unnest(o_amount) AS moved,
                 unnest(o_dv) AS dv, unnest(o_cv) AS cv, unnest(p_kinds) AS kind, unnest(p_actions) AS action,
                 unnest(p_modes) AS mode, unnest(o_code) AS code, unnest(o_group_size) AS group_size,
                 unnest(p_timeouts) AS timeout, unnest(p_amounts) AS requested, unnest(p_related) AS related,
                 unnest(o_group) AS group_id, unnest(p_references) AS reference, unnest(o_status) AS status,
                 unnest(o_date) AS effective_date, unnest(o_field) AS field, unnest(o_options) AS options) r
    WHERE r.status IN (1, 3)
    ORDER BY r.id;
  GET DIAGNOSTICS rows_planned = ROW_COUNT;
  IF rows_planned = 0 THEN
    RETURN QUERY SELECT * FROM unnest(o_status, o_code, o_field, o_amount, o_booked);
    RETURN;
  END IF;

  INSERT INTO ledger.entry (account_id, version, amount, balance, reserved, booked_at, transfer_id, kind)
    SELECT r.account, r.version, CASE WHEN r.action = act_pending THEN 0 ELSE -r.moved END,
           r.balance, r.reserved, time_booked, r.id, r.kind
    FROM (SELECT unnest(p_debits) AS account, unnest(o_dv) AS version, unnest(o_amount) AS moved, unnest(o_db) AS balance,
                 unnest(o_dr) AS reserved, unnest(p_ids) AS id, unnest(p_kinds) AS kind, unnest(p_actions) AS action) r
    WHERE r.version IS NOT NULL
    UNION ALL
    SELECT r.account, r.version, r.moved, r.balance, r.reserved, time_booked, r.id, r.kind
    FROM (SELECT unnest(p_credits) AS account, unnest(o_cv) AS version, unnest(o_amount) AS moved,
                 unnest(o_cb) AS balance, unnest(o_cr) AS reserved, unnest(p_ids) AS id, unnest(p_kinds) AS kind) r
    WHERE r.version IS NOT NULL;
  GET DIAGNOSTICS rows_written = ROW_COUNT;
  SELECT sum(s.version - s.before), count(*) FILTER (WHERE s.version > s.before) INTO rows_planned, accounts_planned
    FROM unnest(a_version, a_before) AS s (version, before);
  IF rows_written <> rows_planned THEN
    RAISE EXCEPTION 'ledger: % entries were planned and % written', rows_planned, rows_written USING ERRCODE = 'LG006';
  END IF;

  IF a_oldest_day < today THEN
    -- The first posting of a day closes the account's day before.
    INSERT INTO ledger.account_day AS v (account_id, day, net)
      SELECT a.id, a.day, a.day_net
      FROM unnest(a_id, a_version, a_before) AS s (id, version, before) JOIN ledger.account a ON a.id = s.id
      WHERE s.version > s.before AND a.day < today AND a.day_net <> 0
      ON CONFLICT (account_id, day) DO UPDATE SET net = v.net + excluded.net;
  END IF;
  IF has_options THEN
    IF array_remove(o_date, NULL) <> '{}' THEN
      a_other := ledger.note_other_days(a_id, p_debits, p_credits, o_amount, o_dv, o_cv, o_date, today);
    END IF;
    INSERT INTO ledger.conversion (transfer_id, first_transfer_id, numerator, denominator, exact_side, remainder)
      SELECT p_ids[r.ord], p_ids[r.ord - 1], (r.rate ->> 'numerator')::bigint, (r.rate ->> 'denominator')::bigint,
             CASE r.rate ->> 'exact' WHEN 'in' THEN 1 ELSE 2 END,
             p_amounts[r.ord - 1] * (r.rate ->> 'numerator')::numeric - p_amounts[r.ord] * (r.rate ->> 'denominator')::numeric
      FROM (SELECT q.ord, q.options -> 'conversion' AS rate FROM unnest(o_options, o_status) WITH ORDINALITY AS q (options, status, ord)
            WHERE q.status = 1 AND q.options ? 'conversion') r;
  END IF;

  -- What the account's other days got is no part of its open day.
  UPDATE ledger.account a
    SET balance = s.balance, reserved = s.reserved, version = s.version, last_time = time_booked, day = today, room = NULL,
        day_net = CASE WHEN a.day = today THEN a.day_net ELSE 0 END + (s.balance - a.balance) - coalesce(s.other, 0)
    FROM (SELECT unnest(a_row) AS place, unnest(a_balance) AS balance, unnest(a_reserved) AS reserved,
                 unnest(a_version) AS version, unnest(a_before) AS before, unnest(a_other) AS other) s
    WHERE a.ctid = s.place AND s.version > s.before;
  GET DIAGNOSTICS rows_written = ROW_COUNT;
  IF rows_written <> accounts_planned THEN
    RAISE EXCEPTION 'ledger: % accounts were planned and % written', accounts_planned, rows_written USING ERRCODE = 'LG006';
  END IF;

  IF r_map IS NOT NULL OR items > n OR act_pending = ANY (p_actions) THEN
    INSERT INTO ledger.open_pending (transfer_id, debit_account_id, credit_account_id, amount, expires_at)
      SELECT r.id, r.debit, r.credit, r.amount, time_booked + r.timeout * interval '1 second'
      FROM unnest(p_ids, p_debits, p_credits, o_amount, p_timeouts, p_actions, o_status)
        AS r (id, debit, credit, amount, timeout, action, status)
      WHERE r.action = act_pending AND r.status = 1;
    INSERT INTO ledger.pending_resolution (pending_id, transfer_id, action)
      SELECT r.related, r.id, r.action
      FROM unnest(p_ids, p_related, p_actions, o_status) AS r (id, related, action, status)
      WHERE r.action BETWEEN act_post AND act_expire AND r.status = 1;
    GET DIAGNOSTICS rows_planned = ROW_COUNT;
    DELETE FROM ledger.open_pending p
      USING unnest(p_related, p_actions, o_status) AS r (related, action, status)
      WHERE p.transfer_id = r.related AND r.action BETWEEN act_post AND act_expire AND r.status = 1;
    GET DIAGNOSTICS rows_written = ROW_COUNT;
    IF rows_written <> rows_planned THEN
      RAISE EXCEPTION 'ledger: % pendings end but % were open', rows_planned, rows_written USING ERRCODE = 'LG006';
    END IF;
    INSERT INTO ledger.reversal_total AS v (transfer_id, reversed)
      SELECT r.related, sum(r.amount)
      FROM unnest(p_related, o_amount, p_actions, o_status) AS r (related, amount, action, status)
      WHERE r.action = act_reverse AND r.status = 1
      GROUP BY r.related
      ON CONFLICT (transfer_id) DO UPDATE SET reversed = v.reversed + excluded.reversed;
  END IF;
  IF a_guarded THEN
    PERFORM ledger.count_velocity(p_debits, p_credits, o_amount, p_kinds, p_actions, p_related, o_status, time_booked);
  END IF;
  IF a_monitored THEN
    PERFORM ledger.note_crossings(a_id, a_before);
  END IF;
  INSERT INTO ledger.rollup_tail (kind, asset, balance, reserved)
    SELECT s.kind, s.asset, sum(s.balance), sum(s.reserved)
    FROM (SELECT s.kind, s.asset, s.balance - s.balance_before AS balance, s.reserved - s.reserved_before AS reserved
          FROM unnest(a_kind, a_asset, a_balance, a_balance_before, a_reserved, a_reserved_before)
            AS s (kind, asset, balance, balance_before, reserved, reserved_before)) s
    GROUP BY s.kind, s.asset HAVING sum(s.balance) <> 0 OR sum(s.reserved) <> 0;

  RETURN QUERY SELECT r.status, r.code, r.field, r.amount, coalesce(r.booked, time_booked)
    FROM (SELECT generate_series(1, items) AS ord, unnest(o_status) AS status, unnest(o_code) AS code, unnest(o_field) AS field,
                 unnest(o_amount) AS amount, unnest(o_booked) AS booked) r
    WHERE r.ord <= n ORDER BY r.ord;
END $$;

-- ── Options ─────────────────────────────────────────────────────────────────────────────────────────

-- Reads p_options of ledger.post: the codes of items, where an option is unsound; effective dates; and what is kept.
-- A leg belongs to one conversion: the second one of a conversion is not the first one of another.
CREATE OR REPLACE FUNCTION ledger.read_options(
  p_options jsonb, p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_actions smallint[], p_modes smallint[],
  p_linked boolean[], p_codes smallint[], p_today date
) RETURNS TABLE (codes smallint[], dates date[], options jsonb[])
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT array_agg(CASE
           -- An amount of nothing that a rate brought about has its own name.
           WHEN r.code = 8 AND r.amount = 0 AND r.rate IS NOT NULL THEN 25
           WHEN r.code NOT IN (0, 2, 3) THEN r.code
           WHEN r.option ? 'effectiveDate' AND p_actions[r.ord] NOT IN (1, 3, 6) THEN 11
           WHEN r.option ? 'effectiveDate' AND NOT coalesce(r.day BETWEEN p_today - 3660 AND p_today + 366, false) THEN 23
           WHEN r.condition IS NOT NULL AND (p_actions[r.ord] = 4
             OR r.condition ? 'ownerAvailableAtLeastMinor' AND d.owner = 'house') THEN 26
           WHEN r.rate IS NOT NULL AND NOT coalesce(
             NOT coalesce(p_options -> (r.ord - 1)::text ? 'conversion', false)
             AND p_linked[r.ord - 1] AND p_actions[r.ord] = 1 AND p_actions[r.ord - 1] = 1
             AND p_modes[r.ord] = 0 AND p_modes[r.ord - 1] = 0
             AND d.owner = f.owner AND d.kind = f.kind AND d.asset <> f.asset AND k.name = 'liquidity'
             AND r.numerator BETWEEN 1 AND 1000000000000000 AND r.denominator BETWEEN 1 AND 1000000000000000
             AND (r.rate ->> 'exact') IN ('in', 'out')
             AND p_amounts[r.ord - 1] * r.numerator - r.amount * r.denominator >= 0
             AND p_amounts[r.ord - 1] * r.numerator - r.amount * r.denominator
                 < CASE r.rate ->> 'exact' WHEN 'in' THEN r.denominator ELSE r.numerator END, false) THEN 24
           ELSE r.code END::smallint ORDER BY r.ord),
         array_agg(r.day ORDER BY r.ord),
         array_agg(nullif(r.option - 'effectiveDate', '{}'::jsonb) ORDER BY r.ord)
  FROM (SELECT u.ord, u.code, u.amount, o.option, ledger.day_of(o.option ->> 'effectiveDate') AS day, o.option -> 'condition' AS condition,
               o.option -> 'conversion' AS rate, (o.option #>> '{conversion,numerator}')::numeric AS numerator,
               (o.option #>> '{conversion,denominator}')::numeric AS denominator
        FROM unnest(p_codes, p_amounts) WITH ORDINALITY AS u (code, amount, ord)
        CROSS JOIN LATERAL (SELECT p_options -> u.ord::text AS option) o) r
  LEFT JOIN ledger.account d ON r.option IS NOT NULL AND d.id = p_debits[r.ord]
  LEFT JOIN ledger.account f ON r.rate IS NOT NULL AND f.id = p_credits[r.ord - 1]
  LEFT JOIN ledger.account_kind k ON k.code = d.kind AND k.asset = d.asset
$$;

-- ── A batch of plain transfers ──────────────────────────────────────────────────────────────────────

-- A batch of plain transfers, the common case: nothing pending, linked, balanced, reversed, conditioned or converted.
-- The same decision as ledger.post with a fraction of its work. Whatever it cannot decide (a malformed item, an id that
-- exists, limits, monitors, reserved money, an unknown account) goes to ledger.post as a whole, before anything is written.
--
-- Answers with one row for the call, item 0 with the time of booking, and one for every item that was not booked there
-- and then with the amount asked for. The arrays of a row source are read side by side in the select list: in FROM,
-- PostgreSQL first writes every array into a buffer of its own.
CREATE FUNCTION ledger.post_plain(
  p_ids uuid[], p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_kinds smallint[], p_references text[]
) RETURNS TABLE (item integer, item_status smallint, item_code smallint, item_field text, item_amount bigint,
                 item_booked_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- A plan made while a table is young must still be right when it holds millions of rows, and is made once.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
SET lock_timeout = '5s'
AS $$
DECLARE
  balance_max CONSTANT bigint := 9000000000000000000;
  never       CONSTANT bigint := 9200000000000000000;  -- further than any balance can go: no amount fits
  n           CONSTANT integer := cardinality(p_ids);
  is_open boolean;
  is_sound boolean;
  guards_exist boolean;
  clock_offset interval;
  kinds smallint[];
  window_from uuid;
  window_until uuid;
  ids_sorted uuid[];
  time_booked timestamptz;
  today date;

  -- Per item.
  d_pos integer[];
  c_pos integer[];
  o_dv bigint[];
  o_db bigint[];
  o_cv bigint[];
  o_cb bigint[];
  -- Filled when the first item is refused.
  o_code smallint[];
  o_field text[];
  o_amount bigint[];

  -- Per account.
  wanted bigint[];
  a_id bigint[];
  a_row tid[];
  a_asset smallint[];
  a_kind smallint[];
  a_balance bigint[];
  a_balance_before bigint[];
  a_version bigint[];
  a_version_before bigint[];
  a_low bigint[];   -- the lowest balance that a transfer may leave
  a_high bigint[];  -- the highest
  a_last timestamptz;
  a_oldest_day date;
  is_special boolean;
  is_guarded boolean;
  is_one_kind boolean;
  is_one_asset boolean;

  i integer;
  d integer;
  c integer;
  debited bigint;
  credited bigint;
  next_version bigint;
  refused integer := 0;
  planned integer;
  written integer;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'ledger: posting needs READ COMMITTED' USING ERRCODE = 'LG003';
  END IF;
  IF current_setting('ledger.posted', true) = 'yes' THEN
    RAISE EXCEPTION 'ledger: a transaction posts at most once' USING ERRCODE = 'LG001';
  END IF;
  SELECT NOT o.breaker_open, o.guards_exist, o.kinds, t.clock_offset,
         greatest(o.ids_from, (lpad(to_hex(floor(t.milliseconds)::bigint - 3024000000), 12, '0') || repeat('0', 20))::uuid),
         least(o.ids_until, (lpad(to_hex(floor(t.milliseconds)::bigint + 60001), 12, '0') || repeat('0', 20))::uuid)
    INTO is_open, guards_exist, kinds, clock_offset, window_from, window_until
    FROM ledger.control o,
         LATERAL (SELECT o.clock_offset_microseconds * interval '1 microsecond' AS clock_offset,
                         extract(epoch FROM clock_timestamp()) * 1000 + o.clock_offset_microseconds / 1000 AS milliseconds) t
    WHERE o.only_row;
  -- The version and variant of a UUID are in its bytes 6 and 8.
  SELECT bool_and(coalesce(get_byte(uuid_send(r.id), 6) >> 4 = 7 AND get_byte(uuid_send(r.id), 8) >> 6 = 2
           AND r.id >= window_from AND r.id < window_until AND r.debit <> r.credit
           AND r.amount BETWEEN 1 AND 1000000000000000 AND r.kind = ANY (kinds)
           AND coalesce(length(r.reference), 1) BETWEEN 1 AND 200, false)),
         array_agg(DISTINCT r.id)
    INTO is_sound, ids_sorted
    FROM (SELECT unnest(p_ids) AS id, unnest(p_debits) AS debit, unnest(p_credits) AS credit,
                 unnest(p_amounts) AS amount, unnest(p_kinds) AS kind, unnest(p_references) AS reference) r;
  IF guards_exist THEN
    guards_exist := EXISTS (SELECT FROM ledger.account a WHERE a.id = ANY (p_debits || p_credits) AND a.guarded);
  END IF;
  IF NOT coalesce(is_open AND is_sound AND NOT guards_exist AND n BETWEEN 1 AND 8190 AND cardinality(ids_sorted) = n
      AND cardinality(p_debits) = n AND cardinality(p_credits) = n AND cardinality(p_amounts) = n
      AND cardinality(p_kinds) = n AND coalesce(cardinality(p_references), n) = n
      AND array_dims(p_ids) = '[1:' || n || ']' AND array_dims(p_debits) = array_dims(p_ids)
      AND array_dims(p_credits) = array_dims(p_ids) AND array_dims(p_amounts) = array_dims(p_ids)
      AND array_dims(p_kinds) = array_dims(p_ids)
      AND coalesce(array_dims(p_references), array_dims(p_ids)) = array_dims(p_ids), false) THEN
    RETURN QUERY SELECT * FROM ledger.post_plain_as_any(p_ids, p_debits, p_credits, p_amounts, p_kinds, p_references);
    RETURN;
  END IF;

  -- 1. Lock. The place of an item's account among the locked ones is the place of its id in the sorted array.
  WITH w AS MATERIALIZED (
    SELECT array_agg(DISTINCT u.account) AS accounts FROM (SELECT unnest(p_debits || p_credits) AS account) u)
  SELECT w.accounts, p.debits, p.credits INTO wanted, d_pos, c_pos
    FROM w, LATERAL (SELECT array_agg(width_bucket(r.debit, w.accounts)) AS debits,
                            array_agg(width_bucket(r.credit, w.accounts)) AS credits
                     FROM (SELECT unnest(p_debits) AS debit, unnest(p_credits) AS credit) r) p;
  SELECT array_agg(l.id), array_agg(l.place), array_agg(l.asset), array_agg(l.kind), array_agg(l.balance),
         array_agg(l.version),
         array_agg(CASE WHEN l.frozen OR l.closed THEN never ELSE greatest(l.floor, -balance_max) END),
         array_agg(CASE WHEN l.closed THEN -never ELSE least(l.ceiling, balance_max) END),
         max(l.last_time), min(l.day), bool_or(l.monitored OR l.reserved > 0), bool_or(l.guarded),
         min(l.kind) = max(l.kind), min(l.asset) = max(l.asset)
    INTO a_id, a_row, a_asset, a_kind, a_balance, a_version, a_low, a_high, a_last, a_oldest_day, is_special, is_guarded,
         is_one_kind, is_one_asset
    FROM (SELECT a.*, a.ctid AS place FROM ledger.account a WHERE a.id = ANY (wanted)
          ORDER BY a.id FOR NO KEY UPDATE) l;
  IF is_guarded THEN
    -- A guard is locked before the accounts, and these are locked already.
    RAISE EXCEPTION 'ledger: an owner was given limits meanwhile' USING ERRCODE = '40001';
  END IF;
  is_special := is_special OR a_id IS DISTINCT FROM wanted;
  time_booked := greatest(clock_timestamp() + clock_offset, a_last + interval '1 microsecond');

  -- 2. Look up what exists: this statement sees everything committed before the locks were granted.
  IF NOT is_special THEN
    PERFORM FROM ledger.transfer t
      WHERE t.id = ANY (ids_sorted) AND t.id >= ids_sorted[1] AND t.id <= ids_sorted[n] LIMIT 1;
    is_special := FOUND;
  END IF;

  -- 3. Decide, in request order.
  a_balance_before := a_balance;
  a_version_before := a_version;
  o_dv := array_fill(NULL::bigint, ARRAY[n]);
  o_db := o_dv;
  o_cv := o_dv;
  o_cb := o_dv;
  i := 0;
  WHILE i < n AND NOT is_special LOOP
    i := i + 1;
    d := d_pos[i];
    c := c_pos[i];
    debited := a_balance[d] - p_amounts[i];
    credited := a_balance[c] + p_amounts[i];
    IF NOT is_one_asset AND a_asset[d] <> a_asset[c] THEN
      is_special := true;
    ELSIF debited >= a_low[d] AND credited <= a_high[c] THEN
      a_balance[d] := debited;
      o_db[i] := debited;
      a_balance[c] := credited;
      o_cb[i] := credited;
      next_version := a_version[d] + 1;
      a_version[d] := next_version;
      o_dv[i] := next_version;
      next_version := a_version[c] + 1;
      a_version[c] := next_version;
      o_cv[i] := next_version;
    ELSE
      IF refused = 0 THEN
        o_code := array_fill(0::smallint, ARRAY[n]);
        o_field := array_fill(NULL::text, ARRAY[n]);
        o_amount := p_amounts;
      END IF;
      refused := refused + 1;
      o_code[i] := CASE
        WHEN a_high[d] = -never OR a_high[c] = -never THEN 53
        WHEN a_low[d] = never THEN 52
        WHEN debited < -balance_max OR credited > balance_max THEN 54
        WHEN debited < a_low[d] THEN 50
        ELSE 51 END;
      o_field[i] := CASE o_code[i]
        WHEN 53 THEN CASE WHEN a_high[d] = -never THEN 'debitAccountId' ELSE 'creditAccountId' END
        WHEN 51 THEN 'creditAccountId'
        WHEN 54 THEN NULL
        ELSE 'debitAccountId' END;
      o_amount[i] := 0;
    END IF;
  END LOOP;
  IF is_special THEN
    -- Nothing is written so far, and the locks are those that it takes.
    RETURN QUERY SELECT * FROM ledger.post_plain_as_any(p_ids, p_debits, p_credits, p_amounts, p_kinds, p_references);
    RETURN;
  END IF;
  PERFORM set_config('ledger.posted', 'yes', true);

  -- 4. Write. An id that another call took meanwhile ends this one by the key of its table.
  today := (time_booked AT TIME ZONE 'UTC')::date;
  IF refused = 0 THEN
    INSERT INTO ledger.transfer (id, debit_account_id, credit_account_id, amount, booked_at, debit_version,
        credit_version, kind, action, mode, outcome, reference)
      SELECT r.id, r.debit, r.credit, r.amount, time_booked, r.dv, r.cv, r.kind, 1, 0, 0, r.reference
      FROM (SELECT unnest(p_ids) AS id, unnest(p_debits) AS debit, unnest(p_credits) AS credit,
                   unnest(p_amounts) AS amount, unnest(o_dv) AS dv, unnest(o_cv) AS cv, unnest(p_kinds) AS kind,
                   unnest(p_references) AS reference) r
      ORDER BY r.id;
  ELSE
    INSERT INTO ledger.transfer (id, debit_account_id, credit_account_id, amount, booked_at, debit_version,
        credit_version, kind, action, mode, outcome, requested_amount, reference, refused_field)
      SELECT r.id, r.debit, r.credit, r.moved, time_booked, r.dv, r.cv, r.kind, 1, 0, r.code,
             nullif(r.requested, r.moved), r.reference, r.field
      FROM (SELECT unnest(p_ids) AS id, unnest(p_debits) AS debit, unnest(p_credits) AS credit,
                   unnest(o_amount) AS moved, unnest(o_dv) AS dv, unnest(o_cv) AS cv, unnest(p_kinds) AS kind,
                   unnest(o_code) AS code, unnest(p_amounts) AS requested, unnest(p_references) AS reference,
                   unnest(o_field) AS field) r
      ORDER BY r.id;
  END IF;
  IF refused < n THEN
    INSERT INTO ledger.entry (account_id, version, amount, balance, reserved, booked_at, transfer_id, kind)
      SELECT r.account, r.version, -r.amount, r.balance, 0, time_booked, r.id, r.kind
      FROM (SELECT unnest(p_debits) AS account, unnest(o_dv) AS version, unnest(p_amounts) AS amount,
                   unnest(o_db) AS balance, unnest(p_ids) AS id, unnest(p_kinds) AS kind) r
      WHERE r.version IS NOT NULL
      UNION ALL
      SELECT r.account, r.version, r.amount, r.balance, 0, time_booked, r.id, r.kind
      FROM (SELECT unnest(p_credits) AS account, unnest(o_cv) AS version, unnest(p_amounts) AS amount,
                   unnest(o_cb) AS balance, unnest(p_ids) AS id, unnest(p_kinds) AS kind) r
      WHERE r.version IS NOT NULL;
    GET DIAGNOSTICS written = ROW_COUNT;
    planned := 2 * (n - refused);
    IF written <> planned THEN
      RAISE EXCEPTION 'ledger: % entries were planned and % written', planned, written USING ERRCODE = 'LG006';
    END IF;
    IF a_oldest_day < today THEN
      -- The first posting of a day closes the account's day before.
      INSERT INTO ledger.account_day AS v (account_id, day, net)
        SELECT a.id, a.day, a.day_net
        FROM unnest(a_id, a_version, a_version_before) AS s (id, version, before) JOIN ledger.account a ON a.id = s.id
        WHERE s.version > s.before AND a.day < today AND a.day_net <> 0
        ON CONFLICT (account_id, day) DO UPDATE SET net = v.net + excluded.net;
    END IF;
    UPDATE ledger.account a
      SET balance = s.balance, version = s.version, last_time = time_booked, day = today, room = NULL,
          day_net = CASE WHEN a.day = today THEN a.day_net ELSE 0 END + (s.balance - a.balance)
      FROM (SELECT unnest(a_row) AS place, unnest(a_balance) AS balance, unnest(a_version) AS version,
                   unnest(a_version_before) AS before) s
      WHERE a.ctid = s.place AND s.version > s.before;
    GET DIAGNOSTICS written = ROW_COUNT;
    planned := cardinality(a_id);
    IF refused > 0 THEN
      planned := (SELECT count(*) FROM unnest(a_version, a_version_before) AS s (version, before) WHERE s.version > s.before);
    END IF;
    IF written <> planned THEN
      RAISE EXCEPTION 'ledger: % accounts were planned and % written', planned, written USING ERRCODE = 'LG006';
    END IF;
    IF NOT is_one_kind THEN
      INSERT INTO ledger.rollup_tail (kind, asset, balance, reserved)
        SELECT s.kind, s.asset, sum(s.balance - s.before), 0
        FROM unnest(a_kind, a_asset, a_balance, a_balance_before) AS s (kind, asset, balance, before)
        GROUP BY s.kind, s.asset HAVING sum(s.balance - s.before) <> 0;
    END IF;
  END IF;
  item := 0;
  item_status := 1;
  item_code := 0;
  item_booked_at := time_booked;
  RETURN NEXT;
  IF refused > 0 THEN
    RETURN QUERY SELECT r.item, 3::smallint, r.code, r.field, 0::bigint, time_booked
      FROM (SELECT generate_series(1, n) AS item, unnest(o_code) AS code, unnest(o_field) AS field) r WHERE r.code > 0;
  END IF;
END $$;

-- Any batch of moves through the general function: one row for the call and one per item.
CREATE FUNCTION ledger.post_plain_as_any(
  p_ids uuid[], p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_kinds smallint[], p_references text[]
) RETURNS TABLE (item integer, item_status smallint, item_code smallint, item_field text, item_amount bigint,
                 item_booked_at timestamptz)
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT 0, 1::smallint, 0::smallint, NULL::text, 0::bigint, NULL::timestamptz
  UNION ALL
  SELECT q.item::integer, q.item_status, q.item_code, q.item_field, q.item_amount, q.item_booked_at
  FROM ledger.post(p_ids, p_debits, p_credits, p_amounts, p_kinds, p_references, NULL, NULL, NULL, NULL, NULL)
    WITH ORDINALITY AS q (item_status, item_code, item_field, item_amount, item_booked_at, item)
$$;

-- ── One plain transfer ──────────────────────────────────────────────────────────────────────────────

-- One plain transfer that stands alone: the same decision in scalars. Whatever is not plain (a malformed item, an id
-- that exists, limits, monitors, reserved money, the first posting of a day) goes to ledger.post.
CREATE OR REPLACE FUNCTION ledger.post_single(
  p_id uuid, p_debit bigint, p_credit bigint, p_amount bigint, p_kind smallint, p_reference text
) RETURNS TABLE (item_status smallint, item_code smallint, item_field text, item_amount bigint, item_booked_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET lock_timeout = '5s'
AS $$
DECLARE
  balance_max CONSTANT bigint := 9000000000000000000;
  control record;
  pair record;
  id_hex CONSTANT text := p_id::text;
  id_milliseconds bigint;
  now_milliseconds double precision;
  time_booked timestamptz;
  today date;
  code smallint := 0;
  field text;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'ledger: posting needs READ COMMITTED' USING ERRCODE = 'LG003';
  END IF;
  IF current_setting('ledger.posted', true) = 'yes' THEN
    RAISE EXCEPTION 'ledger: a transaction posts at most once' USING ERRCODE = 'LG001';
  END IF;
  SELECT o.breaker_open, o.ids_from, o.ids_until, o.guards_exist,
         o.clock_offset_microseconds * interval '1 microsecond' AS clock_offset, p_kind = ANY (o.kinds) AS kind_exists
    INTO control FROM ledger.control o WHERE o.only_row;
  id_milliseconds := ('x' || substr(id_hex, 1, 8) || substr(id_hex, 10, 4))::bit(48)::bigint;
  now_milliseconds := extract(epoch FROM clock_timestamp() + control.clock_offset) * 1000;
  IF control.guards_exist THEN
    control.guards_exist := EXISTS (SELECT FROM ledger.account a WHERE a.id IN (p_debit, p_credit) AND a.guarded);
  END IF;
  IF NOT coalesce(NOT control.breaker_open AND NOT control.guards_exist AND control.kind_exists AND p_debit <> p_credit
    AND p_amount BETWEEN 1 AND 1000000000000000 AND coalesce(length(p_reference), 1) BETWEEN 1 AND 200
    AND substr(id_hex, 15, 1) = '7' AND strpos('89ab', substr(id_hex, 20, 1)) > 0
    AND p_id >= control.ids_from AND p_id < control.ids_until
    AND id_milliseconds BETWEEN now_milliseconds - 3024000000 AND now_milliseconds + 60000, false) THEN
    RETURN QUERY SELECT * FROM ledger.post_one_of_many(p_id, p_debit, p_credit, p_amount, p_kind, p_reference);
    RETURN;
  END IF;

  -- Rows are locked in the order in which the tables are named: the smaller id first.
  IF p_debit < p_credit THEN
    SELECT d.balance AS d_balance, d.version AS d_version, d.floor, d.kind AS d_kind, d.frozen, d.closed AS d_closed,
           c.balance AS c_balance, c.version AS c_version, c.ceiling, c.kind AS c_kind, c.closed AS c_closed,
           d.asset, greatest(d.last_time, c.last_time) AS last_time, least(d.day, c.day) AS day,
           d.guarded OR c.guarded AS is_guarded, d.asset = c.asset AND d.reserved = 0 AND c.reserved = 0
             AND NOT d.monitored AND NOT c.monitored AS is_plain
      INTO pair FROM ledger.account d, ledger.account c WHERE d.id = p_debit AND c.id = p_credit FOR NO KEY UPDATE;
  ELSE
    SELECT d.balance AS d_balance, d.version AS d_version, d.floor, d.kind AS d_kind, d.frozen, d.closed AS d_closed,
           c.balance AS c_balance, c.version AS c_version, c.ceiling, c.kind AS c_kind, c.closed AS c_closed,
           d.asset, greatest(d.last_time, c.last_time) AS last_time, least(d.day, c.day) AS day,
           d.guarded OR c.guarded AS is_guarded, d.asset = c.asset AND d.reserved = 0 AND c.reserved = 0
             AND NOT d.monitored AND NOT c.monitored AS is_plain
      INTO pair FROM ledger.account c, ledger.account d WHERE c.id = p_credit AND d.id = p_debit FOR NO KEY UPDATE;
  END IF;
  IF pair.is_guarded THEN
    -- A guard is locked before the accounts, and these are locked already.
    RAISE EXCEPTION 'ledger: an owner was given limits meanwhile' USING ERRCODE = '40001';
  END IF;
  time_booked := greatest(clock_timestamp() + control.clock_offset, pair.last_time + interval '1 microsecond');
  today := (time_booked AT TIME ZONE 'UTC')::date;
  IF NOT coalesce(pair.is_plain AND coalesce(pair.day, today) = today, false) THEN
    RETURN QUERY SELECT * FROM ledger.post_one_of_many(p_id, p_debit, p_credit, p_amount, p_kind, p_reference);
    RETURN;
  END IF;

  IF pair.d_closed OR pair.c_closed THEN
    code := 53;
    field := CASE WHEN pair.d_closed THEN 'debitAccountId' ELSE 'creditAccountId' END;
  ELSIF pair.frozen THEN
    code := 52;
    field := 'debitAccountId';
  ELSIF pair.d_balance - p_amount < -balance_max OR pair.c_balance + p_amount > balance_max THEN
    code := 54;
  ELSIF pair.d_balance - p_amount < pair.floor THEN
    code := 50;
    field := 'debitAccountId';
  ELSIF pair.c_balance + p_amount > pair.ceiling THEN
    code := 51;
    field := 'creditAccountId';
  END IF;

  INSERT INTO ledger.transfer (id, debit_account_id, credit_account_id, amount, booked_at, debit_version, credit_version,
      kind, action, mode, outcome, requested_amount, reference, refused_field)
    VALUES (p_id, p_debit, p_credit, CASE code WHEN 0 THEN p_amount ELSE 0 END, time_booked,
            CASE code WHEN 0 THEN pair.d_version + 1 END, CASE code WHEN 0 THEN pair.c_version + 1 END,
            p_kind, 1, 0, code, CASE code WHEN 0 THEN NULL ELSE p_amount END, p_reference, field)
    ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN QUERY SELECT * FROM ledger.post_one_of_many(p_id, p_debit, p_credit, p_amount, p_kind, p_reference);
    RETURN;
  END IF;
  item_field := set_config('ledger.posted', 'yes', true);
  item_status := CASE code WHEN 0 THEN 1 ELSE 3 END;
  item_code := code;
  item_field := field;
  item_amount := CASE code WHEN 0 THEN p_amount ELSE 0 END;
  item_booked_at := time_booked;
  IF code = 0 THEN
    INSERT INTO ledger.entry (account_id, version, amount, balance, reserved, booked_at, transfer_id, kind)
      VALUES (p_debit, pair.d_version + 1, -p_amount, pair.d_balance - p_amount, 0, time_booked, p_id, p_kind),
             (p_credit, pair.c_version + 1, p_amount, pair.c_balance + p_amount, 0, time_booked, p_id, p_kind);
    UPDATE ledger.account a
      SET balance = a.balance + CASE a.id WHEN p_debit THEN -p_amount ELSE p_amount END, version = a.version + 1,
          last_time = time_booked, day = today, room = NULL,
          day_net = a.day_net + CASE a.id WHEN p_debit THEN -p_amount ELSE p_amount END
      WHERE a.id IN (p_debit, p_credit);
    IF pair.d_kind <> pair.c_kind THEN
      INSERT INTO ledger.rollup_tail (kind, asset, balance, reserved)
        VALUES (pair.d_kind, pair.asset, -p_amount, 0), (pair.c_kind, pair.asset, p_amount, 0);
    END IF;
  END IF;
  RETURN NEXT;
END $$;

-- ── Roll-ups ────────────────────────────────────────────────────────────────────────────────────────

-- Takes what finished calls changed into the folded figures, at most the oldest 100,000 rows: after a long pause one
-- call must not take longer than a statement may. Every call below the horizon is finished, whatever still runs; so no
-- change is missed, and none is taken twice. Returns how many rows it folded.
CREATE OR REPLACE FUNCTION ledger.fold_rollups() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  rows_max CONSTANT integer := 100000;
  reached xid8;
  folded integer;
BEGIN
  PERFORM pg_advisory_xact_lock(7261963003);
  reached := pg_snapshot_xmin(pg_current_snapshot());
  -- What would be too much begins with this transaction; the horizon stops before it.
  reached := coalesce(
    (SELECT t.xid FROM ledger.rollup_tail t WHERE t.xid < reached ORDER BY t.xid OFFSET rows_max LIMIT 1), reached);
  WITH taken AS (
    DELETE FROM ledger.rollup_tail t WHERE t.xid < reached RETURNING t.kind, t.asset, t.balance, t.reserved
  ), sums AS (
    SELECT kind, asset, sum(balance) AS balance, sum(reserved) AS reserved, count(*) AS taken FROM taken GROUP BY kind, asset
  ), written AS (
    UPDATE ledger.rollup_fold f
      SET balance = f.balance + coalesce(s.balance, 0), reserved = f.reserved + coalesce(s.reserved, 0),
          horizon = reached, folded_at = clock_timestamp()
      FROM ledger.rollup_fold o LEFT JOIN sums s ON s.kind = o.kind AND s.asset = o.asset
      WHERE f.kind = o.kind AND f.asset = o.asset
      RETURNING s.taken
  )
  SELECT coalesce(sum(taken), 0) INTO folded FROM written;
  RETURN folded;
END $$;

-- ── Who may do what ─────────────────────────────────────────────────────────────────────────────────

REVOKE ALL ON FUNCTION
  ledger.post_plain(uuid[], bigint[], bigint[], bigint[], smallint[], text[]),
  ledger.post_plain_as_any(uuid[], bigint[], bigint[], bigint[], smallint[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.post_plain(uuid[], bigint[], bigint[], bigint[], smallint[], text[]) TO cascade_app;
