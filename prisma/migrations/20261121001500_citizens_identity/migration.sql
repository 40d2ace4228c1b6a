-- Who someone is and what they may do: roles of operators, tiers, sessions with tokens of their own, second factors,
-- contact, notifications, trust levels, and a record of who did what.

-- What an operator may do is finer than being one. Whoever was an operator keeps every right.
ALTER TABLE citizen ADD COLUMN operator_role text CHECK (operator_role IN ('support', 'finance', 'admin'));
UPDATE citizen SET operator_role = 'admin' WHERE role = 'operator';
ALTER TABLE citizen ADD CONSTRAINT citizen_role_operator_role_check CHECK ((role = 'operator') = (operator_role IS NOT NULL));

-- Who is an operator, by the name under which Venice knows them, also before their first sign-in.
CREATE TABLE operator_appointment (
  username      text PRIMARY KEY CHECK (username ~ '^[A-Za-z0-9_.-]{1,64}$'),
  operator_role text NOT NULL CHECK (operator_role IN ('support', 'finance', 'admin')),
  -- Null for those named in the settings when the house was opened.
  appointed_by  uuid REFERENCES citizen (id),
  appointed_at  timestamptz(3) NOT NULL
);
INSERT INTO operator_appointment
  SELECT username, operator_role, NULL, clock_timestamp() FROM citizen WHERE role = 'operator';

-- The effective tier is the higher of the class's and the subscription's.
ALTER TABLE citizen
  ADD COLUMN class_tier text CHECK (class_tier IN ('observer', 'participant', 'creator', 'enterprise')),
  ADD COLUMN subscribed_tier text CHECK (subscribed_tier IN ('participant', 'creator', 'enterprise')),
  -- Kept beside the factors themselves, because every request asks for it.
  ADD COLUMN has_second_factor boolean NOT NULL DEFAULT false,
  ADD COLUMN trust_level smallint NOT NULL DEFAULT 0 CHECK (trust_level BETWEEN 0 AND 4),
  -- When the level was last computed from the facts; null when something happened that it must be computed for.
  ADD COLUMN trust_refreshed_at timestamptz(3),
  ADD COLUMN closed_at timestamptz(3),
  -- A keyed fingerprint of the username that a closed account had, so that it is known again.
  ADD COLUMN former_username_hash text UNIQUE;
UPDATE citizen SET class_tier = tier;
ALTER TABLE citizen ALTER COLUMN class_tier SET NOT NULL;
CREATE INDEX citizen_refreshed_at_idx ON citizen (refreshed_at);
CREATE INDEX citizen_trust_refreshed_at_idx ON citizen (trust_refreshed_at NULLS FIRST);

-- What a tier may use and pays. Null calls are unlimited within fair use.
CREATE TABLE tier_entitlement (
  tier                text PRIMARY KEY CHECK (tier IN ('observer', 'participant', 'creator', 'enterprise')),
  features            text[] NOT NULL,
  api_calls_per_month integer CHECK (api_calls_per_month >= 0),
  sale_fee_ppm        integer NOT NULL CHECK (sale_fee_ppm BETWEEN 0 AND 1000000),
  subscription_usd_minor bigint CHECK (subscription_usd_minor > 0)
);
INSERT INTO tier_entitlement VALUES
  ('observer',    '{market}',                                       100,   25000, NULL),
  ('participant', '{market,exchange,api}',                          1000,  15000, 14900),
  ('creator',     '{market,exchange,api,storefront}',               10000, 10000, 49900),
  ('enterprise',  '{market,exchange,api,storefront,bulk,organisation}', NULL, 5000, 249900);

-- Sessions now carry the hash of a token that only the browser holds; those from before end here.
DELETE FROM session;
ALTER TABLE session
  ADD COLUMN token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  -- How the citizen proved who they are when it began.
  ADD COLUMN method text NOT NULL CHECK (method IN ('venice', 'wallet', 'passkey')),
  ADD COLUMN proved_at timestamptz(3) NOT NULL,
  ADD COLUMN second_factor_at timestamptz(3),
  ADD COLUMN device text NOT NULL CHECK (length(device) <= 80),
  ADD COLUMN place text NOT NULL CHECK (length(place) <= 80);
