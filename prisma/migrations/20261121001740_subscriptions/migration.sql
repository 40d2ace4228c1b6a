-- Subscriptions to tiers: what was made at Stripe once, each citizen's subscriptions as Stripe last told of them, and the
-- money of every invoice.

-- Objects that we make at Stripe once and for all: the row is the intent, and its id the idempotency key of the call.
CREATE TABLE stripe_object (
  id         uuid PRIMARY KEY,
  -- What it is for, such as `price:creator:49900`.
  purpose    text NOT NULL CHECK (length(purpose) BETWEEN 1 AND 255),
  citizen_id uuid,
  -- Null until Stripe has answered.
  stripe_id  text CHECK (length(stripe_id) BETWEEN 1 AND 255),
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT stripe_object_purpose_key UNIQUE (purpose),
  CONSTRAINT stripe_object_stripe_id_key UNIQUE (stripe_id)
);
CREATE INDEX stripe_object_citizen_id_idx ON stripe_object (citizen_id) WHERE citizen_id IS NOT NULL;

-- Numbers the readings of objects at Stripe: one that began before another never writes over it.
CREATE SEQUENCE subscription_reading;

-- `started`: an intent; `open`: a page at Stripe that can be paid on; `expired`: nobody did; `live`: Stripe has a
-- subscription; `ended`: it is over for good, whatever is heard of it afterwards.
CREATE TABLE subscription (
  id                     uuid PRIMARY KEY,
  citizen_id             uuid NOT NULL,
  key                    text NOT NULL CHECK (length(key) BETWEEN 1 AND 100),
  tier                   text NOT NULL CHECK (tier IN ('participant', 'creator', 'enterprise')),
  -- Cents a month.
  price_minor            bigint NOT NULL CHECK (price_minor BETWEEN 1 AND 99999999),
  state                  text NOT NULL CHECK (state IN ('started', 'open', 'expired', 'live', 'ended')),
  stripe_session_id      text CHECK (length(stripe_session_id) BETWEEN 1 AND 255),
  checkout_url           text CHECK (length(checkout_url) BETWEEN 1 AND 2048),
  stripe_subscription_id text CHECK (length(stripe_subscription_id) BETWEEN 1 AND 255),
  -- As Stripe calls it: active, past_due, unpaid …
  stripe_status          text CHECK (length(stripe_status) BETWEEN 1 AND 60),
  period_end             timestamptz(3),
  -- When it ends by the citizen's wish; null when it goes on.
  ends_at                timestamptz(3),
  -- Since when an invoice could not be collected, and until when the tier is left all the same.
  failing_since          timestamptz(3),
  grace_until            timestamptz(3),
  -- When the end of the grace period was acted upon.
  grace_ended_at         timestamptz(3),
  -- When the citizen was told that their class gives as much by now.
  outgrown_at            timestamptz(3),
  reading                bigint NOT NULL DEFAULT 0,
  read_at                timestamptz(3),
  created_at             timestamptz(3) NOT NULL,
  started_at             timestamptz(3),
  ended_at               timestamptz(3),
  CONSTRAINT subscription_citizen_id_key_key UNIQUE (citizen_id, key),
  CONSTRAINT subscription_stripe_session_id_key UNIQUE (stripe_session_id),
  CONSTRAINT subscription_stripe_subscription_id_key UNIQUE (stripe_subscription_id),
  CONSTRAINT subscription_live_is_at_stripe CHECK (state <> 'live' OR stripe_subscription_id IS NOT NULL),
  CONSTRAINT subscription_ended_has_its_time CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
  CONSTRAINT subscription_grace_is_whole CHECK ((failing_since IS NULL) = (grace_until IS NULL))
);
CREATE INDEX subscription_citizen_id_idx ON subscription (citizen_id, id);
CREATE INDEX subscription_unsettled_idx ON subscription (created_at) WHERE state IN ('started', 'open');
CREATE INDEX subscription_live_idx ON subscription (read_at) WHERE state = 'live';

CREATE TABLE subscription_invoice (
  id                       uuid PRIMARY KEY,
  subscription_id          uuid NOT NULL REFERENCES subscription (id),
  stripe_invoice_id        text NOT NULL CHECK (length(stripe_invoice_id) BETWEEN 1 AND 255),
  number                   text CHECK (length(number) BETWEEN 1 AND 255),
  -- As Stripe calls it: open, paid, void, uncollectible.
  state                    text NOT NULL CHECK (state IN ('open', 'paid', 'void', 'uncollectible')),
  -- What was or will be charged, tax included; less than the total where a credit was used.
  amount_minor             bigint NOT NULL CHECK (amount_minor >= 0),
  tax_minor                bigint NOT NULL CHECK (tax_minor >= 0),
  stripe_charge_id         text CHECK (length(stripe_charge_id) BETWEEN 1 AND 255),
  refunded_minor           bigint NOT NULL DEFAULT 0 CHECK (refunded_minor >= 0),
  refunded_tax_minor       bigint NOT NULL DEFAULT 0 CHECK (refunded_tax_minor >= 0),
  issued_at                timestamptz(3) NOT NULL,
  -- When we first heard of it: part of the ids of its transfers, so it never changes.
  recorded_at              timestamptz(3) NOT NULL,
  paid_at                  timestamptz(3),
  CONSTRAINT subscription_invoice_stripe_invoice_id_key UNIQUE (stripe_invoice_id),
  CONSTRAINT subscription_invoice_stripe_charge_id_key UNIQUE (stripe_charge_id),
  CONSTRAINT subscription_invoice_tax_is_part CHECK (tax_minor <= amount_minor),
  CONSTRAINT subscription_invoice_refund_is_part
    CHECK (refunded_minor <= amount_minor AND refunded_tax_minor <= tax_minor),
  CONSTRAINT subscription_invoice_paid_has_its_time CHECK ((state = 'paid') = (paid_at IS NOT NULL))
);
CREATE INDEX subscription_invoice_subscription_id_idx ON subscription_invoice (subscription_id, issued_at DESC);

-- Money of an invoice that went back to its payer.
CREATE TABLE subscription_refund (
  stripe_refund_id text PRIMARY KEY CHECK (length(stripe_refund_id) BETWEEN 1 AND 255),
  invoice_id       uuid NOT NULL REFERENCES subscription_invoice (id),
  amount_minor     bigint NOT NULL CHECK (amount_minor > 0),
  tax_minor        bigint NOT NULL CHECK (tax_minor BETWEEN 0 AND amount_minor),
  state            text NOT NULL CHECK (state IN ('paid', 'failed')),
  booked_at        timestamptz(3) NOT NULL
);
CREATE INDEX subscription_refund_invoice_id_idx ON subscription_refund (invoice_id);
