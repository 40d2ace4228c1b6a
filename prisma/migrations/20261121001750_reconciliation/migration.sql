-- Every movement of the balance at Stripe, each matched with exactly one fact of our books.

CREATE TABLE balance_transaction (
  -- Stripe's own id.
  id              text PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
  type            text NOT NULL CHECK (length(type) BETWEEN 1 AND 60),
  source_id       text CHECK (length(source_id) BETWEEN 1 AND 255),
  amount_minor    bigint NOT NULL,
  fee_minor       bigint NOT NULL,
  currency        text NOT NULL CHECK (length(currency) = 3),
  created_at      timestamptz(3) NOT NULL,
  available_on    timestamptz(3) NOT NULL,
  state           text NOT NULL CHECK (state IN ('matched', 'missing_here', 'different')),
  -- In what it differs from the fact it belongs to.
  difference      text CHECK (difference IN ('amount', 'fee', 'currency')),
  fact_id         uuid REFERENCES stripe_fact (id),
  is_fee_booked   boolean NOT NULL,
  first_seen_at   timestamptz(3) NOT NULL,
  matched_at      timestamptz(3),
  CONSTRAINT balance_transaction_fact_id_key UNIQUE (fact_id),
  CONSTRAINT balance_transaction_matched_has_fact CHECK ((state = 'missing_here') = (fact_id IS NULL)),
  CONSTRAINT balance_transaction_different_in_something CHECK ((state = 'different') = (difference IS NOT NULL)),
  CONSTRAINT balance_transaction_matched_has_time CHECK ((state = 'matched') = (matched_at IS NOT NULL))
);
CREATE INDEX balance_transaction_unmatched_idx ON balance_transaction (first_seen_at) WHERE state <> 'matched';
CREATE INDEX balance_transaction_created_at_idx ON balance_transaction (created_at DESC, id DESC);

-- Until when all of Stripe's balance transactions are read.
CREATE TABLE reconciliation_cursor (
  id         integer PRIMARY KEY CHECK (id = 1),
  read_until timestamptz(3) NOT NULL,
  read_at    timestamptz(3) NOT NULL
);

-- Stripe's balance beside ours, day by day.
CREATE TABLE stripe_balance_check (
  id                  uuid PRIMARY KEY,
  checked_at          timestamptz(3) NOT NULL,
  -- Available and pending at Stripe.
  stripe_minor        bigint NOT NULL,
  -- What our books say Stripe owes us.
  books_minor         bigint NOT NULL,
  -- Movements at Stripe that our books do not have, and the other way round.
  missing_here_minor  bigint NOT NULL,
  missing_there_minor bigint NOT NULL,
  -- What neither explains: 0 when all is well.
  unexplained_minor   bigint NOT NULL,
  CONSTRAINT stripe_balance_check_adds_up
    CHECK (unexplained_minor = stripe_minor - books_minor - missing_here_minor + missing_there_minor)
);
CREATE INDEX stripe_balance_check_checked_at_idx ON stripe_balance_check (checked_at DESC);

INSERT INTO balance_transaction
    (id, type, source_id, amount_minor, fee_minor, currency, created_at, available_on, state, fact_id, is_fee_booked,
     first_seen_at, matched_at)
  SELECT t.stripe_balance_transaction_id, f.type, f.source_id, t.total_minor, t.stripe_fee_minor, 'usd',
         coalesce(t.credited_at, t.created_at), coalesce(t.credited_at, t.created_at), 'matched', f.id, true,
         coalesce(t.credited_at, t.created_at), coalesce(t.credited_at, t.created_at)
  FROM top_up t
  JOIN stripe_fact f ON f.source_id = t.stripe_charge_id AND f.type = 'charge'
  WHERE t.stripe_balance_transaction_id IS NOT NULL;

-- The fees of payments come with their movements now; a new database has no schedule yet.
DO $$
BEGIN
  IF to_regclass('pgboss.schedule') IS NOT NULL THEN
    DELETE FROM pgboss.schedule WHERE name = 'payments.collect-fees';
  END IF;
END
$$;
