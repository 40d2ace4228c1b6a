-- What the bridge needs before money goes back: kinds of transfers, events that wait for each other, facts at Stripe
-- against which its balance transactions are matched, and top-ups that are looked at before they are credited.

INSERT INTO ledger.transfer_kind (code, name) VALUES
  (20, 'refund_hold'), (21, 'refund_ducats'), (22, 'refund_dollars'), (23, 'refund_debt'), (24, 'refund_paid'),
  (25, 'refund_failed'), (26, 'dispute_ducats'), (27, 'dispute_withdrawn'), (28, 'dispute_fee'), (29, 'dispute_debt'),
  (30, 'dispute_returned'), (31, 'debt_repaid'), (32, 'debt_written_off'), (33, 'clawback_returned'),
  (34, 'subscription_payment'), (35, 'subscription_tax'), (36, 'subscription_refund'), (37, 'cash_out_settled'),
  (38, 'cash_out_dollars'), (39, 'cash_out_fee'), (40, 'cash_out_debt'), (41, 'payout_sent'), (42, 'payout_returned'),
  (43, 'cash_out_returned'), (44, 'stripe_adjustment');

-- Which object an event is about: two events of one object are never handled at the same time.
ALTER TABLE inbox_event
  ADD COLUMN object_id text CHECK (length(object_id) BETWEEN 1 AND 255),
  ADD COLUMN leased_until timestamptz(3);
CREATE INDEX inbox_event_leased_idx ON inbox_event (source, object_id) WHERE leased_until IS NOT NULL;
CREATE INDEX inbox_event_received_at_idx ON inbox_event (received_at DESC, id DESC);

-- `quote_expires_at`: until when the quoted price holds. `risk_review`: what an operator decides about a payment of
-- the highest risk. `hold_until`: before it the bought ducats are not cleared. `wait_reason`: why ducats wait.
ALTER TABLE top_up
  ADD COLUMN quote_expires_at timestamptz(3),
  ADD COLUMN wait_reason text CHECK (wait_reason IN ('limits', 'review')),
  ADD COLUMN hold_until timestamptz(3),
  ADD COLUMN card_fingerprint text CHECK (length(card_fingerprint) BETWEEN 1 AND 255),
  ADD COLUMN payment_method text CHECK (length(payment_method) BETWEEN 1 AND 60),
  ADD COLUMN reviewed_by uuid,
  ADD COLUMN reviewed_at timestamptz(3),
  ADD COLUMN review_note text CHECK (length(review_note) BETWEEN 1 AND 500);
UPDATE top_up SET wait_reason = 'limits' WHERE state = 'waiting';
-- `returned`: paid, never credited, and the dollars given back.
ALTER TABLE top_up
  DROP CONSTRAINT top_up_state_check,
  ADD CONSTRAINT top_up_state_check
    CHECK (state IN ('started', 'open', 'processing', 'waiting', 'credited', 'expired', 'failed', 'returned')),
  ADD CONSTRAINT top_up_waits_for_a_reason CHECK (state <> 'waiting' OR wait_reason IS NOT NULL),
  ADD CONSTRAINT top_up_review_is_whole CHECK ((reviewed_by IS NULL) = (reviewed_at IS NULL));

-- What our books say happened to the balance at Stripe, one row per cause: written with the transfers that book it,
-- and matched with the balance transaction that Stripe makes for it.
CREATE TABLE stripe_fact (
  id                     uuid PRIMARY KEY,
  -- As Stripe calls a balance transaction's type.
  type                   text NOT NULL CHECK (length(type) BETWEEN 1 AND 60),
  -- The object at Stripe that caused it: ch_…, re_…, du_…, po_…, tr_….
  source_id              text NOT NULL CHECK (length(source_id) BETWEEN 1 AND 255),
  -- What it adds to the balance, before Stripe's fee; negative when it takes away.
  amount_minor           bigint NOT NULL CHECK (amount_minor <> 0),
  -- Stripe's fee where the same booking holds it already; NULL where the fee is booked when Stripe tells it.
  fee_minor              bigint,
  -- The transfer on `stripe_balance`.
  transfer_id            uuid NOT NULL,
  booked_at              timestamptz(3) NOT NULL,
  balance_transaction_id text CHECK (length(balance_transaction_id) BETWEEN 1 AND 255),
  -- A dispute takes away and may give back under one type and source.
  CONSTRAINT stripe_fact_cause_key UNIQUE (type, source_id, amount_minor),
  CONSTRAINT stripe_fact_transfer_id_key UNIQUE (transfer_id),
  CONSTRAINT stripe_fact_balance_transaction_id_key UNIQUE (balance_transaction_id)
);
CREATE INDEX stripe_fact_unmatched_idx ON stripe_fact (booked_at) WHERE balance_transaction_id IS NULL;

INSERT INTO stripe_fact (id, type, source_id, amount_minor, transfer_id, booked_at, balance_transaction_id)
  SELECT gen_random_uuid(), 'charge', t.stripe_charge_id, t.total_minor, x.id, coalesce(t.credited_at, t.created_at),
         t.stripe_balance_transaction_id
  FROM top_up t
  JOIN ledger.transfer x ON x.reference = t.id::text AND x.debit_version IS NOT NULL
  JOIN ledger.transfer_kind k ON k.code = x.kind AND k.name = 'top_up_gross'
  WHERE t.state IN ('credited', 'waiting') AND t.stripe_charge_id IS NOT NULL;