CREATE INDEX session_citizen_id_last_seen_at_idx ON session (citizen_id, last_seen_at);

-- One authenticator app a citizen. The secret is sealed for this row; a step of time is accepted once, ever.
CREATE TABLE totp_factor (
  citizen_id    uuid PRIMARY KEY REFERENCES citizen (id),
  secret_sealed text NOT NULL,
  created_at    timestamptz(3) NOT NULL,
  confirmed_at  timestamptz(3),
  last_step     bigint NOT NULL DEFAULT 0
);

CREATE TABLE recovery_code (
  id         uuid PRIMARY KEY,
  citizen_id uuid NOT NULL REFERENCES citizen (id),
  code_hash  bytea NOT NULL CHECK (length(code_hash) = 32),
  created_at timestamptz(3) NOT NULL,
  used_at    timestamptz(3),
  UNIQUE (citizen_id, code_hash)
);

CREATE TABLE passkey (
  id            uuid PRIMARY KEY,
  citizen_id    uuid NOT NULL REFERENCES citizen (id),
  credential_id text NOT NULL UNIQUE CHECK (length(credential_id) <= 1400),
  public_key    bytea NOT NULL,
  counter       bigint NOT NULL CHECK (counter >= 0),
  transports    text[] NOT NULL,
  is_synced     boolean NOT NULL,
  name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  created_at    timestamptz(3) NOT NULL,
  last_used_at  timestamptz(3)
);
CREATE INDEX passkey_citizen_id_idx ON passkey (citizen_id);

-- What a proof has to answer: a nonce or challenge for one purpose, one browser, five minutes and one use.
CREATE TABLE proof_challenge (
  id           uuid PRIMARY KEY,
  purpose      text NOT NULL CHECK (purpose IN ('wallet', 'passkey_sign_in', 'passkey_registration', 'passkey_proof')),
  -- The citizen who asked, where one is signed in.
  citizen_id   uuid REFERENCES citizen (id),
  -- SHA-256 of the browser's own random cookie.
  browser_hash bytea NOT NULL CHECK (length(browser_hash) = 32),
  challenge    text NOT NULL UNIQUE CHECK (length(challenge) <= 200),
  expires_at   timestamptz(3) NOT NULL
);
CREATE INDEX proof_challenge_expires_at_idx ON proof_challenge (expires_at);

-- Where a citizen can be reached. Venice gives no address, so it is asked for, and stands here once it is verified.
CREATE TABLE contact_email (
  citizen_id     uuid PRIMARY KEY REFERENCES citizen (id),
  address_sealed text NOT NULL,
  -- In which language the citizen is written to.
  locale         text NOT NULL CHECK (locale IN ('en', 'it')),
  verified_at    timestamptz(3) NOT NULL
);

-- A link that was sent to an address; used once, at most a day later. The newest of a citizen is the only good one.
CREATE TABLE email_verification (
  id             uuid PRIMARY KEY,
  citizen_id     uuid NOT NULL REFERENCES citizen (id),
  token_hash     bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  address_sealed text NOT NULL,
  locale         text NOT NULL CHECK (locale IN ('en', 'it')),
  created_at     timestamptz(3) NOT NULL,
  expires_at     timestamptz(3) NOT NULL,
  used_at        timestamptz(3)
);
CREATE INDEX email_verification_citizen_id_created_at_idx ON email_verification (citizen_id, created_at);

-- What the house tells a citizen. Texts are looked up by kind, values fill them in.
CREATE TABLE notification (
  id         uuid PRIMARY KEY,
  citizen_id uuid NOT NULL REFERENCES citizen (id),
  kind       text NOT NULL CHECK (kind ~ '^[a-z][a-z_]{1,40}$'),
  details    jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL,
  read_at    timestamptz(3)
);
CREATE INDEX notification_citizen_id_created_at_idx ON notification (citizen_id, created_at, id);

