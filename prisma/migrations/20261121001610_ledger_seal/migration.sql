-- Sealing a month of transfers, and putting a sealed month away. server/ledger/README.md explains it.

INSERT INTO ledger.refusal (code, name, final) VALUES (27, 'related_transfer_archived', false);

-- ── What posting looks at ───────────────────────────────────────────────────────────────────────────

-- ids_from was the first id that the attached months can hold; from now on it is the first that may still be booked: a
-- seal moves it to the end of its month, and all three posting functions refuse older ids as they did before.
-- Transfers from archived_from on and below archived_until are in the archive.
ALTER TABLE ledger.control
  ADD COLUMN archived_from uuid,
  ADD COLUMN archived_until uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';

-- What ends or reverses a transfer of an archived month has a refusal of its own. Two lines of ledger.post change, so
-- it is not repeated here; where they are no longer as they were this migration fails.
DO $change$
DECLARE
  definition text := pg_get_functiondef('ledger.post(uuid[],bigint[],bigint[],bigint[],smallint[],text[],smallint[],'
    'smallint[],uuid[],integer[],boolean[],boolean,bigint[],jsonb,boolean)'::regprocedure);
  changes CONSTANT text[] := ARRAY[
    'code := CASE WHEN r_debit[slot] IS NULL THEN 15 ELSE 16 END;',
    'code := CASE WHEN r_debit[slot] IS NOT NULL THEN 16 '
      'WHEN p_related[i] >= control.archived_from AND p_related[i] < control.archived_until THEN 27 ELSE 15 END;',
    E'rel_expired THEN\n        code := 13;',
    E'rel_expired THEN\n        code := CASE WHEN r_debit[slot] IS NULL AND p_related[i] >= control.archived_from '
      'AND p_related[i] < control.archived_until THEN 27 ELSE 13 END;'];
BEGIN
  FOR i IN 0 .. 1 LOOP
    IF strpos(definition, changes[2 * i + 1]) = 0 THEN
      RAISE EXCEPTION 'ledger.post has no longer: %', changes[2 * i + 1];
    END IF;
    definition := replace(definition, changes[2 * i + 1], changes[2 * i + 2]);
  END LOOP;
  EXECUTE definition;
END $change$;

-- ── The archive ─────────────────────────────────────────────────────────────────────────────────────

-- Where months go when they are detached. The application has no right here, not even to look; it reads the view.
CREATE SCHEMA ledger_archive;

-- Every transfer there ever was: those of the attached months and those of the archive. Readers of history use it,
-- posting never does.
CREATE VIEW ledger.recorded_transfer AS
  SELECT id, debit_account_id, credit_account_id, amount, booked_at, debit_version, credit_version, kind, action, mode,
         outcome, group_size, timeout_seconds, requested_amount, related_id, group_id, reference, effective_date,
         refused_field, options
  FROM ledger.transfer;

-- What an owner did in the last thirty days may have been booked with an older id.
DO $change$
BEGIN
  EXECUTE replace(pg_get_functiondef('ledger.velocity_of(text,timestamptz)'::regprocedure),
                  'JOIN ledger.transfer ', 'JOIN ledger.recorded_transfer ');
END $change$;

-- ── Seals ───────────────────────────────────────────────────────────────────────────────────────────

-- One row per sealed month, never changed. Digests are SHA-256 in hexadecimal digits.
CREATE TABLE ledger.seal (
  month            date           PRIMARY KEY CHECK (extract(day FROM month) = 1),
  sealed_at        timestamptz(6) NOT NULL,
  sealed_by        text           NOT NULL CHECK (length(sealed_by) BETWEEN 1 AND 128),
  -- The transfers whose ids are of this month: what happened, what was refused for good, and by asset what moved.
  transfers        bigint         NOT NULL,
  refusals         bigint         NOT NULL,
  amounts          jsonb          NOT NULL,
  transfers_digest text           NOT NULL,
  -- Of the rows of seal_account.
  accounts         bigint         NOT NULL,
  accounts_digest  text           NOT NULL,
  previous_hash    text,
  -- Of all columns above: whoever knows the last hash can prove every seal before it.
  hash             text           NOT NULL UNIQUE
);

