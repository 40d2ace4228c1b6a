-- Provenance: every minor unit of a ducat has a serial, and a lot is an interval of serials in one account with its
-- facts. server/provenance/README.md explains it.
--
-- What callers write, and nobody changes: lot_note, lot_take, lot_hold.
-- What the projection makes of the ledger and of these, and can make again from nothing: lot, lot_fact, lot_move,
-- lot_restored, lot_defect, lot_progress, lot_projection.

-- ── What the ledger does not say ────────────────────────────────────────────────────────────────────

-- What the units of a transfer are from then on. Written by whoever posts the transfer, in the same transaction.
CREATE TABLE lot_note (
  transfer_id uuid           PRIMARY KEY,
  kind        text           NOT NULL CHECK (kind IN ('bought', 'granted', 'earned')),
  source_type text           NOT NULL CHECK (source_type ~ '^[a-z_]{1,40}$'),
  source_id   text           NOT NULL CHECK (source_id ~ '^[A-Za-z0-9_.:-]{1,100}$'),
  hold_until  timestamptz(6),
  expires_at  timestamptz(6)
);

-- Which units a transfer takes, where the order of spending does not decide it.
CREATE TABLE lot_take (
  transfer_id uuid PRIMARY KEY,
  rule        jsonb NOT NULL
);

-- A hold that was prolonged or lifted later: of the lots of a source wherever they are, or of whatever an account holds.
-- It counts for what is booked after effective_at, which is later than everything that was projected by then.
CREATE TABLE lot_hold (
  id           uuid           PRIMARY KEY,
  source_type  text           CHECK (source_type ~ '^[a-z_]{1,40}$'),
  source_id    text           CHECK (source_id ~ '^[A-Za-z0-9_.:-]{1,100}$'),
  account_id   bigint,
  -- NULL: nothing is held any more.
  hold_until   timestamptz(6),
  is_lift      boolean        NOT NULL,
  reason       text           NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  noted_at     timestamptz(3) NOT NULL,
  effective_at timestamptz(6) NOT NULL,
  CONSTRAINT lot_hold_of_one_thing
    CHECK ((account_id IS NULL) = (source_type IS NOT NULL) AND (source_type IS NULL) = (source_id IS NULL)),
  CONSTRAINT lot_hold_prolongs_until CHECK (is_lift OR hold_until IS NOT NULL)
);
CREATE INDEX lot_hold_source_idx ON lot_hold (source_type, source_id, effective_at) WHERE source_type IS NOT NULL;
CREATE INDEX lot_hold_account_id_idx ON lot_hold (account_id, effective_at) WHERE account_id IS NOT NULL;

CREATE TRIGGER permanent BEFORE UPDATE OR DELETE OR TRUNCATE ON lot_note
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER permanent BEFORE UPDATE OR DELETE OR TRUNCATE ON lot_take
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER permanent BEFORE UPDATE OR DELETE OR TRUNCATE ON lot_hold
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
REVOKE UPDATE, DELETE ON lot_note, lot_take, lot_hold FROM cascade_app;

-- ── The projection ──────────────────────────────────────────────────────────────────────────────────

-- What units are. The id is that of the transfer that made them so, or made of it where it made several.
CREATE TABLE lot_fact (
  id          uuid           PRIMARY KEY,
  kind        text           NOT NULL CHECK (kind IN ('stock', 'bought', 'granted', 'earned')),
  source_type text           NOT NULL,
  source_id   text           NOT NULL,
  -- What first brought the units to a citizen: the charge or grant behind a chain of sales; else the source itself.
  origin_type text           NOT NULL,
  origin_id   text           NOT NULL,
  since       timestamptz(6) NOT NULL,
  hold_until  timestamptz(6),
  expires_at  timestamptz(6),
  -- What the units were before a sale made them this.
  parent_id   uuid
);
CREATE INDEX lot_fact_source_idx ON lot_fact (source_type, source_id) WHERE kind <> 'stock';
CREATE INDEX lot_fact_origin_idx ON lot_fact (origin_type, origin_id) WHERE parent_id IS NOT NULL;
CREATE INDEX lot_fact_expires_at_idx ON lot_fact (expires_at) WHERE expires_at IS NOT NULL;

-- Serials from serial_from up to, and not including, serial_until. since is that of the facts, for the order of age.
CREATE TABLE lot (
  serial_from  bigint         PRIMARY KEY,
  serial_until bigint         NOT NULL,
  account_id   bigint         NOT NULL,
  fact_id      uuid           NOT NULL,
  -- The transfer that brought the units here.
  arrived_by   uuid           NOT NULL,
  since        timestamptz(6) NOT NULL,
  CONSTRAINT lot_is_not_empty CHECK (serial_until > serial_from)
) WITH (fillfactor = 80);
CREATE INDEX lot_account_id_idx ON lot (account_id, since, serial_from);
CREATE INDEX lot_fact_id_idx ON lot (fact_id);

-- Every move of every unit: a piece of a transfer, what its units became, what they were, and the move before it.
CREATE TABLE lot_move (
  transfer_id    uuid   NOT NULL,
  serial_from    bigint NOT NULL,
  serial_until   bigint NOT NULL,
  fact_id        uuid   NOT NULL,
  -- NULL where the units were struck.
  before_fact_id uuid,
  previous_by    uuid,
  PRIMARY KEY (transfer_id, serial_from)
);

-- How much of what a transfer took away was given back with its facts.
CREATE TABLE lot_restored (
  transfer_id uuid   NOT NULL,
  fact_id     uuid   NOT NULL,
  amount      bigint NOT NULL CHECK (amount > 0),
  PRIMARY KEY (transfer_id, fact_id)
);

-- A transfer whose units could not be taken as they should have been. Somebody has to look.
CREATE TABLE lot_defect (
  transfer_id uuid NOT NULL,
  code        text NOT NULL,
  detail      text NOT NULL,
  PRIMARY KEY (transfer_id, code)
);

-- How far each account is projected, and how many units it struck.
CREATE TABLE lot_progress (
  account_id bigint PRIMARY KEY,
  version    bigint NOT NULL,
  struck     bigint NOT NULL
) WITH (fillfactor = 50);

-- The latest time of any projected transfer.
CREATE TABLE lot_projection (
  only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  last_time timestamptz(6) NOT NULL
);
INSERT INTO lot_projection (last_time) VALUES ('epoch');

-- ── What was booked before there was provenance ─────────────────────────────────────────────────────

-- Holds were promised by nobody then: what was bought and earned is cleared.
INSERT INTO lot_note (transfer_id, kind, source_type, source_id)
  SELECT t.id, CASE t.kind WHEN 3 THEN 'bought' ELSE 'granted' END, 'charge', t.reference
  FROM ledger.transfer t JOIN top_up u ON u.id::text = t.reference
  WHERE t.kind IN (3, 7) AND t.outcome = 0;
INSERT INTO lot_note (transfer_id, kind, source_type, source_id)
  SELECT t.id, 'earned', 'order', t.reference
  FROM ledger.transfer t JOIN market_order o ON o.id::text = t.reference
  WHERE t.kind = 10 AND t.outcome = 0;
