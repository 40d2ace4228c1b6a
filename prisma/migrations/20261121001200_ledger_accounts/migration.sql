-- Opens many accounts at once. server/ledger/README.md explains it.

-- One row per item, in request order; an account is one per (owner, kind, asset), and items that name the same one are
-- decided like repeated calls. p_floors: NULL is the floor of the kind. p_ceilings: NULL is none.
-- item_code: 1 created, 2 exists; refused: 3 malformed owner, 4 the house, 5 no such kind for owners, 6 a bound beyond
-- 10^17, 7 the floor above the ceiling, 8 the floor below that of the kind, 9 bounds that a new account is outside of,
-- 10 and 11 the account exists with another floor, another ceiling.
-- Errors that end the whole call: LG002 malformed call, 55P03 someone else keeps the same accounts locked.
CREATE FUNCTION ledger.open_accounts(
  p_owners text[], p_kinds smallint[], p_assets smallint[], p_floors bigint[], p_ceilings bigint[]
) RETURNS TABLE (item_code smallint, item_id bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
-- A plan that was made for ten items takes ten seconds for thousands.
SET plan_cache_mode = force_custom_plan
SET lock_timeout = '5s'
AS $$
DECLARE
  bound_max CONSTANT bigint := 100000000000000000;
  n CONSTANT integer := cardinality(p_owners);
  codes smallint[];
  floors bigint[];
  new_owners text[];
  made bigint[];
BEGIN
  IF n IS NULL OR n NOT BETWEEN 1 AND 8190
    OR ARRAY[cardinality(p_kinds), cardinality(p_assets), cardinality(p_floors), cardinality(p_ceilings)]
      IS DISTINCT FROM array_fill(n, ARRAY[4]) THEN
    RAISE EXCEPTION 'ledger: malformed call' USING ERRCODE = 'LG002';
  END IF;
  SELECT array_agg(CASE
      WHEN r.owner IS NULL OR length(r.owner) NOT BETWEEN 1 AND 128 THEN 3
      WHEN r.owner = 'house' THEN 4
      WHEN k.code IS NULL THEN 5
      WHEN r.floor NOT BETWEEN -bound_max AND bound_max OR r.ceiling NOT BETWEEN -bound_max AND bound_max THEN 6
      WHEN coalesce(r.floor, k.floor) > r.ceiling THEN 7
      WHEN r.floor < k.floor THEN 8
      WHEN r.floor > 0 OR r.ceiling < 0 THEN 9
      ELSE 0 END ORDER BY r.ord), array_agg(coalesce(r.floor, k.floor) ORDER BY r.ord)
    INTO codes, floors
    FROM unnest(p_owners, p_kinds, p_assets, p_floors, p_ceilings) WITH ORDINALITY
      AS r (owner, kind, asset, floor, ceiling, ord)
    LEFT JOIN ledger.account_kind k ON k.code = r.kind AND k.asset = r.asset AND k.per_owner;

  -- Whoever sets the limits of one of these owners meanwhile waits for their guard, and then sees the new accounts; or
  -- this call waits, and then sees the limits. The rows of guards do that for any number of owners, where as many
  -- advisory locks would not fit into the server's table of locks. Posting does not wait for it.
  SELECT array_agg(DISTINCT r.owner ORDER BY r.owner) INTO new_owners
    FROM unnest(p_owners, p_kinds, p_assets, codes) AS r (owner, kind, asset, code)
    WHERE r.code = 0 AND NOT EXISTS (SELECT FROM ledger.account a
      WHERE a.owner = r.owner AND a.kind = r.kind AND a.asset = r.asset);
  INSERT INTO ledger.owner_guard (owner)
    SELECT o.owner FROM unnest(new_owners) AS o (owner)
    WHERE NOT EXISTS (SELECT FROM ledger.owner_guard g WHERE g.owner = o.owner) ORDER BY o.owner
    ON CONFLICT DO NOTHING;
  PERFORM FROM (SELECT g.owner FROM ledger.owner_guard g WHERE g.owner = ANY (new_owners)
                ORDER BY g.owner FOR KEY SHARE) s;

  -- In the order of their keys, so that calls over the same accounts wait for each other and never in a circle.
  WITH opened AS (
    INSERT INTO ledger.account (owner, kind, asset, floor, ceiling, guarded)
      SELECT DISTINCT ON (r.owner, r.kind, r.asset) r.owner, r.kind, r.asset, r.floor, r.ceiling,
             EXISTS (SELECT FROM ledger.velocity_limit v WHERE v.owner = r.owner)
      FROM unnest(p_owners, p_kinds, p_assets, floors, p_ceilings, codes) WITH ORDINALITY
        AS r (owner, kind, asset, floor, ceiling, code, ord)
      WHERE r.code = 0 AND NOT EXISTS (SELECT FROM ledger.account a
        WHERE a.owner = r.owner AND a.kind = r.kind AND a.asset = r.asset)
      ORDER BY r.owner, r.kind, r.asset, r.ord
      ON CONFLICT (owner, kind, asset) DO NOTHING
      RETURNING id
  )
  SELECT array_agg(id) INTO made FROM opened;

  RETURN QUERY
    SELECT CASE
        WHEN r.code <> 0 THEN r.code
        WHEN a.floor IS DISTINCT FROM r.floor THEN 10
        WHEN a.ceiling IS DISTINCT FROM r.ceiling THEN 11
        WHEN m.id IS NOT NULL AND r.ord = r.first THEN 1
        ELSE 2 END::smallint, CASE WHEN a.floor IS NOT DISTINCT FROM r.floor AND a.ceiling IS NOT DISTINCT FROM r.ceiling THEN a.id END
    FROM (SELECT u.*, min(u.ord) FILTER (WHERE u.code = 0) OVER (PARTITION BY u.owner, u.kind, u.asset) AS first
          FROM unnest(p_owners, p_kinds, p_assets, floors, p_ceilings, codes) WITH ORDINALITY
            AS u (owner, kind, asset, floor, ceiling, code, ord)) r
    LEFT JOIN ledger.account a ON r.code = 0 AND a.owner = r.owner AND a.kind = r.kind AND a.asset = r.asset
    LEFT JOIN unnest(made) AS m (id) ON m.id = a.id
    ORDER BY r.ord;
END $$;

REVOKE ALL ON FUNCTION ledger.open_accounts(text[], smallint[], smallint[], bigint[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.open_accounts(text[], smallint[], smallint[], bigint[], bigint[]) TO cascade_app;
