-- The ledger's engine: effective dates, conditions, conversions, limits, roll-ups, monitors, a dry run, and a posting
-- function that writes less. server/ledger/README.md explains it.
--
-- New on accounts: day and day_net (the open day of account_day), guarded (its owner has limits), monitored.
-- New on transfers: effective_date, refused_field, options (conditions and the rate of a conversion).
-- New tables: account_day, entry_effective, conversion, owner_guard, velocity_limit, velocity_bucket,
-- account_group, account_group_kind, rollup_fold, rollup_tail, balance_monitor, monitor_event.

-- ── Reference rows ──────────────────────────────────────────────────────────────────────────────────

INSERT INTO ledger.refusal (code, name, final) VALUES
  (23, 'effective_date_out_of_range', false),
  (24, 'conversion_malformed',        false),
  (25, 'conversion_of_nothing',       false),
  (26, 'condition_malformed',         false),
  (60, 'condition_failed',            true),
  (61, 'limit_exceeded',              true);

INSERT INTO ledger.account_kind (code, asset, name, floor, house_account, per_owner) VALUES
  (34, 1, 'liquidity', 0,   6, true),
  (34, 2, 'liquidity', 0, 116, true);
INSERT INTO ledger.account (id, owner, kind, asset, floor) VALUES (6, 'house', 34, 1, 0), (116, 'house', 34, 2, 0);

-- ── Columns ─────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE ledger.control
  -- Whether any owner has limits; while none has, posting does not look for guards.
  ADD COLUMN guards_exist boolean NOT NULL DEFAULT false,
  -- The codes of transfer_kind, so that posting reads one row instead of two tables.
  ADD COLUMN kinds smallint[] NOT NULL DEFAULT '{}';

CREATE FUNCTION ledger.remember_kinds() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE ledger.control SET kinds = (SELECT array_agg(k.code ORDER BY k.code) FROM ledger.transfer_kind k) WHERE only_row;
  RETURN NULL;
END $$;
CREATE TRIGGER remembered AFTER INSERT OR UPDATE OR DELETE ON ledger.transfer_kind
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.remember_kinds();

ALTER TABLE ledger.account
  -- The latest UTC day on which something was booked, and what that day changed; earlier days are in account_day.
  -- So a day costs one more row when the next one begins, and nothing with each transfer.
  ADD COLUMN day       date,
  ADD COLUMN day_net   bigint  NOT NULL DEFAULT 0,
  -- Its owner has limits: their guard must be locked before this account.
  ADD COLUMN guarded   boolean NOT NULL DEFAULT false,
  -- Somebody waits for its balance to cross a line.
  ADD COLUMN monitored boolean NOT NULL DEFAULT false;

ALTER TABLE ledger.transfer
  -- The day it belongs to in the books of a business; NULL is the UTC day it was booked on.
  ADD COLUMN effective_date date,
  -- Which field a stored refusal is about, where its code alone does not say so.
  ADD COLUMN refused_field  text,
  -- Its conditions and the rate of its conversion, as they were asked.
  ADD COLUMN options        jsonb;

INSERT INTO ledger.transfer_kind (code, name) VALUES (16, 'conversion');

-- ── Checks ──────────────────────────────────────────────────────────────────────────────────────────

-- PostgreSQL reads and compiles every CHECK of a table anew for each statement: nine of them cost a single update more
-- than all else it does. One stays per table, the last line of defence behind the posting function; the rest is
-- refused by the functions that set it and found by the checker.
ALTER TABLE ledger.account
  DROP CONSTRAINT account_balance_range, DROP CONSTRAINT account_reserved_range, DROP CONSTRAINT account_version_range,
  DROP CONSTRAINT account_floor_range, DROP CONSTRAINT account_above_floor, DROP CONSTRAINT account_bounds_ordered,
  DROP CONSTRAINT account_closed_is_empty, DROP CONSTRAINT account_house_stays_open, DROP CONSTRAINT account_owner_check,
  ADD CONSTRAINT account_above_floor CHECK (balance - reserved >= floor AND reserved >= 0);
ALTER TABLE ledger.entry DROP CONSTRAINT entry_version_check;
ALTER TABLE ledger.open_pending DROP CONSTRAINT open_pending_amount_check;
ALTER TABLE ledger.transfer
  DROP CONSTRAINT transfer_two_accounts, DROP CONSTRAINT transfer_amount_range,
  DROP CONSTRAINT transfer_refused_moves_nothing, DROP CONSTRAINT transfer_action_known,
  DROP CONSTRAINT transfer_related_when_needed, DROP CONSTRAINT transfer_group_whole,
  ADD CONSTRAINT transfer_sound CHECK (debit_account_id <> credit_account_id
  AND CASE outcome WHEN 0 THEN amount >= 0 ELSE amount = 0 AND debit_version IS NULL AND credit_version IS NULL END);

-- ── Effective dates ─────────────────────────────────────────────────────────────────────────────────

-- What an account's balance changed on one effective day, without the account's open day.
CREATE TABLE ledger.account_day (
  account_id bigint NOT NULL,
  day        date   NOT NULL,
  net        bigint NOT NULL,
  PRIMARY KEY (account_id, day)
);

-- Entries that belong to another day than the one they were booked on.
CREATE TABLE ledger.entry_effective (
  account_id     bigint NOT NULL,
  effective_date date   NOT NULL,
  version        bigint NOT NULL,
  PRIMARY KEY (account_id, effective_date, version)
);

-- ── Conversions ─────────────────────────────────────────────────────────────────────────────────────

-- The rate of a conversion, on its second leg. remainder = in x numerator - out x denominator.
CREATE TABLE ledger.conversion (
  transfer_id       uuid     PRIMARY KEY,
  first_transfer_id uuid     NOT NULL UNIQUE,
  numerator         bigint   NOT NULL CHECK (numerator > 0),
  denominator       bigint   NOT NULL CHECK (denominator > 0),
  -- 1: the amount in was given and the amount out rounded down; 2: the other way, rounded up.
  exact_side        smallint NOT NULL CHECK (exact_side IN (1, 2)),
  remainder         bigint   NOT NULL CHECK (remainder >= 0)
);

-- ── Limits of owners ────────────────────────────────────────────────────────────────────────────────

-- Locked, in the order of owners, before any account: decisions over several accounts of one owner need it.
CREATE TABLE ledger.owner_guard (
  owner text PRIMARY KEY CHECK (length(owner) BETWEEN 1 AND 128)
);

