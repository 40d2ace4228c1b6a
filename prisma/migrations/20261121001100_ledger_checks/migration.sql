-- What the checker found, and up to where it found the books in order. server/ledger/README.md explains it.

-- One row per reading of the books.
CREATE TABLE ledger.check_run (
  id           bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- full: from the first entry on; incremental: from the last good point on.
  kind         text           NOT NULL CHECK (kind IN ('full', 'incremental')),
  started_at   timestamptz(6) NOT NULL,
  finished_at  timestamptz(6) NOT NULL,
  -- No hard finding. Then what this run saw is the good point that the next incremental one starts from.
  ok           boolean        NOT NULL,
  -- [{check, severity, count, place, expected, actual}], the gravest first.
  findings     jsonb          NOT NULL,
  -- How much was read: {accounts, transfers, refusals, entries, openPendings}, decimal texts.
  figures      jsonb          NOT NULL,
  -- The ledger's time of the good point it started from, NULL for the beginning, and of the moment it saw.
  covers_from  timestamptz(6),
  covers_until timestamptz(6) NOT NULL,
  CONSTRAINT check_run_covers CHECK ((covers_from IS NULL) = (kind = 'full'))
);

-- Each account as the last run without a hard finding saw it: its opening balance for the next incremental run.
-- Accounts without entries have no row. Only a run writes here, posting never does.
CREATE TABLE ledger.check_point (
  account_id bigint         PRIMARY KEY,
  version    bigint         NOT NULL CHECK (version > 0),
  balance    bigint         NOT NULL,
  reserved   bigint         NOT NULL,
  booked_at  timestamptz(6) NOT NULL
) WITH (fillfactor = 70);

CREATE TRIGGER permanent BEFORE UPDATE OR TRUNCATE ON ledger.check_run
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER permanent BEFORE TRUNCATE ON ledger.check_point
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- Keeps the result of a reading and, when nothing hard was found, moves the good point to what that reading saw: it
-- insists on the snapshot of the caller, so what is kept is what was checked, whatever was booked meanwhile.
-- Keeps the last 1,000 results, the last 10,000 with hard findings and the last without any. Returns the result's id.
CREATE FUNCTION ledger.record_check(
  p_kind text, p_started_at timestamptz, p_ok boolean, p_findings jsonb, p_figures jsonb,
  p_covers_from timestamptz, p_covers_until timestamptz
) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- A plan made while check_point is empty must not walk through all of it for each account.
SET enable_nestloop = off SET jit = off
AS $$
DECLARE
  run bigint;
BEGIN
  IF current_setting('transaction_isolation') <> 'repeatable read' THEN
    RAISE EXCEPTION 'ledger: a check is kept in the snapshot that it read' USING ERRCODE = 'LG003';
  END IF;
  IF p_ok THEN
    INSERT INTO ledger.check_point AS c (account_id, version, balance, reserved, booked_at)
      SELECT a.id, a.version, a.balance, a.reserved, a.last_time
      FROM ledger.account a LEFT JOIN ledger.check_point p ON p.account_id = a.id
      WHERE a.version > 0 AND (p.account_id IS NULL OR p.version <> a.version OR p.balance <> a.balance
        OR p.reserved <> a.reserved OR p.booked_at <> a.last_time)
      ON CONFLICT (account_id) DO UPDATE
        SET version = excluded.version, balance = excluded.balance, reserved = excluded.reserved,
            booked_at = excluded.booked_at;
    -- After a repair an account may be back at no entries at all.
    DELETE FROM ledger.check_point p
      WHERE NOT EXISTS (SELECT FROM ledger.account a WHERE a.id = p.account_id AND a.version > 0);
  END IF;
  INSERT INTO ledger.check_run (kind, started_at, finished_at, ok, findings, figures, covers_from, covers_until)
    VALUES (p_kind, p_started_at, clock_timestamp(), p_ok, p_findings, p_figures, p_covers_from, p_covers_until)
    RETURNING id INTO run;
  DELETE FROM ledger.check_run r
    USING (SELECT o.id, o.ok, row_number() OVER (ORDER BY o.id DESC) AS place,
                  row_number() OVER (PARTITION BY o.ok ORDER BY o.id DESC) AS place_among_alike
           FROM ledger.check_run o) s
    WHERE r.id = s.id AND s.place > 1000 AND s.place_among_alike > CASE WHEN s.ok THEN 1 ELSE 10000 END;
  RETURN run;
END $$;

REVOKE ALL ON ledger.check_run, ledger.check_point FROM PUBLIC, cascade_app;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA ledger FROM PUBLIC, cascade_app;
REVOKE ALL ON FUNCTION ledger.record_check(text, timestamptz, boolean, jsonb, jsonb, timestamptz, timestamptz)
  FROM PUBLIC, cascade_app;
GRANT SELECT ON ledger.check_run, ledger.check_point TO cascade_app;
GRANT EXECUTE ON FUNCTION
  ledger.record_check(text, timestamptz, boolean, jsonb, jsonb, timestamptz, timestamptz) TO cascade_app;