-- Every account with a history, as it stood when the month was sealed. Nothing can be booked into the month after
-- that, so every entry of its transfers is at or below this version.
CREATE TABLE ledger.seal_account (
  month           date           NOT NULL,
  account_id      bigint         NOT NULL,
  version         bigint         NOT NULL CHECK (version > 0),
  balance         bigint         NOT NULL,
  reserved        bigint         NOT NULL,
  booked_at       timestamptz(6) NOT NULL,
  -- What was booked until the end of the month; 0 where nothing was.
  closing_version bigint         NOT NULL,
  closing_balance bigint         NOT NULL,
  -- What the effective days until the end of the month add up to, as far as that was known. A later booking may name
  -- one of these days.
  day_balance     bigint         NOT NULL,
  -- Of the entries above the version of the seal before, with their effective dates.
  entries_digest  text           NOT NULL,
  PRIMARY KEY (account_id, month)
);
CREATE INDEX seal_account_month_idx ON ledger.seal_account (month, account_id);

CREATE TABLE ledger.seal_detachment (
  month       date           PRIMARY KEY REFERENCES ledger.seal (month),
  detached_at timestamptz(6) NOT NULL,
  detached_by text           NOT NULL CHECK (length(detached_by) BETWEEN 1 AND 128)
);

CREATE TRIGGER permanent BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.seal
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER permanent BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.seal_account
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER permanent BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.seal_detachment
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- ── Digests ─────────────────────────────────────────────────────────────────────────────────────────
-- A row is hashed as a JSON array of its columns, times in microseconds. Rows are hashed together in portions, since
-- one text of all of them would be larger than PostgreSQL allows.

