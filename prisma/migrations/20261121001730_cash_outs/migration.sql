-- Earned ducats for dollars: where citizens are paid, what they asked for, who approved it, and every step on the way.

CREATE TABLE payout_account (
  id                   uuid PRIMARY KEY,
  citizen_id           uuid NOT NULL,
  provider             text NOT NULL CHECK (provider IN ('sandbox', 'stripe_connect')),
  -- `started`: nobody at the provider yet. `open`: something is still asked for. `refused`: the check of identity failed.
  state                text NOT NULL CHECK (state IN ('started', 'open', 'checking', 'refused', 'ready')),
  stripe_account_id    text CHECK (length(stripe_account_id) BETWEEN 1 AND 255),
  bank_name            text CHECK (length(bank_name) BETWEEN 1 AND 255),
  bank_last4           text CHECK (length(bank_last4) BETWEEN 1 AND 4),
  -- Tells one bank account from another without naming it.
  bank_fingerprint     text CHECK (length(bank_fingerprint) BETWEEN 1 AND 255),
  created_at           timestamptz(3) NOT NULL,
  identity_verified_at timestamptz(3),
  bank_changed_at      timestamptz(3),
  synced_at            timestamptz(3),
  CONSTRAINT payout_account_citizen_id_provider_key UNIQUE (citizen_id, provider),
  CONSTRAINT payout_account_stripe_account_id_key UNIQUE (stripe_account_id),
  CONSTRAINT payout_account_is_at_the_provider CHECK ((state = 'started') = (stripe_account_id IS NULL)),
  CONSTRAINT payout_account_ready_has_a_bank CHECK (state <> 'ready' OR bank_fingerprint IS NOT NULL)
);
CREATE INDEX payout_account_unsettled_idx ON payout_account (synced_at) WHERE state IN ('open', 'checking');

CREATE TABLE cash_out (
  id                 uuid PRIMARY KEY,
  citizen_id         uuid NOT NULL,
  key                uuid NOT NULL,
  input_hash         text NOT NULL,
  payout_account_id  uuid NOT NULL REFERENCES payout_account,
  stripe_account_id  text NOT NULL,
  -- The bank account as it was when this was asked for: to another one nothing is sent.
  bank_fingerprint   text NOT NULL,
  ducats_minor       bigint NOT NULL CHECK (ducats_minor > 0),
  gross_minor        bigint NOT NULL,
  debt_minor         bigint NOT NULL CHECK (debt_minor >= 0),
  fee_minor          bigint NOT NULL CHECK (fee_minor >= 0),
  net_minor          bigint NOT NULL CHECK (net_minor > 0),
  escrow_account_id  bigint NOT NULL,
  approvals_needed   smallint NOT NULL CHECK (approvals_needed IN (1, 2)),
  state              text NOT NULL CHECK (state IN
    ('requested', 'approved', 'processing', 'unknown', 'paid', 'failed', 'returned', 'rejected')),
  -- What is being done at the provider. `bank`: the money is with the bank, which answers when it likes.
  step               text CHECK (step IN ('transfer', 'payout', 'bank', 'reversal')),
  -- When the call of this step began; null while none is on its way.
  step_started_at    timestamptz(3),
  -- How often the provider surely refused this step; part of its idempotency key.
  attempt            integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  next_try_at        timestamptz(3),
  last_error         text CHECK (length(last_error) BETWEEN 1 AND 500),
  requested_at       timestamptz(3) NOT NULL,
  approved_at        timestamptz(3),
  stripe_transfer_id text CHECK (length(stripe_transfer_id) BETWEEN 1 AND 255),
  accepted_at        timestamptz(3),
  stripe_payout_id   text CHECK (length(stripe_payout_id) BETWEEN 1 AND 255),
  paid_at            timestamptz(3),
  failure_code       text CHECK (length(failure_code) BETWEEN 1 AND 255),
  stripe_reversal_id text CHECK (length(stripe_reversal_id) BETWEEN 1 AND 255),
  ended_at           timestamptz(3),
  CONSTRAINT cash_out_citizen_id_key_key UNIQUE (citizen_id, key),
  CONSTRAINT cash_out_stripe_transfer_id_key UNIQUE (stripe_transfer_id),
  CONSTRAINT cash_out_stripe_payout_id_key UNIQUE (stripe_payout_id),
  CONSTRAINT cash_out_stripe_reversal_id_key UNIQUE (stripe_reversal_id),
  CONSTRAINT cash_out_ducats_are_whole_cents CHECK (ducats_minor = gross_minor * 10),
  CONSTRAINT cash_out_parts_add_up CHECK (gross_minor = debt_minor + fee_minor + net_minor),
  CONSTRAINT cash_out_step_while_under_way CHECK ((state IN ('processing', 'unknown')) = (step IS NOT NULL)),
  CONSTRAINT cash_out_sent_is_approved CHECK (step IS NULL OR approved_at IS NOT NULL),
  CONSTRAINT cash_out_accepted_is_whole CHECK ((stripe_transfer_id IS NULL) = (accepted_at IS NULL)),
  CONSTRAINT cash_out_paid_was_sent CHECK (paid_at IS NULL OR stripe_payout_id IS NOT NULL),
  CONSTRAINT cash_out_ended_is_dated CHECK ((state IN ('paid', 'failed', 'returned', 'rejected')) = (ended_at IS NOT NULL)),
  CONSTRAINT cash_out_money_is_back CHECK
    (state NOT IN ('failed', 'returned') OR (stripe_transfer_id IS NULL) = (stripe_reversal_id IS NULL))
);
CREATE INDEX cash_out_citizen_id_idx ON cash_out (citizen_id, id DESC);
CREATE INDEX cash_out_state_idx ON cash_out (state, id);
CREATE INDEX cash_out_under_way_idx ON cash_out (next_try_at) WHERE state IN ('approved', 'processing');

-- Each operator once: two approvals are of two people.
CREATE TABLE cash_out_approval (
  cash_out_id uuid NOT NULL REFERENCES cash_out,
  operator_id uuid NOT NULL,
  approved_at timestamptz(3) NOT NULL,
  PRIMARY KEY (cash_out_id, operator_id)
);

-- What happened, in order; never changed.
CREATE TABLE cash_out_event (
  cash_out_id uuid NOT NULL REFERENCES cash_out,
  number      integer NOT NULL CHECK (number > 0),
  kind        text NOT NULL CHECK (kind IN ('requested', 'approval', 'approved', 'rejected', 'sending', 'sent', 'waiting',
    'unknown', 'looked', 'accepted', 'paid', 'bank_failed', 'failed', 'returned')),
  -- Null for what happens by itself.
  actor_id    uuid,
  note        text CHECK (length(note) BETWEEN 1 AND 500),
  occurred_at timestamptz(3) NOT NULL,
  PRIMARY KEY (cash_out_id, number)
);

REVOKE UPDATE, DELETE ON cash_out_approval, cash_out_event FROM cascade_app;
