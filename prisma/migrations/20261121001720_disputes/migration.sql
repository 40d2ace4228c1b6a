-- Payments that a cardholder's bank takes back, what their buyers owe for it, and how that is paid, forgiven or undone.

-- An own payment page for what is owed: the intent first, then Stripe's session, then the booking.
CREATE TABLE debt_payment (
  id                uuid PRIMARY KEY,
  citizen_id        uuid NOT NULL,
  key               uuid NOT NULL,
  amount_minor      bigint NOT NULL CHECK (amount_minor > 0),
  state             text NOT NULL CHECK (state IN ('started', 'open', 'processing', 'paid', 'expired', 'failed')),
  stripe_session_id text CHECK (length(stripe_session_id) BETWEEN 1 AND 255),
  checkout_url      text CHECK (length(checkout_url) BETWEEN 1 AND 5000),
  stripe_charge_id  text CHECK (length(stripe_charge_id) BETWEEN 1 AND 255),
  created_at        timestamptz(3) NOT NULL,
  paid_at           timestamptz(3),
  CONSTRAINT debt_payment_citizen_id_key_key UNIQUE (citizen_id, key),
  CONSTRAINT debt_payment_stripe_session_id_key UNIQUE (stripe_session_id),
  CONSTRAINT debt_payment_stripe_charge_id_key UNIQUE (stripe_charge_id),
  CONSTRAINT debt_payment_paid_is_whole
    CHECK ((state = 'paid') = (paid_at IS NOT NULL) AND (state <> 'paid' OR stripe_charge_id IS NOT NULL))
);

CREATE TABLE dispute (
  id                    uuid PRIMARY KEY,
  stripe_dispute_id     text NOT NULL CHECK (length(stripe_dispute_id) BETWEEN 1 AND 255),
  stripe_charge_id      text NOT NULL CHECK (length(stripe_charge_id) BETWEEN 1 AND 255),
  citizen_id            uuid NOT NULL,
  -- What the disputed charge paid for.
  top_up_id             uuid,
  debt_payment_id       uuid,
  -- Cents that are disputed, and the parts of them that were price, fee and tax.
  amount_minor          bigint NOT NULL CHECK (amount_minor > 0),
  price_minor           bigint NOT NULL CHECK (price_minor >= 0),
  fee_minor             bigint NOT NULL CHECK (fee_minor >= 0),
  tax_minor             bigint NOT NULL CHECK (tax_minor >= 0),
  -- Ducats that these cents bought, and the bonus that came with them, in centesimi.
  base_minor            bigint NOT NULL CHECK (base_minor >= 0),
  bonus_minor           bigint NOT NULL CHECK (bonus_minor >= 0),
  reason                text NOT NULL CHECK (length(reason) BETWEEN 1 AND 100),
  -- As Stripe names it.
  status                text NOT NULL CHECK (length(status) BETWEEN 1 AND 60),
  -- `inquiry`: the bank asks, and nothing was taken. `opened`: the dollars are gone, the ducats are not booked yet.
  state                 text NOT NULL CHECK (state IN ('inquiry', 'opened', 'withdrawn', 'won', 'lost', 'closed')),
  -- Names the chargeback among what the buyer's trust is decided by.
  trust_reference       text NOT NULL CHECK (length(trust_reference) BETWEEN 1 AND 200),
  evidence_due_at       timestamptz(3),
  opened_at             timestamptz(3) NOT NULL,
  withdrawn_at          timestamptz(3),
  closed_at             timestamptz(3),
  -- What each step recovered, in centesimi: cancelled orders, the charge's ducats, other ducats, held earnings, bonus.
  order_minor           bigint NOT NULL DEFAULT 0 CHECK (order_minor >= 0),
  charge_minor          bigint NOT NULL DEFAULT 0 CHECK (charge_minor >= 0),
  other_minor           bigint NOT NULL DEFAULT 0 CHECK (other_minor >= 0),
  earned_minor          bigint NOT NULL DEFAULT 0 CHECK (earned_minor >= 0),
  bonus_taken_minor     bigint NOT NULL DEFAULT 0 CHECK (bonus_taken_minor BETWEEN 0 AND bonus_minor),
  -- What nothing recovered, and what Stripe charges for the dispute, in cents.
  loss_minor            bigint NOT NULL DEFAULT 0 CHECK (loss_minor >= 0),
  dispute_fee_minor     bigint NOT NULL DEFAULT 0 CHECK (dispute_fee_minor >= 0),
  evidence_submitted_at timestamptz(3),
  evidence_submitted_by uuid,
  accepted_at           timestamptz(3),
  accepted_by           uuid,
  CONSTRAINT dispute_stripe_dispute_id_key UNIQUE (stripe_dispute_id),
  CONSTRAINT dispute_of_one_payment CHECK ((top_up_id IS NULL) <> (debt_payment_id IS NULL)),
  CONSTRAINT dispute_parts_add_up CHECK (amount_minor = price_minor + fee_minor + tax_minor),
  CONSTRAINT dispute_waterfall_adds_up CHECK (withdrawn_at IS NULL OR
    price_minor * 10 = order_minor + charge_minor + other_minor + earned_minor + loss_minor * 10),
  CONSTRAINT dispute_withdrawn_once CHECK ((state IN ('withdrawn', 'won', 'lost')) = (withdrawn_at IS NOT NULL)),
  CONSTRAINT dispute_evidence_is_whole CHECK ((evidence_submitted_at IS NULL) = (evidence_submitted_by IS NULL)),
  CONSTRAINT dispute_acceptance_is_whole CHECK ((accepted_at IS NULL) = (accepted_by IS NULL))
);
CREATE INDEX dispute_opened_at_idx ON dispute (opened_at DESC, id DESC);
CREATE INDEX dispute_citizen_id_idx ON dispute (citizen_id, opened_at DESC);
CREATE INDEX dispute_top_up_id_idx ON dispute (top_up_id);

