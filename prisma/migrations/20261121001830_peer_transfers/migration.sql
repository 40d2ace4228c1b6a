-- Ducats that one citizen sends to another, and requests for them. The money itself is one transfer of the ledger; these
-- rows say who, why, and that it happened once.

INSERT INTO ledger.transfer_kind (code, name) VALUES (50, 'peer_transfer');

CREATE TABLE "public"."ducat_request" (
  "id"           uuid PRIMARY KEY,
  "asker_id"     uuid NOT NULL,
  "payer_id"     uuid NOT NULL,
  "key"          uuid NOT NULL,
  "input_hash"   text NOT NULL,
  "amount_minor" bigint NOT NULL,
  "note"         text,
  "state"        text NOT NULL,
  "created_at"   timestamptz(3) NOT NULL,
  "expires_at"   timestamptz(3) NOT NULL,
  "closed_at"    timestamptz(3),
  CONSTRAINT "ducat_request_input_hash_length" CHECK (char_length("input_hash") = 64),
  CONSTRAINT "ducat_request_two_parties" CHECK ("asker_id" <> "payer_id"),
  CONSTRAINT "ducat_request_amount_range" CHECK ("amount_minor" BETWEEN 1 AND 1000000000),
  CONSTRAINT "ducat_request_note_length" CHECK (char_length("note") BETWEEN 1 AND 140),
  CONSTRAINT "ducat_request_state_known" CHECK ("state" IN ('open', 'paid', 'declined', 'withdrawn', 'expired')),
  CONSTRAINT "ducat_request_closed_when_ended" CHECK (("closed_at" IS NULL) = ("state" = 'open')),
  CONSTRAINT "ducat_request_expires_later" CHECK ("expires_at" > "created_at")
);
CREATE UNIQUE INDEX "ducat_request_asker_id_key_key" ON "public"."ducat_request" ("asker_id", "key");
CREATE INDEX "ducat_request_asker_id_created_at_id_idx"
  ON "public"."ducat_request" ("asker_id", "created_at" DESC, "id" DESC);
CREATE INDEX "ducat_request_payer_id_created_at_id_idx"
  ON "public"."ducat_request" ("payer_id", "created_at" DESC, "id" DESC);
CREATE INDEX "ducat_request_state_expires_at_id_idx" ON "public"."ducat_request" ("state", "expires_at", "id");

CREATE TABLE "public"."peer_transfer" (
  "id"           uuid PRIMARY KEY,
  "sender_id"    uuid NOT NULL,
  "recipient_id" uuid NOT NULL,
  "key"          uuid NOT NULL,
  "input_hash"   text NOT NULL,
  "amount_minor" bigint NOT NULL,
  "note"         text,
  -- The request that it paid: each is paid once.
  "request_id"   uuid REFERENCES "public"."ducat_request" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  -- Its transfer in the ledger.
  "transfer_id"  uuid NOT NULL,
  "created_at"   timestamptz(3) NOT NULL,
  CONSTRAINT "peer_transfer_input_hash_length" CHECK (char_length("input_hash") = 64),
  CONSTRAINT "peer_transfer_two_parties" CHECK ("sender_id" <> "recipient_id"),
  CONSTRAINT "peer_transfer_amount_range" CHECK ("amount_minor" BETWEEN 1 AND 1000000000),
  CONSTRAINT "peer_transfer_note_length" CHECK (char_length("note") BETWEEN 1 AND 140)
);
CREATE UNIQUE INDEX "peer_transfer_sender_id_key_key" ON "public"."peer_transfer" ("sender_id", "key");
CREATE UNIQUE INDEX "peer_transfer_request_id_key" ON "public"."peer_transfer" ("request_id");
CREATE UNIQUE INDEX "peer_transfer_transfer_id_key" ON "public"."peer_transfer" ("transfer_id");
CREATE INDEX "peer_transfer_sender_id_created_at_id_idx"
  ON "public"."peer_transfer" ("sender_id", "created_at" DESC, "id" DESC);
CREATE INDEX "peer_transfer_recipient_id_created_at_id_idx"
  ON "public"."peer_transfer" ("recipient_id", "created_at" DESC, "id" DESC);

-- What was sent stays as it was; a request moves its state and nothing else.
REVOKE UPDATE, DELETE ON "public"."peer_transfer" FROM cascade_app;
REVOKE UPDATE, DELETE ON "public"."ducat_request" FROM cascade_app;
GRANT UPDATE ("state", "closed_at") ON "public"."ducat_request" TO cascade_app;