-- By which ways a kind of notification goes out; no row means the default of that kind.
CREATE TABLE notification_setting (
  citizen_id uuid NOT NULL REFERENCES citizen (id),
  topic      text NOT NULL CHECK (topic ~ '^[a-z][a-z_]{1,40}$'),
  by_email   boolean NOT NULL,
  PRIMARY KEY (citizen_id, topic)
);

-- Mail on its way out, as the kind of text and what fills it in. A message is sent at least once. The address, and what
-- else nobody but its reader may know, are sealed, and leave with the message.
CREATE TABLE outgoing_mail (
  id               uuid PRIMARY KEY,
  citizen_id       uuid NOT NULL REFERENCES citizen (id),
  recipient_sealed text,
  locale           text NOT NULL CHECK (locale IN ('en', 'it')),
  template         text NOT NULL CHECK (template ~ '^[a-z][a-z_]{1,40}$'),
  details          jsonb NOT NULL,
  secret_sealed    text,
  state            text NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
  attempts         integer NOT NULL DEFAULT 0,
  next_attempt_at  timestamptz(3) NOT NULL,
  created_at       timestamptz(3) NOT NULL,
  ended_at         timestamptz(3),
  last_error       text CHECK (length(last_error) <= 400),
  CHECK ((state = 'waiting') = (recipient_sealed IS NOT NULL)),
  CHECK (state = 'waiting' OR secret_sealed IS NULL)
);
CREATE INDEX outgoing_mail_state_next_attempt_at_idx ON outgoing_mail (state, next_attempt_at);
CREATE INDEX outgoing_mail_citizen_id_created_at_idx ON outgoing_mail (citizen_id, created_at);

-- The sandbox's letter box: what a mail server would have taken. Empty where mail is really sent.
CREATE TABLE sandbox_mail (
  id          uuid PRIMARY KEY,
  message_id  text NOT NULL CHECK (length(message_id) <= 200),
  recipient   text NOT NULL CHECK (length(recipient) <= 254),
  subject     text NOT NULL CHECK (length(subject) <= 200),
  body        text NOT NULL CHECK (length(body) <= 20000),
  received_at timestamptz(3) NOT NULL
);
CREATE INDEX sandbox_mail_received_at_idx ON sandbox_mail (received_at, id);

-- The limits of each trust level. Null is without limit; level 4 holds by contract, in trust_assignment.
CREATE TABLE trust_setting (
  level                  smallint PRIMARY KEY CHECK (level BETWEEN 0 AND 3),
  top_up_day_usd_minor   bigint NOT NULL CHECK (top_up_day_usd_minor >= 0),
  top_up_month_usd_minor bigint NOT NULL CHECK (top_up_month_usd_minor >= 0),
  hold_bought_days       smallint NOT NULL CHECK (hold_bought_days BETWEEN 0 AND 365),
  hold_earned_days       smallint NOT NULL CHECK (hold_earned_days BETWEEN 0 AND 365),
  cash_out_day_usd_minor bigint NOT NULL CHECK (cash_out_day_usd_minor >= 0),
  cash_out_month_usd_minor bigint NOT NULL CHECK (cash_out_month_usd_minor >= 0),
  listings_max           integer CHECK (listings_max >= 0),
  changed_at             timestamptz(3),
  changed_by             uuid REFERENCES citizen (id)
);
INSERT INTO trust_setting VALUES
  (0, 5000,   20000,   7, 7, 0,      0,       3),
  (1, 20000,  100000,  3, 5, 0,      0,       50),
  (2, 100000, 500000,  1, 3, 50000,  500000,  500),
  (3, 500000, 2500000, 1, 1, 250000, 2500000, NULL);

