-- One row per attempt to buy ducats: the intent first, then what Stripe made of it.
CREATE TABLE top_up (
  id                            uuid PRIMARY KEY,
  citizen_id                    uuid NOT NULL,
  -- The caller's idempotency key and the fingerprint of the input it stands for.
  key                           text NOT NULL CHECK (length(key) BETWEEN 8 AND 64),
  input_hash                    text NOT NULL CHECK (length(input_hash) = 64),
  -- The id of a package, or 'custom'.
  choice                        text NOT NULL CHECK (length(choice) BETWEEN 1 AND 40),
  price_minor                   bigint NOT NULL CHECK (price_minor > 0),
  fee_minor                     bigint NOT NULL CHECK (fee_minor >= 0),
  tax_minor                     bigint NOT NULL DEFAULT 0 CHECK (tax_minor >= 0),
  total_minor                   bigint NOT NULL,
  base_minor                    bigint NOT NULL CHECK (base_minor > 0),
  bonus_minor                   bigint NOT NULL CHECK (bonus_minor >= 0),
  state                         text NOT NULL
    CHECK (state IN ('started', 'open', 'processing', 'credited', 'expired', 'failed')),
  stripe_session_id             text CHECK (length(stripe_session_id) <= 255),
  checkout_url                  text CHECK (length(checkout_url) <= 4096),
  stripe_payment_intent_id      text CHECK (length(stripe_payment_intent_id) <= 255),
  stripe_charge_id              text CHECK (length(stripe_charge_id) <= 255),
  -- What Stripe's Radar said of the charge: normal, elevated, highest, not_assessed or unknown.
  risk_level                    text CHECK (length(risk_level) <= 40),
  stripe_balance_transaction_id text CHECK (length(stripe_balance_transaction_id) <= 255),
  stripe_fee_minor              bigint CHECK (stripe_fee_minor >= 0),
  created_at                    timestamptz(3) NOT NULL,
  opened_at                     timestamptz(3),
  credited_at                   timestamptz(3),
  closed_at                     timestamptz(3),
  CONSTRAINT top_up_citizen_id_key_key UNIQUE (citizen_id, key),
  CONSTRAINT top_up_stripe_session_id_key UNIQUE (stripe_session_id),
  CONSTRAINT top_up_stripe_payment_intent_id_key UNIQUE (stripe_payment_intent_id),
  CONSTRAINT top_up_stripe_charge_id_key UNIQUE (stripe_charge_id),
  CONSTRAINT top_up_stripe_balance_transaction_id_key UNIQUE (stripe_balance_transaction_id),
  CONSTRAINT top_up_total_adds_up CHECK (total_minor = price_minor + fee_minor + tax_minor),
  CONSTRAINT top_up_session_when_open
    CHECK (state IN ('started', 'expired') OR stripe_session_id IS NOT NULL),
  CONSTRAINT top_up_credited_has_time CHECK ((state = 'credited') = (credited_at IS NOT NULL)),
  CONSTRAINT top_up_credited_has_charge CHECK (state <> 'credited' OR stripe_charge_id IS NOT NULL),
  CONSTRAINT top_up_fee_has_transaction
    CHECK ((stripe_fee_minor IS NULL) = (stripe_balance_transaction_id IS NULL))
);
CREATE INDEX top_up_citizen_id_created_at_idx ON top_up (citizen_id, created_at DESC, id DESC);
-- What the sweepers look for: attempts that are still open, and charges whose fee is not known yet.
CREATE INDEX top_up_unsettled_idx ON top_up (created_at) WHERE state IN ('started', 'open', 'processing');
CREATE INDEX top_up_fee_unknown_idx ON top_up (credited_at)
  WHERE state = 'credited' AND stripe_balance_transaction_id IS NULL;