CREATE FUNCTION ledger.microseconds(p_time timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT (extract(epoch FROM p_time) * 1000000)::bigint
$$;

-- The transfers with ids in a range, wherever they are. The first six digits of an id are a portion of 4.7 hours.
CREATE FUNCTION ledger.transfers_digest(p_from uuid, p_until uuid)
RETURNS TABLE (transfers bigint, refusals bigint, amounts jsonb, digest text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET jit = off AS $$
  WITH portions AS (
    SELECT left(t.id::text, 6) AS portion, a.asset,
           count(*) FILTER (WHERE t.outcome = 0) AS transfers, count(*) FILTER (WHERE t.outcome <> 0) AS refusals,
           coalesce(sum(t.amount) FILTER (WHERE t.outcome = 0 AND t.action <> 2), 0) AS amount,
           sha256(string_agg(sha256(convert_to(json_build_array(t.id, t.debit_account_id, t.credit_account_id, t.amount,
             ledger.microseconds(t.booked_at), t.debit_version, t.credit_version, t.kind, t.action, t.mode, t.outcome,
             t.group_size, t.timeout_seconds, t.requested_amount, t.related_id, t.group_id, t.reference,
             t.effective_date, t.refused_field, t.options)::text, 'UTF8')), ''::bytea ORDER BY t.id)) AS digest
    FROM ledger.recorded_transfer t LEFT JOIN ledger.account a ON a.id = t.debit_account_id
    WHERE t.id >= p_from AND t.id < p_until
    GROUP BY 1, 2
  )
  SELECT coalesce(sum(p.transfers), 0)::bigint, coalesce(sum(p.refusals), 0)::bigint,
         (SELECT coalesce(jsonb_object_agg(s.asset, s.amount::text), '{}')
          FROM (SELECT o.asset, sum(o.amount) AS amount FROM portions o WHERE o.amount > 0 GROUP BY o.asset) s),
         encode(sha256(coalesce(string_agg(p.digest, ''::bytea ORDER BY p.portion, p.asset), ''::bytea)), 'hex')
  FROM portions p
$$;

-- An account's entries of a range of versions, 65,536 versions to a portion. By the key of entries, whatever the caller's
-- settings say about scans.
CREATE FUNCTION ledger.entries_digest(p_account bigint, p_after bigint, p_until bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_nestloop = off SET jit = off AS $$
  SELECT encode(sha256(coalesce(string_agg(p.digest, ''::bytea ORDER BY p.portion), ''::bytea)), 'hex')
  FROM (SELECT e.version >> 16 AS portion,
               sha256(string_agg(sha256(convert_to(json_build_array(e.account_id, e.version, e.amount, e.balance,
                 e.reserved, ledger.microseconds(e.booked_at), e.transfer_id, e.kind, f.effective_date)::text, 'UTF8')),
                 ''::bytea ORDER BY e.version)) AS digest
        FROM ledger.entry e
        LEFT JOIN (SELECT x.version, x.effective_date FROM ledger.entry_effective x
                   WHERE x.account_id = p_account AND x.version > p_after AND x.version <= p_until) f
          ON f.version = e.version
        WHERE e.account_id = p_account AND e.version > p_after AND e.version <= p_until
        GROUP BY 1) p
$$;

-- The rows of seal_account of a month, 65,536 ids to a portion.
CREATE FUNCTION ledger.accounts_digest(p_month date) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET jit = off AS $$
  SELECT encode(sha256(coalesce(string_agg(p.digest, ''::bytea ORDER BY p.portion), ''::bytea)), 'hex')
  FROM (SELECT s.account_id >> 16 AS portion,
               sha256(string_agg(sha256(convert_to(json_build_array(s.month, s.account_id, s.version, s.balance,
                 s.reserved, ledger.microseconds(s.booked_at), s.closing_version, s.closing_balance, s.day_balance,
                 s.entries_digest)::text, 'UTF8')), ''::bytea ORDER BY s.account_id)) AS digest
        FROM ledger.seal_account s WHERE s.month = p_month GROUP BY 1) p
$$;

CREATE FUNCTION ledger.seal_hash(p_seal ledger.seal) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(sha256(convert_to(json_build_array(p_seal.month, ledger.microseconds(p_seal.sealed_at), p_seal.sealed_by,
    p_seal.transfers, p_seal.refusals, p_seal.amounts, p_seal.transfers_digest, p_seal.accounts, p_seal.accounts_digest,
    p_seal.previous_hash)::text, 'UTF8')), 'hex')
$$;

CREATE FUNCTION ledger.month_ids(p_month date, OUT ids_from uuid, OUT ids_until uuid)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ledger.uuid_floor(p_month::timestamp AT TIME ZONE 'UTC'),
         ledger.uuid_floor((p_month + interval '1 month') AT TIME ZONE 'UTC')
$$;

-- ── Sealing ─────────────────────────────────────────────────────────────────────────────────────────

-- A call that read ids_from before the seal and books after it ends here; repeated, it is told id_too_old.
CREATE FUNCTION ledger.refuse_sealed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'ledger: the month of this id was sealed meanwhile' USING ERRCODE = '40001';
END $$;

-- From now on the month takes nothing. The lock waits for calls that have booked into this month and are not finished,
-- and stops nobody else: an insert locks only the month that its row goes to.
CREATE FUNCTION ledger.guard_month(p_name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER sealed BEFORE INSERT ON ledger.%I FOR EACH ROW '
    'EXECUTE FUNCTION ledger.refuse_sealed()', p_name);
END $$;

-- Seals a month. Returns 'sealed' or why not: 'month_not_found', 'month_sealed', 'month_still_open' (an id of it could
-- still be accepted by its age), 'earlier_month_not_sealed', 'books_not_checked' (the last full check is more than a
-- day old or found something, or a later one did), 'month_has_open_pending'.
--
-- It reads everything first and takes its lock last. Transfers are only ever added, so when the month holds as many
-- rows under the lock as before the first look, the transfers that were read are all there will be; and they were
-- committed before the accounts were read, so their entries are at or below the versions that were read. Otherwise it
-- raises 40001 and is repeated; with p_lock_first, when somebody books into the month without a pause: then the lock
-- comes first, and who books into this month waits, or is told ledger_busy.
CREATE FUNCTION ledger.seal_month(p_month date, p_actor text, p_lock_first boolean) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' SET jit = off AS $$
DECLARE
  place ledger.transfer_partition;
  new_seal ledger.seal;
  rows_seen bigint;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'ledger: sealing needs READ COMMITTED' USING ERRCODE = 'LG003';
  END IF;
  PERFORM pg_advisory_xact_lock(7261963005);
  IF EXISTS (SELECT FROM ledger.seal s WHERE s.month = p_month) THEN
    RETURN 'month_sealed';
  END IF;
  SELECT * INTO place FROM ledger.transfer_partition p WHERE p.month = p_month;
  IF NOT FOUND THEN
    RETURN 'month_not_found';
  ELSIF place.ids_until > ledger.uuid_floor(ledger.now() - interval '840 hours') THEN
    RETURN 'month_still_open';
  ELSIF EXISTS (SELECT FROM ledger.transfer_partition p WHERE p.month < p_month
                AND NOT EXISTS (SELECT FROM ledger.seal s WHERE s.month = p.month)) THEN
    RETURN 'earlier_month_not_sealed';
  ELSIF NOT coalesce((SELECT bool_and(r.ok) AND bool_or(r.kind = 'full') FROM ledger.check_run r
                      WHERE r.id >= (SELECT max(f.id) FROM ledger.check_run f WHERE f.kind = 'full'
                                       AND f.finished_at > clock_timestamp() - interval '1 day')), false) THEN
    RETURN 'books_not_checked';
  ELSIF EXISTS (SELECT FROM ledger.open_pending o WHERE o.transfer_id < place.ids_until) THEN
    RETURN 'month_has_open_pending';
  END IF;

  IF p_lock_first THEN
    PERFORM ledger.guard_month(place.name);
  END IF;
  SELECT count(*) INTO rows_seen FROM ledger.transfer t WHERE t.id >= place.ids_from AND t.id < place.ids_until;
  IF EXISTS (SELECT FROM ledger.open_pending o WHERE o.transfer_id < place.ids_until) THEN
    RAISE EXCEPTION 'ledger: a pending of the month was opened meanwhile' USING ERRCODE = '40001';
  END IF;
  SELECT d.transfers, d.refusals, d.amounts, d.digest
    INTO new_seal.transfers, new_seal.refusals, new_seal.amounts, new_seal.transfers_digest
    FROM ledger.transfers_digest(place.ids_from, place.ids_until) d;
  INSERT INTO ledger.seal_account (month, account_id, version, balance, reserved, booked_at, closing_version,
      closing_balance, day_balance, entries_digest)
    SELECT p_month, a.id, a.version, a.balance, a.reserved, a.last_time, c.version, coalesce(e.balance, 0),
           ledger.balance_on(a.id, (p_month + interval '1 month' - interval '1 day')::date)::bigint,
           ledger.entries_digest(a.id, coalesce(b.version, 0), a.version)
    FROM ledger.account a
    CROSS JOIN LATERAL (SELECT ledger.version_before(a.id, (p_month + interval '1 month') AT TIME ZONE 'UTC') AS version) c
    LEFT JOIN LATERAL (SELECT y.balance FROM ledger.entry y WHERE y.account_id = a.id AND y.version = c.version LIMIT 1) e
      ON true
    LEFT JOIN LATERAL (SELECT y.version FROM ledger.seal_account y WHERE y.account_id = a.id
                       ORDER BY y.month DESC LIMIT 1) b ON true
    WHERE a.version > 0;
  GET DIAGNOSTICS new_seal.accounts = ROW_COUNT;
  new_seal.month := p_month;
  new_seal.sealed_at := clock_timestamp();
  new_seal.sealed_by := p_actor;
  new_seal.accounts_digest := ledger.accounts_digest(p_month);
  new_seal.previous_hash := (SELECT s.hash FROM ledger.seal s ORDER BY s.month DESC LIMIT 1);
  new_seal.hash := ledger.seal_hash(new_seal);

  IF NOT p_lock_first THEN
    PERFORM ledger.guard_month(place.name);
  END IF;
  IF rows_seen <> new_seal.transfers + new_seal.refusals OR rows_seen <>
     (SELECT count(*) FROM ledger.transfer t WHERE t.id >= place.ids_from AND t.id < place.ids_until) THEN
    RAISE EXCEPTION 'ledger: somebody booked into the month while it was being sealed' USING ERRCODE = '40001';
  END IF;
  INSERT INTO ledger.seal SELECT new_seal.*;
  UPDATE ledger.control SET ids_from = greatest(ids_from, place.ids_until) WHERE only_row;
  RETURN 'sealed';
END $$;

-- ── Detaching ───────────────────────────────────────────────────────────────────────────────────────

-- Moves the partition of a sealed month into the archive, with its triggers, and says so to posting and to readers.
-- All locks are taken together and held for a few changes of the catalogue.
CREATE FUNCTION ledger.archive_month(p_month date) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  partition_name text;
  column_list CONSTANT text := 'id, debit_account_id, credit_account_id, amount, booked_at, debit_version, '
    'credit_version, kind, action, mode, outcome, group_size, timeout_seconds, requested_amount, related_id, group_id, '
    'reference, effective_date, refused_field, options';
BEGIN
  SELECT p.name INTO STRICT partition_name FROM ledger.transfer_partition p WHERE p.month = p_month;
  -- Readers lock the view before the table.
  LOCK TABLE ledger.recorded_transfer IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('ALTER TABLE ledger.transfer DETACH PARTITION ledger.%I', partition_name);
  EXECUTE format('ALTER TABLE ledger.%I SET SCHEMA ledger_archive', partition_name);
  EXECUTE 'CREATE OR REPLACE VIEW ledger.recorded_transfer AS SELECT ' || column_list || ' FROM ledger.transfer'
    || (SELECT string_agg(format(' UNION ALL SELECT %s FROM ledger_archive.%I', column_list, c.relname), '' ORDER BY c.relname DESC)
        FROM pg_class c WHERE c.relnamespace = 'ledger_archive'::regnamespace AND c.relkind = 'r');
  DELETE FROM ledger.transfer_partition p WHERE p.month = p_month;
  UPDATE ledger.control
    SET archived_from = coalesce(archived_from, (ledger.month_ids(p_month)).ids_from),
        archived_until = (ledger.month_ids(p_month)).ids_until
    WHERE only_row;
END $$;

-- Detaches a sealed month. Returns 'detached' or why not: 'month_not_sealed', 'month_detached',
-- 'earlier_month_attached', 'check_running', 'seal_broken' (the month or its seal is not as it was sealed).
-- What is read before the locks cannot change: the month is sealed. A lock that does not come within a fifth of a
-- second is given up, so that posting never waits longer than that, and the call is repeated.
CREATE FUNCTION ledger.detach_month(p_month date, p_actor text) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
  of_month ledger.seal;
  ids record;
BEGIN
  PERFORM pg_advisory_xact_lock(7261963005);
  SELECT * INTO of_month FROM ledger.seal s WHERE s.month = p_month;
  IF NOT FOUND THEN
    RETURN 'month_not_sealed';
  ELSIF EXISTS (SELECT FROM ledger.seal_detachment d WHERE d.month = p_month) THEN
    RETURN 'month_detached';
  ELSIF EXISTS (SELECT FROM ledger.transfer_partition p WHERE p.month < p_month) THEN
    RETURN 'earlier_month_attached';
  -- A check that began before and ended after it would see half of each.
  ELSIF NOT pg_try_advisory_xact_lock(7261963004) THEN
    RETURN 'check_running';
  END IF;
  SELECT * INTO ids FROM ledger.month_ids(p_month);
  IF of_month.hash <> ledger.seal_hash(of_month) OR of_month.accounts_digest <> ledger.accounts_digest(p_month)
    OR (of_month.transfers, of_month.refusals, of_month.amounts, of_month.transfers_digest)
       IS DISTINCT FROM (SELECT d FROM ledger.transfers_digest(ids.ids_from, ids.ids_until) d)
  THEN
    RETURN 'seal_broken';
  END IF;
  PERFORM ledger.archive_month(p_month);
  INSERT INTO ledger.seal_detachment (month, detached_at, detached_by) VALUES (p_month, clock_timestamp(), p_actor);
  RETURN 'detached';
END $$;

-- After an import wrote the rows of seals: makes of the months what they say.
CREATE FUNCTION ledger.restore_seals() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  missing date;
  sealed record;
BEGIN
  IF (SELECT max(s.month) - min(s.month) FROM ledger.seal s) > 240 * 31 THEN
    RAISE EXCEPTION 'ledger: the seals are more than 240 months apart' USING ERRCODE = '22023';
  END IF;
  FOR missing IN
    SELECT m.month::date FROM (SELECT min(s.month) AS first, max(s.month) AS last FROM ledger.seal s) r,
           (SELECT min(p.month) AS first FROM ledger.transfer_partition p) q,
           generate_series(r.first, greatest(r.last, q.first), interval '1 month') AS m (month)
    WHERE NOT EXISTS (SELECT FROM ledger.transfer_partition p WHERE p.month = m.month::date) ORDER BY m.month
  LOOP
    PERFORM ledger.create_partition(missing);
  END LOOP;
  FOR sealed IN
    SELECT s.month, p.name, d.month IS NOT NULL AS is_detached, (ledger.month_ids(s.month)).ids_until
    FROM ledger.seal s JOIN ledger.transfer_partition p ON p.month = s.month
    LEFT JOIN ledger.seal_detachment d ON d.month = s.month ORDER BY s.month
  LOOP
    PERFORM ledger.guard_month(sealed.name);
    IF sealed.is_detached THEN
      PERFORM ledger.archive_month(sealed.month);
    END IF;
    UPDATE ledger.control SET ids_from = greatest(ids_from, sealed.ids_until) WHERE only_row;
  END LOOP;
END $$;

-- ── Who may do what ─────────────────────────────────────────────────────────────────────────────────
-- The application looks; to seal and to detach takes a login that may act as the owner.

REVOKE ALL ON SCHEMA ledger_archive FROM PUBLIC, cascade_app;
REVOKE ALL ON ledger.seal, ledger.seal_account, ledger.seal_detachment, ledger.recorded_transfer FROM PUBLIC, cascade_app;
REVOKE ALL ON FUNCTION ledger.microseconds(timestamptz), ledger.transfers_digest(uuid, uuid),
  ledger.entries_digest(bigint, bigint, bigint), ledger.accounts_digest(date), ledger.seal_hash(ledger.seal),
  ledger.month_ids(date), ledger.refuse_sealed(), ledger.guard_month(text), ledger.seal_month(date, text, boolean),
  ledger.archive_month(date), ledger.detach_month(date, text), ledger.restore_seals() FROM PUBLIC, cascade_app;
GRANT SELECT ON ledger.seal, ledger.seal_account, ledger.seal_detachment, ledger.recorded_transfer TO cascade_app;
GRANT EXECUTE ON FUNCTION ledger.microseconds(timestamptz), ledger.transfers_digest(uuid, uuid),
  ledger.entries_digest(bigint, bigint, bigint), ledger.accounts_digest(date), ledger.seal_hash(ledger.seal),
  ledger.month_ids(date) TO cascade_app;