-- The gates of the levels and the lengths of the resets, one row.
CREATE TABLE trust_gate (
  id                        smallint PRIMARY KEY CHECK (id = 1),
  known_age_days            smallint NOT NULL CHECK (known_age_days >= 0),
  known_purchase_age_days   smallint NOT NULL CHECK (known_purchase_age_days >= 0),
  trusted_after_days        smallint NOT NULL CHECK (trusted_after_days >= 0),
  trusted_dispute_rate_ppm  integer NOT NULL CHECK (trusted_dispute_rate_ppm BETWEEN 0 AND 1000000),
  factors_reset_days        smallint NOT NULL CHECK (factors_reset_days >= 0),
  payout_account_days       smallint NOT NULL CHECK (payout_account_days >= 0),
  new_card_hold_days        smallint NOT NULL CHECK (new_card_hold_days >= 0),
  chargeback_days           smallint NOT NULL CHECK (chargeback_days >= 0),
  changed_at                timestamptz(3),
  changed_by                uuid REFERENCES citizen (id)
);
INSERT INTO trust_gate VALUES (1, 14, 7, 90, 5000, 5, 7, 7, 30);

-- What an operator decided about a citizen's level, with the contract's numbers for level 4. The last one counts.
CREATE TABLE trust_assignment (
  id         uuid PRIMARY KEY,
  citizen_id uuid NOT NULL REFERENCES citizen (id),
  -- Null takes an earlier decision back.
  level      smallint CHECK (level BETWEEN 0 AND 4),
  contract   jsonb,
  reason     text NOT NULL CHECK (length(reason) BETWEEN 10 AND 500),
  decided_by uuid REFERENCES citizen (id),
  decided_at timestamptz(3) NOT NULL,
  CHECK ((level = 4) = (contract IS NOT NULL) OR level IS NULL)
);
CREATE INDEX trust_assignment_citizen_id_decided_at_idx ON trust_assignment (citizen_id, decided_at);

-- What trust is earned by, and what sets it back for a while, as the domains above tell of it.
CREATE TABLE trust_event (
  id          uuid PRIMARY KEY,
  citizen_id  uuid NOT NULL REFERENCES citizen (id),
  kind        text NOT NULL CHECK (kind IN
                ('identity_verified', 'factors_reset', 'factor_removed', 'payout_account', 'new_card',
                 'purchase', 'purchase_refunded', 'chargeback', 'chargeback_settled', 'sale', 'sale_lost')),
  -- What it is about at its source, so that it is noted once: a card's fingerprint, an order, a top-up. A refund and
  -- a chargeback of a top-up name that top-up.
  reference   text NOT NULL CHECK (length(reference) <= 200),
  occurred_at timestamptz(3) NOT NULL,
  UNIQUE (citizen_id, kind, reference)
);

-- Who did what, written before it is done; the outcome follows. Never changed afterwards.
CREATE TABLE audit_event (
  id          uuid PRIMARY KEY,
  occurred_at timestamptz(3) NOT NULL,
  actor_id    uuid,
  action      text NOT NULL CHECK (length(action) <= 100),
  -- What it was done to, as far as the input names it.
  subject     text CHECK (length(subject) <= 200),
  -- `started` until the call ends, then `done` or the code of the refusal.
  outcome     text NOT NULL CHECK (outcome ~ '^[a-z][a-z0-9_]{0,60}$'),
  session_id  uuid,
  request_id  text NOT NULL CHECK (length(request_id) <= 100)
);
CREATE INDEX audit_event_occurred_at_idx ON audit_event (occurred_at, id);
CREATE INDEX audit_event_actor_id_occurred_at_idx ON audit_event (actor_id, occurred_at);

REVOKE UPDATE, DELETE ON audit_event FROM cascade_app;
GRANT UPDATE (outcome) ON audit_event TO cascade_app;

CREATE FUNCTION audit_event_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.outcome <> 'started' THEN RAISE EXCEPTION 'an audit event is kept as it is'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_event_keeps BEFORE UPDATE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_event_keeps();
