-- A lot that moves keeps its row and all its index entries: no index holds the account any more. Which lots a wallet or
-- an escrow has is said by a list of their first serials beside how far the account is projected, which every batch
-- writes anyway. The house has far too many for a list; its own index grows with what the house gets, and by nothing
-- else. And a transfer's pieces are one row.
--
-- All of it is projected anew.
DROP TABLE lot;
DROP TABLE lot_move;
DELETE FROM lot_fact;
DELETE FROM lot_restored;
DELETE FROM lot_defect;
DELETE FROM lot_progress;
UPDATE lot_projection SET last_time = 'epoch', batch = batch + 1;

-- Serials from serial_from up to, and not including, serial_until. since is that of the facts, for the order of age.
CREATE TABLE lot (
  serial_from  bigint         PRIMARY KEY,
  serial_until bigint         NOT NULL,
  account_id   bigint         NOT NULL,
  -- The account where it is one of the house, whose numbers are below those of all others.
  house_id     bigint         GENERATED ALWAYS AS (CASE WHEN account_id < 1000 THEN account_id END) STORED,
  fact_id      uuid           NOT NULL,
  -- The transfer that brought the units here.
  arrived_by   uuid           NOT NULL,
  since        timestamptz(6) NOT NULL,
  CONSTRAINT lot_is_not_empty CHECK (serial_until > serial_from)
) WITH (fillfactor = 50);
CREATE INDEX lot_house_id_idx ON lot (house_id, since, serial_from DESC) WHERE house_id IS NOT NULL;
CREATE INDEX lot_fact_id_idx ON lot (fact_id);

-- The pieces of a transfer, by their serials.
CREATE TABLE lot_move (
  transfer_id uuid     PRIMARY KEY,
  -- Of each piece: its first serial, and the one after its last.
  serials     bigint[] NOT NULL,
  -- Of each piece: what its units became, what they were, the move before. Nil where the units were struck.
  ids         uuid[]   NOT NULL,
  CONSTRAINT lot_move_is_whole CHECK (cardinality(ids) * 2 = cardinality(serials) * 3)
);

-- The first serials of all lots of a wallet or an escrow, in order.
ALTER TABLE lot_progress ADD COLUMN lots bigint[] NOT NULL DEFAULT '{}';
ALTER TABLE lot_progress ALTER lots SET STORAGE EXTERNAL;

-- All lots of an account.
CREATE FUNCTION lots_in(account bigint) RETURNS SETOF lot LANGUAGE sql STABLE ROWS 100 AS $$
  SELECT l.*
  FROM (SELECT unnest(p.lots) AS serial FROM lot_progress p WHERE p.account_id = account) s
  CROSS JOIN LATERAL (SELECT o.* FROM lot o WHERE o.serial_from = s.serial OFFSET 0) l
  WHERE l.account_id = account
  UNION ALL
  SELECT l.* FROM lot l WHERE l.house_id = account
$$;

-- The pieces of a transfer, row by row.
CREATE FUNCTION pieces_of(move lot_move)
RETURNS TABLE (serial_from bigint, serial_until bigint, fact_id uuid, before_id uuid, previous_by uuid)
LANGUAGE sql IMMUTABLE ROWS 4 AS $$
  SELECT move.serials[2 * n - 1], move.serials[2 * n], move.ids[3 * n - 2], move.ids[3 * n - 1], move.ids[3 * n]
  FROM generate_series(1, cardinality(move.serials) / 2) n
$$;