-- Orders that were cancelled for a dispute, with the ducats of its charge that their escrow held.
CREATE TABLE dispute_order (
  dispute_id   uuid NOT NULL REFERENCES dispute,
  order_id     uuid NOT NULL,
  ducats_minor bigint NOT NULL CHECK (ducats_minor >= 0),
  cancelled_at timestamptz(3) NOT NULL,
  PRIMARY KEY (dispute_id, order_id)
);

-- What a citizen owes, in cents. `clawback`: what sellers lost and get back when it is paid; it is paid first.
CREATE TABLE debt (
  id                uuid PRIMARY KEY,
  citizen_id        uuid NOT NULL,
  cause             text NOT NULL CHECK (cause IN ('clawback', 'dispute', 'dispute_fee', 'refund')),
  -- The dispute or refund.
  reference         uuid NOT NULL,
  amount_minor      bigint NOT NULL CHECK (amount_minor > 0),
  repaid_minor      bigint NOT NULL DEFAULT 0 CHECK (repaid_minor >= 0),
  written_off_minor bigint NOT NULL DEFAULT 0 CHECK (written_off_minor >= 0),
  -- A dispute that was won leaves nothing owed, and gives back what was repaid.
  cancelled_at      timestamptz(3),
  created_at        timestamptz(3) NOT NULL,
  CONSTRAINT debt_reference_cause_key UNIQUE (reference, cause),
  CONSTRAINT debt_is_paid_once CHECK (repaid_minor + written_off_minor <= amount_minor)
);
CREATE INDEX debt_open_idx ON debt (citizen_id, created_at)
  WHERE cancelled_at IS NULL AND repaid_minor + written_off_minor < amount_minor;

CREATE TABLE debt_repayment (
  id           uuid PRIMARY KEY,
  citizen_id   uuid NOT NULL,
  key          uuid NOT NULL,
  method       text NOT NULL CHECK (method IN ('ducats', 'card', 'cash_out')),
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  created_at   timestamptz(3) NOT NULL,
  CONSTRAINT debt_repayment_citizen_id_key_key UNIQUE (citizen_id, key)
);

CREATE TABLE debt_repayment_part (
  repayment_id uuid NOT NULL REFERENCES debt_repayment,
  debt_id      uuid NOT NULL REFERENCES debt,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  PRIMARY KEY (repayment_id, debt_id)
);
CREATE INDEX debt_repayment_part_debt_id_idx ON debt_repayment_part (debt_id);

-- Ducats that were taken out of a wallet, one row per transfer, so that exactly these can be given back.
CREATE TABLE ducat_taking (
  transfer_id    uuid PRIMARY KEY,
  dispute_id     uuid REFERENCES dispute,
  repayment_id   uuid REFERENCES debt_repayment,
  citizen_id     uuid NOT NULL,
  account_id     bigint NOT NULL,
  step           text NOT NULL CHECK (step IN ('charge', 'bonus', 'other', 'earned', 'repayment')),
  position       integer NOT NULL CHECK (position >= 0),
  amount_minor   bigint NOT NULL CHECK (amount_minor > 0),
  returned_minor bigint NOT NULL DEFAULT 0,
  CONSTRAINT ducat_taking_for_one_cause CHECK ((dispute_id IS NULL) <> (repayment_id IS NULL)),
  CONSTRAINT ducat_taking_returned_once CHECK (returned_minor BETWEEN 0 AND amount_minor)
);
CREATE INDEX ducat_taking_dispute_id_idx ON ducat_taking (dispute_id);
CREATE INDEX ducat_taking_repayment_id_idx ON ducat_taking (repayment_id);
CREATE INDEX ducat_taking_citizen_id_idx ON ducat_taking (citizen_id) WHERE step = 'earned';

-- What the house gives up. Above a threshold a second operator has to agree.
CREATE TABLE debt_write_off (
  id           uuid PRIMARY KEY,
  citizen_id   uuid NOT NULL,
  reference    uuid NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  reason       text NOT NULL CHECK (length(reason) BETWEEN 10 AND 500),
  state        text NOT NULL CHECK (state IN ('proposed', 'done', 'withdrawn')),
  needs_second boolean NOT NULL,
  proposed_by  uuid NOT NULL,
  proposed_at  timestamptz(3) NOT NULL,
  decided_by   uuid,
  decided_at   timestamptz(3),
  CONSTRAINT debt_write_off_decision_is_whole
    CHECK ((state = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
  CONSTRAINT debt_write_off_by_two CHECK (state <> 'done' OR NOT needs_second OR decided_by <> proposed_by)
);
CREATE UNIQUE INDEX debt_write_off_open_key ON debt_write_off (reference) WHERE state = 'proposed';
