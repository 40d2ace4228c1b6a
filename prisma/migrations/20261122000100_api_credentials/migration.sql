-- What a citizen's own programs come with. The secret is shown once and kept as its SHA-256 alone.
CREATE TABLE "public"."api_credential" (
  "id"           uuid PRIMARY KEY,
  "citizen_id"   uuid NOT NULL REFERENCES "public"."citizen" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "name"         text NOT NULL,
  "rights"       text NOT NULL,
  "secret_hash"  bytea NOT NULL,
  -- The last characters of the secret, by which its owner knows which one it is.
  "last_four"    text NOT NULL,
  "created_at"   timestamptz(3) NOT NULL,
  "expires_at"   timestamptz(3) NOT NULL,
  -- To the minute.
  "last_used_at" timestamptz(3),
  "ended_at"     timestamptz(3),
  CONSTRAINT "api_credential_name_length" CHECK (length("name") BETWEEN 1 AND 60),
  CONSTRAINT "api_credential_rights_known" CHECK ("rights" IN ('read', 'read_write')),
  CONSTRAINT "api_credential_secret_hash_length" CHECK (length("secret_hash") = 32),
  CONSTRAINT "api_credential_last_four_length" CHECK (length("last_four") = 4),
  CONSTRAINT "api_credential_lives" CHECK ("expires_at" > "created_at")
);
CREATE UNIQUE INDEX "api_credential_secret_hash_key" ON "public"."api_credential" ("secret_hash");
CREATE INDEX "api_credential_citizen_id_expires_at_idx" ON "public"."api_credential" ("citizen_id", "expires_at");

-- How many calls a citizen's credentials made in a month of UTC. One row is counted up by every call, so that there is
-- room beside it for its next version.
CREATE TABLE "public"."api_usage" (
  "citizen_id" uuid NOT NULL REFERENCES "public"."citizen" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "month"      date NOT NULL,
  "calls"      integer NOT NULL,
  PRIMARY KEY ("citizen_id", "month"),
  CONSTRAINT "api_usage_month_begins" CHECK (extract(day FROM "month") = 1),
  CONSTRAINT "api_usage_calls_positive" CHECK ("calls" > 0)
) WITH (fillfactor = 50);