-- side 1: what leaves as debits of this kind; 2: what comes in as credits. period 1: 24 hours; 2: 30 days.
CREATE TABLE ledger.velocity_limit (
  owner      text     NOT NULL REFERENCES ledger.owner_guard (owner),
  asset      smallint NOT NULL REFERENCES ledger.asset (code),
  kind       smallint NOT NULL REFERENCES ledger.transfer_kind (code),
  side       smallint NOT NULL CHECK (side IN (1, 2)),
  period     smallint NOT NULL CHECK (period IN (1, 2)),
  amount_max bigint   CHECK (amount_max BETWEEN 0 AND 1000000000000000),
  count_max  bigint   CHECK (count_max BETWEEN 0 AND 1000000000),
  PRIMARY KEY (owner, asset, kind, side, period),
  CHECK (amount_max IS NOT NULL OR count_max IS NOT NULL)
);

-- Counters in fixed buckets: hours for a period of 24 hours, days for one of 30 days. The oldest counts whole.
CREATE TABLE ledger.velocity_bucket (
  owner     text           NOT NULL,
  asset     smallint       NOT NULL,
  kind      smallint       NOT NULL,
  side      smallint       NOT NULL,
  period    smallint       NOT NULL,
  starts_at timestamptz(6) NOT NULL,
  amount    bigint         NOT NULL CHECK (amount >= 0),
  transfers bigint         NOT NULL CHECK (transfers >= 0),
  PRIMARY KEY (owner, asset, kind, side, period, starts_at)
);

-- ── Roll-ups ────────────────────────────────────────────────────────────────────────────────────────

-- A set of accounts that is read as one: all accounts of some kinds.
CREATE TABLE ledger.account_group (
  name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]{0,62}$')
);
CREATE TABLE ledger.account_group_kind (
  group_name text     NOT NULL REFERENCES ledger.account_group (name),
  kind       smallint NOT NULL,
  asset      smallint NOT NULL,
  PRIMARY KEY (group_name, kind, asset),
  FOREIGN KEY (kind, asset) REFERENCES ledger.account_kind (code, asset)
);

-- What all accounts of one kind hold, of every call below the horizon.
CREATE TABLE ledger.rollup_fold (
  kind      smallint       NOT NULL,
  asset     smallint       NOT NULL,
  balance   numeric        NOT NULL DEFAULT 0,
  reserved  numeric        NOT NULL DEFAULT 0,
  -- Every call with a smaller transaction number is in it, and no other.
  horizon   xid8           NOT NULL DEFAULT '0',
  folded_at timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (kind, asset),
  FOREIGN KEY (kind, asset) REFERENCES ledger.account_kind (code, asset)
);

-- What single calls changed and no fold has taken in yet. Posting only appends here: no row that others wait for.
CREATE TABLE ledger.rollup_tail (
  id       bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid      xid8     NOT NULL DEFAULT pg_current_xact_id(),
  kind     smallint NOT NULL,
  asset    smallint NOT NULL,
  balance  numeric  NOT NULL,
  reserved numeric  NOT NULL
);

INSERT INTO ledger.rollup_fold (kind, asset, balance, reserved)
  SELECT k.code, k.asset, coalesce(sum(a.balance), 0), coalesce(sum(a.reserved), 0)
  FROM ledger.account_kind k LEFT JOIN ledger.account a ON a.kind = k.code AND a.asset = k.asset
  GROUP BY k.code, k.asset;
INSERT INTO ledger.account_group (name) VALUES ('wallets'), ('escrow'), ('held_by_citizens');
INSERT INTO ledger.account_group_kind (group_name, kind, asset) VALUES
  ('wallets', 6, 1), ('escrow', 7, 1), ('held_by_citizens', 6, 1), ('held_by_citizens', 7, 1);

-- ── Monitors ────────────────────────────────────────────────────────────────────────────────────────

-- measure 1: balance; 2: balance less reserved. comparison 1: below the threshold; 2: at or above it.
CREATE TABLE ledger.balance_monitor (
  id         bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint   NOT NULL REFERENCES ledger.account (id),
  measure    smallint NOT NULL CHECK (measure IN (1, 2)),
  comparison smallint NOT NULL CHECK (comparison IN (1, 2)),
  threshold  bigint   NOT NULL,
  UNIQUE (account_id, measure, comparison, threshold)
);

-- One row per crossing. Read in the order (xid, id), below pg_snapshot_xmin, and removed by whoever delivered it.
CREATE TABLE ledger.monitor_event (
  id          bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid         xid8           NOT NULL DEFAULT pg_current_xact_id(),
  monitor_id  bigint         NOT NULL,
  account_id  bigint         NOT NULL,
  version     bigint         NOT NULL,
  -- What the measured figure became.
  figure      bigint         NOT NULL,
  occurred_at timestamptz(6) NOT NULL
);

CREATE TRIGGER permanent BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.conversion
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER permanent BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.entry_effective
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER permanent BEFORE DELETE OR TRUNCATE ON ledger.account_day
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- Books that are older than this migration get their days from their entries.
INSERT INTO ledger.account_day (account_id, day, net)
  SELECT e.account_id, (e.booked_at AT TIME ZONE 'UTC')::date, sum(e.amount)
  FROM ledger.entry e JOIN ledger.account a ON a.id = e.account_id
  WHERE (e.booked_at AT TIME ZONE 'UTC')::date < (a.last_time AT TIME ZONE 'UTC')::date
  GROUP BY 1, 2 HAVING sum(e.amount) <> 0;
UPDATE ledger.account a SET day = (a.last_time AT TIME ZONE 'UTC')::date, day_net = coalesce((
    SELECT sum(e.amount) FROM ledger.entry e
    WHERE e.account_id = a.id AND (e.booked_at AT TIME ZONE 'UTC')::date = (a.last_time AT TIME ZONE 'UTC')::date), 0)
  WHERE a.version > 0;

-- ── Accounts ────────────────────────────────────────────────────────────────────────────────────────

