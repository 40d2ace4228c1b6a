-- Dollars of a top-up that go back to the card: one row per refund, and the warnings of card issuers that lead to some.

CREATE TABLE refund (
  id                uuid PRIMARY KEY,
  top_up_id         uuid NOT NULL REFERENCES top_up (id),
  citizen_id        uuid NOT NULL,
  -- Made by whoever asks, once per attempt, and the fingerprint of what it stands for.
  key               text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  input_hash        text NOT NULL CHECK (length(input_hash) = 64),
  -- `stripe`: made at Stripe itself, so this row is written when its event arrives.
  origin            text NOT NULL CHECK (origin IN ('operator', 'self_service', 'review', 'fraud_warning', 'stripe')),
  reason            text NOT NULL CHECK (reason IN ('requested_by_customer', 'duplicate', 'fraudulent')),
  note              text CHECK (length(note) BETWEEN 1 AND 500),
  -- What happens where ducats of this payment are spent already.
  policy            text NOT NULL CHECK (policy IN ('refuse', 'debt')),
  -- `sent`: Stripe has it and is not done. `failed`: refused at once, or came back from the bank later.
  state             text NOT NULL CHECK (state IN ('requested', 'sent', 'succeeded', 'failed', 'canceled')),
  -- In cents: what goes back of the price, of the fee and of the tax.
  price_minor       bigint NOT NULL CHECK (price_minor >= 0),
  fee_minor         bigint NOT NULL CHECK (fee_minor >= 0),
  tax_minor         bigint NOT NULL CHECK (tax_minor >= 0),
  total_minor       bigint NOT NULL CHECK (total_minor > 0),
  -- In centesimi: what was bought and granted for it, and how much of that was still there to be taken back.
  base_minor        bigint NOT NULL CHECK (base_minor >= 0),
  bonus_minor       bigint NOT NULL CHECK (bonus_minor >= 0),
  base_taken_minor  bigint NOT NULL CHECK (base_taken_minor BETWEEN 0 AND base_minor),
  bonus_taken_minor bigint NOT NULL CHECK (bonus_taken_minor BETWEEN 0 AND bonus_minor),
  -- In cents: what the buyer owes for ducats that were not there, the bought and the granted ones.
  debt_minor        bigint NOT NULL CHECK (debt_minor BETWEEN 0 AND price_minor),
  bonus_debt_minor  bigint NOT NULL CHECK (bonus_debt_minor >= 0),
  stripe_refund_id  text CHECK (length(stripe_refund_id) BETWEEN 1 AND 255),
  failure_code      text CHECK (length(failure_code) BETWEEN 1 AND 255),
  requested_by      uuid,
  created_at        timestamptz(3) NOT NULL,
  -- When its dollars were booked as gone; null while Stripe has not taken them.
  booked_at         timestamptz(3),
  settled_at        timestamptz(3),
  CONSTRAINT refund_top_up_id_key_key UNIQUE (top_up_id, key),
  CONSTRAINT refund_stripe_refund_id_key UNIQUE (stripe_refund_id),
  CONSTRAINT refund_adds_up CHECK (total_minor = price_minor + fee_minor + tax_minor),
  CONSTRAINT refund_debt_is_chosen
    CHECK (policy = 'debt' OR (base_taken_minor = base_minor AND bonus_taken_minor = bonus_minor)),
  CONSTRAINT refund_booked_is_at_stripe CHECK (booked_at IS NULL OR stripe_refund_id IS NOT NULL),
  CONSTRAINT refund_succeeded_is_booked CHECK (state <> 'succeeded' OR booked_at IS NOT NULL),
  CONSTRAINT refund_settled_has_time CHECK ((settled_at IS NULL) = (state IN ('requested', 'sent')))
);
CREATE INDEX refund_citizen_id_idx ON refund (citizen_id, id);
-- What the sweeper looks for.
CREATE INDEX refund_unsettled_idx ON refund (created_at) WHERE state IN ('requested', 'sent');

-- A card's issuer reports a payment as fraud, before any dispute.
CREATE TABLE fraud_warning (
  id          uuid PRIMARY KEY,
  stripe_id   text NOT NULL CHECK (length(stripe_id) BETWEEN 1 AND 255),
  top_up_id   uuid NOT NULL REFERENCES top_up (id),
  citizen_id  uuid NOT NULL,
  -- As Stripe names it, such as `unauthorized_use_of_card`.
  fraud_type  text NOT NULL CHECK (length(fraud_type) BETWEEN 1 AND 60),
  -- `open` waits for an operator; `refunded` by itself or by one; `dismissed` by one.
  state       text NOT NULL CHECK (state IN ('open', 'refunded', 'dismissed')),
  received_at timestamptz(3) NOT NULL,
  decided_at  timestamptz(3),
  -- Null where it decided itself.
  decided_by  uuid,
  note        text CHECK (length(note) BETWEEN 1 AND 500),
  CONSTRAINT fraud_warning_stripe_id_key UNIQUE (stripe_id),
  CONSTRAINT fraud_warning_decided_has_time CHECK ((state = 'open') = (decided_at IS NULL))
);
CREATE INDEX fraud_warning_top_up_id_idx ON fraud_warning (top_up_id);
CREATE INDEX fraud_warning_open_idx ON fraud_warning (id) WHERE state = 'open';
