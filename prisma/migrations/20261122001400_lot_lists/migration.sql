-- A batch adds to the list of an account what came, and leaves what went: a lot of another account counts for nothing. A lot
-- that went and came again is named twice, and counts once.
CREATE OR REPLACE FUNCTION lots_in(account bigint) RETURNS SETOF lot LANGUAGE sql STABLE ROWS 100 AS $$
  SELECT l.*
  FROM (SELECT DISTINCT unnest(p.lots) AS serial FROM lot_progress p WHERE p.account_id = account) s
  CROSS JOIN LATERAL (SELECT o.* FROM lot o WHERE o.serial_from = s.serial OFFSET 0) l
  WHERE l.account_id = account
  UNION ALL
  SELECT l.* FROM lot l WHERE l.house_id = account
$$;

-- Up to which id the worker took transfers to project them; batch is a number by chance, which every batch and every hold
-- sets anew.
ALTER TABLE lot_projection ADD COLUMN read_until uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';
UPDATE lot_projection SET read_until = ledger.uuid_floor(last_time - interval '1 hour')
WHERE last_time > 'epoch'::timestamptz + interval '1 day';