-- Returns the account of this owner, kind and asset, and opens it when there is none.
CREATE OR REPLACE FUNCTION ledger.open_account(p_owner text, p_kind smallint, p_asset smallint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found_id bigint;
BEGIN
  SELECT id INTO found_id FROM ledger.account WHERE owner = p_owner AND kind = p_kind AND asset = p_asset;
  IF found_id IS NOT NULL AND p_owner <> 'house' THEN
    RETURN found_id;
  END IF;
  -- Whoever sets this owner's limits meanwhile waits, and then sees the new account.
  PERFORM pg_advisory_xact_lock_shared(ledger.owner_lock(p_owner));
  INSERT INTO ledger.account (owner, kind, asset, floor, guarded)
    SELECT p_owner, k.code, k.asset, k.floor,
           EXISTS (SELECT FROM ledger.velocity_limit v WHERE v.owner = p_owner)
    FROM ledger.account_kind k
    WHERE k.code = p_kind AND k.asset = p_asset AND k.per_owner AND p_owner <> 'house'
    ON CONFLICT (owner, kind, asset) DO NOTHING
    RETURNING id INTO found_id;
  IF found_id IS NULL THEN
    -- Someone else opened it while this call waited for them.
    SELECT id INTO found_id FROM ledger.account
      WHERE owner = p_owner AND kind = p_kind AND asset = p_asset AND p_owner <> 'house';
  END IF;
  IF found_id IS NULL THEN
    RAISE EXCEPTION 'ledger: no account of kind % and asset % can be opened for this owner', p_kind, p_asset
      USING ERRCODE = 'LG002';
  END IF;
  RETURN found_id;
END $$;

-- The number of the advisory lock that orders opening accounts of an owner and setting the owner's limits.
CREATE FUNCTION ledger.owner_lock(p_owner text) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT hashtextextended('ledger.owner:' || p_owner, 7261963)
$$;

-- ── Limits of owners ────────────────────────────────────────────────────────────────────────────────

-- When the bucket of a moment begins, and when the oldest bucket of the period that ends at a moment does.
CREATE FUNCTION ledger.bucket_start(p_period smallint, p_time timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT date_trunc(CASE p_period WHEN 1 THEN 'hour' ELSE 'day' END, p_time, 'UTC')
$$;
CREATE FUNCTION ledger.period_start(p_period smallint, p_time timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ledger.bucket_start(p_period, p_time - CASE p_period WHEN 1 THEN interval '24 hours' ELSE interval '720 hours' END)
$$;

-- What the transfers of an owner's accounts since a moment count against limits of the given kinds and sides.
-- A debit counts when it moves or reserves, less what the end of a pending gave back; a credit when it arrives.
CREATE FUNCTION ledger.velocity_of(p_owner text, p_since timestamptz)
RETURNS TABLE (asset smallint, kind smallint, side smallint, counted_at timestamptz, amount bigint, transfers bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT a.asset, t.kind, 1::smallint, t.booked_at,
         CASE WHEN t.action <> 2 OR x.action IS NULL THEN t.amount WHEN x.action = 3 THEN y.amount ELSE 0 END,
         CASE WHEN x.action IN (4, 5) THEN 0 ELSE 1 END::bigint
  FROM ledger.account a
  JOIN ledger.entry e ON e.account_id = a.id AND e.version > ledger.version_before(a.id, p_since)
  JOIN ledger.transfer t ON t.id = e.transfer_id AND t.debit_account_id = a.id AND t.action IN (1, 2, 6)
  LEFT JOIN ledger.pending_resolution x ON x.pending_id = t.id
  LEFT JOIN ledger.transfer y ON y.id = x.transfer_id
  WHERE a.owner = p_owner
  UNION ALL
  SELECT a.asset, t.kind, 2::smallint, t.booked_at, t.amount, 1::bigint
  FROM ledger.account a
  JOIN ledger.entry e ON e.account_id = a.id AND e.version > ledger.version_before(a.id, p_since)
  JOIN ledger.transfer t ON t.id = e.transfer_id AND t.credit_account_id = a.id AND t.action IN (1, 3, 6)
  WHERE a.owner = p_owner
$$;

-- Replaces all limits of an owner. What the owner did in the last 30 days counts at once.
-- p_limits: [{asset, kind, side, period, amountMax, countMax}], numbers; an empty array takes all limits away.
CREATE FUNCTION ledger.set_velocity_limits(p_owner text, p_limits jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  time_now CONSTANT timestamptz := ledger.now();
BEGIN
  IF p_owner IS NULL OR p_owner = 'house' OR jsonb_array_length(p_limits) > 100 THEN
    RAISE EXCEPTION 'ledger: malformed limits' USING ERRCODE = 'LG002';
  END IF;
  PERFORM pg_advisory_xact_lock(ledger.owner_lock(p_owner));
  INSERT INTO ledger.owner_guard (owner) VALUES (p_owner) ON CONFLICT DO NOTHING;
  PERFORM FROM ledger.owner_guard WHERE owner = p_owner FOR UPDATE;
  PERFORM FROM (SELECT a.id FROM ledger.account a WHERE a.owner = p_owner ORDER BY a.id FOR NO KEY UPDATE) s;
  DELETE FROM ledger.velocity_limit WHERE owner = p_owner;
  DELETE FROM ledger.velocity_bucket WHERE owner = p_owner;
  INSERT INTO ledger.velocity_limit (owner, asset, kind, side, period, amount_max, count_max)
    SELECT p_owner, l.asset, l.kind, l.side, l.period, l."amountMax", l."countMax"
    FROM jsonb_to_recordset(p_limits)
      AS l (asset smallint, kind smallint, side smallint, period smallint, "amountMax" bigint, "countMax" bigint);
  INSERT INTO ledger.velocity_bucket (owner, asset, kind, side, period, starts_at, amount, transfers)
    SELECT p_owner, v.asset, v.kind, v.side, l.period, ledger.bucket_start(l.period, v.counted_at),
           sum(v.amount), sum(v.transfers)
    FROM ledger.velocity_of(p_owner, ledger.period_start(2::smallint, time_now)) v
    JOIN ledger.velocity_limit l ON l.owner = p_owner AND l.asset = v.asset AND l.kind = v.kind AND l.side = v.side
    WHERE v.counted_at >= ledger.period_start(l.period, time_now)
    GROUP BY v.asset, v.kind, v.side, l.period, ledger.bucket_start(l.period, v.counted_at);
  UPDATE ledger.account SET guarded = jsonb_array_length(p_limits) > 0
    WHERE owner = p_owner AND guarded <> (jsonb_array_length(p_limits) > 0);
  UPDATE ledger.control SET guards_exist = true WHERE only_row AND NOT guards_exist AND jsonb_array_length(p_limits) > 0;
END $$;

-- Removes the counters that no period reaches any more, at most p_limit of them. Returns how many.
CREATE FUNCTION ledger.trim_velocity(p_limit integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  removed integer;
BEGIN
  DELETE FROM ledger.velocity_bucket b USING (
      SELECT o.ctid FROM ledger.velocity_bucket o
      WHERE o.starts_at < ledger.now() - CASE o.period WHEN 1 THEN interval '26 hours' ELSE interval '32 days' END
      LIMIT greatest(1, least(p_limit, 10000)) FOR UPDATE SKIP LOCKED) s
    WHERE b.ctid = s.ctid;
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN removed;
END $$;

-- Counts what a call booked against the limits of guarded owners, and gives back what its pendings did not use.
CREATE FUNCTION ledger.count_velocity(
  p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_kinds smallint[], p_actions smallint[],
  p_related uuid[], p_status smallint[], p_time timestamptz
) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO ledger.velocity_bucket AS b (owner, asset, kind, side, period, starts_at, amount, transfers)
    SELECT a.owner, a.asset, s.kind, s.side, l.period, ledger.bucket_start(l.period, p_time), sum(s.amount), count(*)
    FROM (SELECT r.debit AS account, r.amount, r.kind, 1::smallint AS side
          FROM unnest(p_debits, p_amounts, p_kinds, p_actions, p_status) AS r (debit, amount, kind, action, status)
          WHERE r.status = 1 AND r.action IN (1, 2, 6) AND r.amount > 0
          UNION ALL
          SELECT r.credit, r.amount, r.kind, 2::smallint
          FROM unnest(p_credits, p_amounts, p_kinds, p_actions, p_status) AS r (credit, amount, kind, action, status)
          WHERE r.status = 1 AND r.action IN (1, 3, 6) AND r.amount > 0) s
    JOIN ledger.account a ON a.id = s.account AND a.guarded
    JOIN ledger.velocity_limit l ON l.owner = a.owner AND l.asset = a.asset AND l.kind = s.kind AND l.side = s.side
    GROUP BY a.owner, a.asset, s.kind, s.side, l.period
    ON CONFLICT (owner, asset, kind, side, period, starts_at)
      DO UPDATE SET amount = b.amount + excluded.amount, transfers = b.transfers + excluded.transfers;
  UPDATE ledger.velocity_bucket b
    SET amount = greatest(0, b.amount - s.amount), transfers = greatest(0, b.transfers - s.transfers)
    FROM (SELECT a.owner, a.asset, t.kind, l.period, ledger.bucket_start(l.period, t.booked_at) AS starts_at,
                 sum(t.amount - r.amount) AS amount, count(*) FILTER (WHERE r.action <> 3) AS transfers
          FROM unnest(p_related, p_amounts, p_actions, p_status) AS r (related, amount, action, status)
          JOIN ledger.transfer t ON t.id = r.related
          JOIN ledger.account a ON a.id = t.debit_account_id AND a.guarded
          JOIN ledger.velocity_limit l ON l.owner = a.owner AND l.asset = a.asset AND l.kind = t.kind AND l.side = 1
          WHERE r.status = 1 AND r.action BETWEEN 3 AND 5
          GROUP BY a.owner, a.asset, t.kind, l.period, ledger.bucket_start(l.period, t.booked_at)) s
    WHERE b.owner = s.owner AND b.asset = s.asset AND b.kind = s.kind AND b.side = 1 AND b.period = s.period
      AND b.starts_at = s.starts_at;
$$;

-- ── Roll-ups ────────────────────────────────────────────────────────────────────────────────────────

-- Takes what finished calls changed into the folded figures. Every call below the horizon is finished, whatever
-- still runs; so no change is missed, and none is taken twice. Returns how many rows it folded.
CREATE FUNCTION ledger.fold_rollups() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  reached xid8;
  folded integer;
BEGIN
  PERFORM pg_advisory_xact_lock(7261963003);
  reached := pg_snapshot_xmin(pg_current_snapshot());
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

-- Declares a set of accounts to be read as one, or changes what belongs to it. p_kinds and p_assets: pairs.
CREATE FUNCTION ledger.set_account_group(p_name text, p_kinds smallint[], p_assets smallint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO ledger.account_group (name) VALUES (p_name) ON CONFLICT DO NOTHING;
  PERFORM FROM ledger.account_group WHERE name = p_name FOR UPDATE;
  DELETE FROM ledger.account_group_kind WHERE group_name = p_name;
  INSERT INTO ledger.account_group_kind (group_name, kind, asset)
    SELECT DISTINCT p_name, r.kind, r.asset FROM unnest(p_kinds, p_assets) AS r (kind, asset);
END $$;

-- The limits of some owners as the posting function counts them: by account place, kind and side the first of its
-- limits; limits of one group stand together. Amounts and counts are those of the period that ends now.
CREATE FUNCTION ledger.read_limits(p_accounts bigint[], p_owners text[], p_time timestamptz)
RETURNS TABLE (first jsonb, groups integer[], amount_max bigint[], count_max bigint[], since timestamptz[],
               amounts numeric[], counts bigint[])
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH limits AS (
    SELECT v.*, row_number() OVER (ORDER BY v.owner, v.asset, v.kind, v.side, v.period)::integer AS slot,
           dense_rank() OVER (ORDER BY v.owner, v.asset, v.kind, v.side)::integer AS place
    FROM ledger.velocity_limit v WHERE v.owner = ANY (p_owners)
  ), used AS (
    SELECT l.*, coalesce(b.amount, 0) AS amount, coalesce(b.transfers, 0)::bigint AS transfers
    FROM limits l CROSS JOIN LATERAL (
      SELECT sum(c.amount) AS amount, sum(c.transfers) AS transfers FROM ledger.velocity_bucket c
      WHERE c.owner = l.owner AND c.asset = l.asset AND c.kind = l.kind AND c.side = l.side AND c.period = l.period
        AND c.starts_at >= ledger.period_start(l.period, p_time)) b
  )
  SELECT (SELECT jsonb_object_agg(k.key, k.slot)
          FROM (SELECT format('%s:%s:%s', s.place, l.kind, l.side) AS key, min(l.slot) AS slot
                FROM unnest(p_accounts) WITH ORDINALITY AS s (id, place)
                JOIN ledger.account a ON a.id = s.id JOIN limits l ON l.owner = a.owner AND l.asset = a.asset
                GROUP BY 1) k),
         array_agg(u.place ORDER BY u.slot), array_agg(u.amount_max ORDER BY u.slot),
         array_agg(u.count_max ORDER BY u.slot), array_agg(ledger.period_start(u.period, p_time) ORDER BY u.slot),
         array_agg(u.amount ORDER BY u.slot),
         array_agg(u.transfers ORDER BY u.slot)
  FROM used u
$$;

-- ── Monitors ────────────────────────────────────────────────────────────────────────────────────────

-- Watches an account. Returns the monitor's id, also when there is such a monitor already; NULL for no such account.
CREATE FUNCTION ledger.set_monitor(p_account bigint, p_measure smallint, p_comparison smallint, p_threshold bigint)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  monitor bigint;
BEGIN
  PERFORM FROM ledger.account WHERE id = p_account FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  INSERT INTO ledger.balance_monitor (account_id, measure, comparison, threshold)
    VALUES (p_account, p_measure, p_comparison, p_threshold) ON CONFLICT DO NOTHING;
  SELECT id INTO monitor FROM ledger.balance_monitor
    WHERE account_id = p_account AND measure = p_measure AND comparison = p_comparison AND threshold = p_threshold;
  UPDATE ledger.account SET monitored = true WHERE id = p_account AND NOT monitored;
  RETURN monitor;
END $$;

-- Stops watching. Returns false when there was no such monitor.
CREATE FUNCTION ledger.remove_monitor(p_monitor bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  watched bigint;
BEGIN
  SELECT account_id INTO watched FROM ledger.balance_monitor WHERE id = p_monitor;
  PERFORM FROM ledger.account WHERE id = watched FOR NO KEY UPDATE;
  DELETE FROM ledger.balance_monitor WHERE id = p_monitor;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE ledger.account a SET monitored = false
    WHERE a.id = watched AND NOT EXISTS (SELECT FROM ledger.balance_monitor m WHERE m.account_id = watched);
  RETURN true;
END $$;

-- Takes up to p_limit crossings out, oldest first, of calls that no running one can still come before.
CREATE FUNCTION ledger.take_monitor_events(p_limit integer)
RETURNS TABLE (monitor_id bigint, account_id bigint, version bigint, figure bigint, occurred_at timestamptz,
               measure smallint, comparison smallint, threshold bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH taken AS (
    DELETE FROM ledger.monitor_event e USING (
        SELECT o.id FROM ledger.monitor_event o WHERE o.xid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY o.xid, o.id LIMIT greatest(1, least(p_limit, 1000)) FOR UPDATE SKIP LOCKED) s
      WHERE e.id = s.id RETURNING e.*
  )
  SELECT t.monitor_id, t.account_id, t.version, t.figure, t.occurred_at, m.measure, m.comparison, m.threshold
  FROM taken t LEFT JOIN ledger.balance_monitor m ON m.id = t.monitor_id ORDER BY t.xid, t.id
$$;

-- Notes each crossing that a call brought about on watched accounts: met after an entry and not before it.
CREATE FUNCTION ledger.note_crossings(p_accounts bigint[], p_versions_before bigint[]) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO ledger.monitor_event (monitor_id, account_id, version, figure, occurred_at)
    SELECT m.id, m.account_id, e.version, f.after, e.booked_at
    FROM unnest(p_accounts, p_versions_before) AS s (account, version_before)
    JOIN ledger.balance_monitor m ON m.account_id = s.account
    JOIN ledger.entry e ON e.account_id = s.account AND e.version > s.version_before
    LEFT JOIN ledger.entry b ON b.account_id = s.account AND b.version = e.version - 1
    CROSS JOIN LATERAL (SELECT
      e.balance - CASE m.measure WHEN 2 THEN e.reserved ELSE 0 END AS after,
      coalesce(b.balance - CASE m.measure WHEN 2 THEN b.reserved ELSE 0 END, 0) AS before) f
    WHERE CASE m.comparison WHEN 1 THEN f.after < m.threshold AND f.before >= m.threshold
                            ELSE f.after >= m.threshold AND f.before < m.threshold END
    ORDER BY e.account_id, e.version, m.id
$$;

-- ── Effective dates ─────────────────────────────────────────────────────────────────────────────────

-- Books the days of entries that belong to another day than the one they were booked on.
-- Returns, in the order of p_accounts, what the call changed on such days.
CREATE FUNCTION ledger.note_other_days(
  p_accounts bigint[], p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_debit_versions bigint[],
  p_credit_versions bigint[], p_dates date[], p_today date
) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  changed bigint[];
BEGIN
  INSERT INTO ledger.entry_effective (account_id, effective_date, version)
    SELECT r.account, r.day, r.version
    FROM (SELECT u.account, u.day, u.version FROM unnest(p_debits, p_dates, p_debit_versions) AS u (account, day, version)
          UNION ALL SELECT u.account, u.day, u.version
          FROM unnest(p_credits, p_dates, p_credit_versions) AS u (account, day, version)) r
    WHERE r.day <> p_today AND r.version IS NOT NULL;
  WITH nets AS (
    SELECT r.account, r.day, sum(r.net)::bigint AS net
    FROM (SELECT u.account, u.day, u.version, -u.amount AS net
          FROM unnest(p_debits, p_dates, p_debit_versions, p_amounts) AS u (account, day, version, amount)
          UNION ALL SELECT u.account, u.day, u.version, u.amount
          FROM unnest(p_credits, p_dates, p_credit_versions, p_amounts) AS u (account, day, version, amount)) r
    WHERE r.day <> p_today AND r.version IS NOT NULL
    GROUP BY r.account, r.day
  ), written AS (
    INSERT INTO ledger.account_day AS d (account_id, day, net)
      SELECT account, day, net FROM nets ON CONFLICT (account_id, day) DO UPDATE SET net = d.net + excluded.net
  )
  SELECT array_agg(coalesce(s.net, 0) ORDER BY a.ord) INTO changed
    FROM unnest(p_accounts) WITH ORDINALITY AS a (id, ord)
    LEFT JOIN (SELECT account, sum(net)::bigint AS net FROM nets GROUP BY account) s ON s.account = a.id;
  RETURN changed;
END $$;

-- What the account's entries up to an effective day add up to.
CREATE FUNCTION ledger.balance_on(p_account bigint, p_day date) RETURNS numeric
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce((SELECT sum(d.net) FROM ledger.account_day d WHERE d.account_id = p_account AND d.day <= p_day), 0)
    + coalesce((SELECT a.day_net FROM ledger.account a WHERE a.id = p_account AND a.day <= p_day), 0)
$$;

-- ── Options of single items ─────────────────────────────────────────────────────────────────────────

-- The day that a text names as YYYY-MM-DD and in no other way; NULL for anything else.
CREATE FUNCTION ledger.day_of(p_text text) RETURNS date
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN p_text ~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' THEN
    (SELECT CASE WHEN m.first + substr(p_text, 9, 2)::integer - 1 < m.first + interval '1 month'
                 THEN m.first + substr(p_text, 9, 2)::integer - 1 END
     FROM (SELECT make_date(substr(p_text, 1, 4)::integer, substr(p_text, 6, 2)::integer, 1) AS first) m) END
$$;

-- Reads p_options of ledger.post: the codes of items, where an option is unsound; effective dates; and what is kept.
CREATE FUNCTION ledger.read_options(
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
             p_linked[r.ord - 1] AND p_actions[r.ord] = 1 AND p_actions[r.ord - 1] = 1
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

-- ── Posting ─────────────────────────────────────────────────────────────────────────────────────────

DROP FUNCTION ledger.post(uuid[], bigint[], bigint[], bigint[], smallint[], text[], smallint[], smallint[], uuid[],
  integer[], boolean[], boolean, bigint[]);

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
CREATE FUNCTION ledger.post(
  p_ids uuid[], p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_kinds smallint[], p_references text[],
  p_actions smallint[], p_modes smallint[], p_related uuid[], p_timeouts integer[], p_linked boolean[],
  p_external boolean DEFAULT false, p_expire_accounts bigint[] DEFAULT '{}', p_options jsonb DEFAULT NULL,
  p_dry_run boolean DEFAULT false
) RETURNS TABLE (item_status smallint, item_code smallint, item_field text, item_amount bigint, item_booked_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- A plan made while a table is young must still be right when it holds millions of rows.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
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
  -- Further than any balance can go: no amount fits.
  never       CONSTANT bigint := 9200000000000000000;
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
  d_pos bigint[];
  c_pos bigint[];
  e_pos bigint[];
  -- Filled when the first item is not plain, or refused.
  o_status smallint[];
  o_code smallint[];
  o_field text[];
  o_amount bigint[] := p_amounts;
  o_booked timestamptz[];
  o_group uuid[];
  o_group_size smallint[];
  o_dv bigint[] := array_fill(NULL::bigint, ARRAY[n]);
  o_db bigint[] := o_dv;
  o_dr bigint[];
  o_cv bigint[] := o_dv;
  o_cb bigint[] := o_dv;
  o_cr bigint[];
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
  a_low bigint[];   -- the lowest balance that a plain transfer may leave
  a_high bigint[];  -- the highest
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
  -- Every item is a simple move, with nothing that the general loop is needed for.
  is_plain boolean := p_actions IS NULL AND p_modes IS NULL AND p_related IS NULL AND p_timeouts IS NULL
    AND p_linked IS NULL AND p_options IS NULL;
  is_smooth boolean;  -- and nothing is refused
  condition jsonb;
  rest bigint;
  has_duplicates boolean;
  has_prior boolean := false;
  ids_sorted uuid[];
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
    window_from := greatest(window_from, ledger.uuid_floor(time_now - interval '35 days'));
    window_until := least(window_until, ledger.uuid_floor(time_now + interval '60.001 seconds'));
  END IF;
  kinds := control.kinds;

  -- What is wrong with an item whatever the books say. The version and variant of a UUID are in its bytes 6 and 8.
  IF is_plain THEN
    SELECT array_agg(CASE
        WHEN r.id IS NULL OR get_byte(uuid_send(r.id), 6) >> 4 <> 7 OR get_byte(uuid_send(r.id), 8) >> 6 <> 2 THEN 1
        WHEN r.debit = r.credit THEN 4
        WHEN r.amount IS NULL OR r.amount NOT BETWEEN 1 AND amount_max THEN 8
        WHEN r.kind IS NULL OR r.kind <> ALL (kinds) THEN 9
        WHEN length(r.reference) NOT BETWEEN 1 AND 200 THEN 10
        WHEN r.id < window_from THEN 2
        WHEN r.id >= window_until THEN 3
        ELSE 0 END)
    INTO s_code
    FROM unnest(p_ids, p_debits, p_credits, p_amounts, p_kinds, p_references)
      AS r (id, debit, credit, amount, kind, reference);
    is_smooth := p_references IS NULL AND NOT p_dry_run;
  END IF;
  IF NOT is_plain THEN
    p_references := coalesce(p_references, array_fill(NULL::text, ARRAY[n]));
    p_actions := coalesce(p_actions, array_fill(1::smallint, ARRAY[n]));
    p_modes := coalesce(p_modes, array_fill(0::smallint, ARRAY[n]));
    p_related := coalesce(p_related, array_fill(NULL::uuid, ARRAY[n]));
    p_timeouts := coalesce(p_timeouts, array_fill(NULL::integer, ARRAY[n]));
    p_linked := coalesce(p_linked, array_fill(false, ARRAY[n]));
    has_links := true = ANY (p_linked);
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
        ELSE 0 END),
      bool_and(r.action = 1 AND r.mode = 0) AND NOT has_links AND NOT has_options
    INTO s_code, is_plain
    FROM unnest(p_ids, p_debits, p_credits, p_amounts, p_kinds, p_references, p_actions, p_modes, p_related, p_timeouts)
      AS r (id, debit, credit, amount, kind, reference, action, mode, related, timeout);
    is_smooth := false;
  END IF;
  -- Apart from the statement above: an aggregate over distinct values would sort the input of the others.
  -- Only months that these ids can lie in are searched for them.
  SELECT count(DISTINCT r.id) < count(*), array_agg(r.id ORDER BY r.id) INTO has_duplicates, ids_sorted
    FROM unnest(p_ids) AS r (id) WHERE r.id IS NOT NULL;
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

  -- 1. Lock. An item's position in the sorted distinct ids is its account's position in the locked arrays.
  SELECT array_agg(s.rank ORDER BY s.ord) FILTER (WHERE s.side = 1),
         array_agg(s.rank ORDER BY s.ord) FILTER (WHERE s.side = 2),
         array_agg(DISTINCT s.account ORDER BY s.account) FILTER (WHERE s.account IS NOT NULL)
  INTO d_pos, c_pos, wanted
  FROM (SELECT u.ord, u.side, u.account, dense_rank() OVER (ORDER BY u.account NULLS LAST) AS rank
        FROM (SELECT 1 AS side, r.ord, r.account FROM unnest(p_debits) WITH ORDINALITY AS r (account, ord)
              UNION ALL SELECT 2, r.ord, r.account FROM unnest(p_credits) WITH ORDINALITY AS r (account, ord)
              UNION ALL SELECT 3, 0, r.account FROM unnest(p_expire_accounts) AS r (account)) u) s;
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
           array_agg(l.version), array_agg(l.kind), array_agg(CASE WHEN l.frozen OR l.closed THEN never
             ELSE greatest(l.floor + l.reserved, -balance_max) END),
           array_agg(CASE WHEN l.closed THEN -never ELSE least(l.ceiling + l.reserved, balance_max) END),
           max(l.last_time), min(l.day), bool_or(l.guarded), bool_or(l.monitored),
           array_agg(l.id) FILTER (WHERE l.reserved > 0)
    INTO a_id, a_row, a_asset, a_balance, a_reserved, a_version, a_kind, a_low, a_high, a_last, a_oldest_day, a_guarded,
         a_monitored, holders
    FROM (SELECT a.*, a.ctid AS place FROM ledger.account a WHERE a.id = ANY (wanted) ORDER BY a.id) l;
  ELSE
    SELECT array_agg(l.id), array_agg(l.place), array_agg(l.asset), array_agg(l.balance), array_agg(l.reserved),
           array_agg(l.version), array_agg(l.kind), array_agg(CASE WHEN l.frozen OR l.closed THEN never
             ELSE greatest(l.floor + l.reserved, -balance_max) END),
           array_agg(CASE WHEN l.closed THEN -never ELSE least(l.ceiling + l.reserved, balance_max) END),
           max(l.last_time), min(l.day), bool_or(l.guarded), bool_or(l.monitored),
           array_agg(l.id) FILTER (WHERE l.reserved > 0)
    INTO a_id, a_row, a_asset, a_balance, a_reserved, a_version, a_kind, a_low, a_high, a_last, a_oldest_day, a_guarded,
         a_monitored, holders
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

  is_plain := is_plain AND NOT has_prior AND NOT coalesce(a_guarded, false) AND holders IS NULL;
  is_smooth := is_smooth AND is_plain;
  IF NOT is_plain THEN
    o_dr := array_fill(NULL::bigint, ARRAY[n]);
    o_cr := o_dr;
    p_references := coalesce(p_references, array_fill(NULL::text, ARRAY[n]));
    p_actions := coalesce(p_actions, array_fill(1::smallint, ARRAY[n]));
    p_modes := coalesce(p_modes, array_fill(0::smallint, ARRAY[n]));
    p_related := coalesce(p_related, array_fill(NULL::uuid, ARRAY[n]));
    p_timeouts := coalesce(p_timeouts, array_fill(NULL::integer, ARRAY[n]));
    p_linked := coalesce(p_linked, array_fill(false, ARRAY[n]));
    -- What the general loop needs beyond the bounds.
    SELECT array_agg(a.floor ORDER BY a.id), array_agg(a.ceiling ORDER BY a.id), array_agg(a.frozen ORDER BY a.id),
           array_agg(a.closed ORDER BY a.id)
    INTO a_floor, a_ceiling, a_frozen, a_closed FROM ledger.account a WHERE a.id = ANY (a_id);
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
  END IF;

  IF NOT is_smooth THEN
    o_status := array_fill(1::smallint, ARRAY[n]);
    o_code := array_fill(0::smallint, ARRAY[n]);
    o_field := array_fill(NULL::text, ARRAY[n]);
    o_booked := array_fill(NULL::timestamptz, ARRAY[n]);
    o_group := array_fill(NULL::uuid, ARRAY[n]);
    o_group_size := array_fill(NULL::smallint, ARRAY[n]);
  END IF;

  -- Overdue pendings of the locked accounts expire before anything is decided.
  IF holders IS NOT NULL THEN
    SELECT array_agg(s.transfer_id), array_agg(s.debit_account_id), array_agg(s.credit_account_id),
           array_agg(s.amount), array_agg(t.kind), array_agg(t.booked_at)
    INTO p_overdue_id, p_overdue_debit, p_overdue_credit, p_overdue_amount, p_overdue_kind, p_overdue_booked
    FROM (SELECT y.* FROM ledger.open_pending y
          WHERE y.debit_account_id = ANY (holders) AND y.expires_at <= time_booked
          ORDER BY y.expires_at, y.transfer_id LIMIT 8190) s
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

  -- 3. Decide, in request order. Plain items first: each needs two comparisons.
  i := 0;
  WHILE is_plain AND i < n LOOP
    i := i + 1;
    code := s_code[i];
    field := NULL;
    IF code = 0 THEN
      d := d_pos[i];
      c := c_pos[i];
      moved := p_amounts[i];
      IF a_balance[d] - moved >= a_low[d] AND a_balance[c] + moved <= a_high[c] THEN
        a_balance[d] := a_balance[d] - moved;
        a_version[d] := a_version[d] + 1;
        o_dv[i] := a_version[d];
        o_db[i] := a_balance[d];
        a_balance[c] := a_balance[c] + moved;
        a_version[c] := a_version[c] + 1;
        o_cv[i] := a_version[c];
        o_cb[i] := a_balance[c];
        CONTINUE;
      END IF;
      IF a_high[d] = -never OR a_high[c] = -never THEN
        code := 53;
        field := CASE WHEN a_high[d] = -never THEN 'debitAccountId' ELSE 'creditAccountId' END;
      ELSIF a_low[d] = never THEN
        code := 52;
      ELSIF a_balance[d] - moved < -balance_max OR a_balance[c] + moved > balance_max THEN
        code := 54;
      ELSIF a_balance[d] - moved < a_low[d] THEN
        code := 50;
      ELSE
        code := 51;
      END IF;
    END IF;
    IF is_smooth THEN
      is_smooth := false;
      o_status := array_fill(1::smallint, ARRAY[n]);
      o_code := array_fill(0::smallint, ARRAY[n]);
      o_field := array_fill(NULL::text, ARRAY[n]);
    END IF;
    o_status[i] := CASE WHEN code >= 50 THEN 3 ELSE 4 END;
    o_code[i] := code;
    o_field[i] := field;
    o_amount[i] := 0;
  END LOOP;
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
      FROM unnest(o_status, o_code, o_field, o_amount, o_booked) WITH ORDINALITY AS r (status, code, field, amount, booked, ord)
      WHERE r.ord <= n ORDER BY r.ord;
    RETURN;
  END IF;

  -- 4. Write. An id that another call took meanwhile ends this one by the key of its table.
  IF is_smooth THEN
    INSERT INTO ledger.transfer (id, debit_account_id, credit_account_id, amount, booked_at, debit_version,
        credit_version, kind, action, mode, outcome)
      SELECT r.id, r.debit, r.credit, r.amount, time_booked, r.dv, r.cv, r.kind, 1, 0, 0
      FROM unnest(p_ids, p_debits, p_credits, p_amounts, o_dv, o_cv, p_kinds)
        AS r (id, debit, credit, amount, dv, cv, kind)
      ORDER BY r.id;
  ELSIF is_plain THEN
    INSERT INTO ledger.transfer (id, debit_account_id, credit_account_id, amount, booked_at, debit_version,
        credit_version, kind, action, mode, outcome, requested_amount, reference, refused_field)
      SELECT r.id, r.debit, r.credit, r.moved, time_booked, r.dv, r.cv, r.kind, 1, 0, r.code,
             nullif(r.requested, r.moved), r.reference, r.field
      FROM unnest(p_ids, p_debits, p_credits, o_amount, o_dv, o_cv, p_kinds, o_code, p_amounts, o_status, o_field,
                  coalesce(p_references, '{}'))
        AS r (id, debit, credit, moved, dv, cv, kind, code, requested, status, field, reference)
      WHERE r.status IN (1, 3)
      ORDER BY r.id;
  ELSE
    INSERT INTO ledger.transfer (id, debit_account_id, credit_account_id, amount, booked_at, debit_version, credit_version,
        kind, action, mode, outcome, group_size, timeout_seconds, requested_amount, related_id, group_id, reference,
        effective_date, refused_field, options)
      SELECT r.id, r.debit, r.credit, r.moved, time_booked, r.dv, r.cv, r.kind, r.action, r.mode, r.code, r.group_size,
             r.timeout, nullif(r.requested, r.moved), r.related, r.group_id, r.reference,
             r.effective_date, CASE WHEN r.status = 3 THEN r.field END, r.options
      FROM unnest(p_ids, p_debits, p_credits, o_amount, o_dv, o_cv, p_kinds, p_actions, p_modes, o_code, o_group_size,
                  p_timeouts, p_amounts, p_related, o_group, p_references, o_status, o_date, o_field, o_options)
        AS r (id, debit, credit, moved, dv, cv, kind, action, mode, code, group_size,
              timeout, requested, related, group_id, reference, status, effective_date, field, options)
      WHERE r.status IN (1, 3)
      ORDER BY r.id;
  END IF;
  GET DIAGNOSTICS rows_planned = ROW_COUNT;
  IF rows_planned = 0 THEN
    RETURN QUERY SELECT * FROM unnest(o_status, o_code, o_field, o_amount, o_booked);
    RETURN;
  END IF;

  IF is_plain THEN
    INSERT INTO ledger.entry (account_id, version, amount, balance, reserved, booked_at, transfer_id, kind)
      SELECT r.account, r.version, -r.moved, r.balance, 0, time_booked, r.id, r.kind
      FROM unnest(p_debits, o_dv, p_amounts, o_db, p_ids, p_kinds) AS r (account, version, moved, balance, id, kind)
      WHERE r.version IS NOT NULL
      UNION ALL
      SELECT r.account, r.version, r.moved, r.balance, 0, time_booked, r.id, r.kind
      FROM unnest(p_credits, o_cv, p_amounts, o_cb, p_ids, p_kinds) AS r (account, version, moved, balance, id, kind)
      WHERE r.version IS NOT NULL;
  ELSE
    INSERT INTO ledger.entry (account_id, version, amount, balance, reserved, booked_at, transfer_id, kind)
      SELECT r.account, r.version, CASE WHEN r.action = act_pending THEN 0 ELSE -r.moved END,
             r.balance, r.reserved, time_booked, r.id, r.kind
      FROM unnest(p_debits, o_dv, o_amount, o_db, o_dr, p_ids, p_kinds, p_actions)
        AS r (account, version, moved, balance, reserved, id, kind, action)
      WHERE r.version IS NOT NULL
      UNION ALL
      SELECT r.account, r.version, r.moved, r.balance, r.reserved, time_booked, r.id, r.kind
      FROM unnest(p_credits, o_cv, o_amount, o_cb, o_cr, p_ids, p_kinds)
        AS r (account, version, moved, balance, reserved, id, kind)
      WHERE r.version IS NOT NULL;
  END IF;
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
    SET balance = s.balance, reserved = s.reserved, version = s.version, last_time = time_booked, day = today,
        day_net = CASE WHEN a.day = today THEN a.day_net ELSE 0 END + (s.balance - a.balance) - coalesce(s.other, 0)
    FROM unnest(a_row, a_balance, a_reserved, a_version, a_before, a_other)
      AS s (place, balance, reserved, version, before, other)
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

  IF is_smooth THEN
    RETURN QUERY SELECT 1::smallint, 0::smallint, NULL::text, r.amount, time_booked FROM unnest(p_amounts) AS r (amount);
  ELSE
    RETURN QUERY SELECT r.status, r.code, r.field, r.amount, coalesce(r.booked, time_booked)
      FROM unnest(o_status, o_code, o_field, o_amount, o_booked) WITH ORDINALITY
        AS r (status, code, field, amount, booked, ord)
      WHERE r.ord <= n ORDER BY r.ord;
  END IF;
END $$;


-- One plain transfer that stands alone: the same decision in scalars. Whatever is not plain (a malformed item, an id
-- that exists, limits, monitors, reserved money, the first posting of a day) goes to ledger.post.
CREATE FUNCTION ledger.post_single(
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
          last_time = time_booked, day = today,
          day_net = a.day_net + CASE a.id WHEN p_debit THEN -p_amount ELSE p_amount END
      WHERE a.id IN (p_debit, p_credit);
    IF pair.d_kind <> pair.c_kind THEN
      INSERT INTO ledger.rollup_tail (kind, asset, balance, reserved)
        VALUES (pair.d_kind, pair.asset, -p_amount, 0), (pair.c_kind, pair.asset, p_amount, 0);
    END IF;
  END IF;
  RETURN NEXT;
END $$;

-- A single plain item through the general function.
CREATE FUNCTION ledger.post_one_of_many(
  p_id uuid, p_debit bigint, p_credit bigint, p_amount bigint, p_kind smallint, p_reference text
) RETURNS TABLE (item_status smallint, item_code smallint, item_field text, item_amount bigint, item_booked_at timestamptz)
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM ledger.post(ARRAY[p_id], ARRAY[p_debit], ARRAY[p_credit], ARRAY[p_amount], ARRAY[p_kind],
    ARRAY[p_reference], ARRAY[1]::smallint[], ARRAY[0]::smallint[], ARRAY[NULL]::uuid[], ARRAY[NULL]::integer[], ARRAY[false])
$$;

-- ── Who may do what ─────────────────────────────────────────────────────────────────────────────────

REVOKE ALL ON ALL TABLES IN SCHEMA ledger FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA ledger FROM PUBLIC, cascade_app;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT SELECT ON ledger.account_day, ledger.entry_effective, ledger.conversion, ledger.owner_guard, ledger.velocity_limit,
  ledger.velocity_bucket, ledger.account_group, ledger.account_group_kind, ledger.rollup_fold, ledger.rollup_tail,
  ledger.balance_monitor, ledger.monitor_event TO cascade_app;
GRANT EXECUTE ON FUNCTION
  ledger.post(uuid[], bigint[], bigint[], bigint[], smallint[], text[], smallint[], smallint[], uuid[], integer[],
              boolean[], boolean, bigint[], jsonb, boolean),
  ledger.post_single(uuid, bigint, bigint, bigint, smallint, text),
  ledger.open_account(text, smallint, smallint),
  ledger.set_velocity_limits(text, jsonb),
  ledger.velocity_of(text, timestamptz),
  ledger.bucket_start(smallint, timestamptz),
  ledger.period_start(smallint, timestamptz),
  ledger.trim_velocity(integer),
  ledger.fold_rollups(),
  ledger.set_account_group(text, smallint[], smallint[]),
  ledger.set_monitor(bigint, smallint, smallint, bigint),
  ledger.remove_monitor(bigint),
  ledger.take_monitor_events(integer),
  ledger.balance_on(bigint, date) TO cascade_app;
