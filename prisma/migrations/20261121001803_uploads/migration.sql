-- Pictures and files that citizens bring. The bytes lie in the storage under the row's id; a row that no version of a
-- listing ever named is swept after a day, and the bytes with it.

CREATE TABLE "public"."picture" (
  "id"          uuid PRIMARY KEY,
  "owner_id"    uuid NOT NULL,
  -- SHA-256 of what was sent: the same id with other bytes is another picture.
  "sent_hash"   text NOT NULL,
  "width"       integer NOT NULL,
  "height"      integer NOT NULL,
  "created_at"  timestamptz(3) NOT NULL,
  -- When all of it lay in the storage.
  "stored_at"   timestamptz(3),
  -- When a listing first showed it; from then on it stays.
  "attached_at" timestamptz(3),
  CONSTRAINT "picture_sent_hash_length" CHECK (char_length("sent_hash") = 64),
  CONSTRAINT "picture_size_range" CHECK ("width" BETWEEN 1 AND 20000 AND "height" BETWEEN 1 AND 20000),
  CONSTRAINT "picture_attached_when_stored" CHECK ("attached_at" IS NULL OR "stored_at" IS NOT NULL)
);
CREATE INDEX "picture_owner_id_created_at_idx" ON "public"."picture" ("owner_id", "created_at");
CREATE INDEX "picture_unattached_idx" ON "public"."picture" ("created_at") WHERE "attached_at" IS NULL;

CREATE TABLE "public"."content_file" (
  "id"          uuid PRIMARY KEY,
  "owner_id"    uuid NOT NULL,
  "sent_hash"   text NOT NULL,
  "name"        text NOT NULL,
  "bytes"       integer NOT NULL,
  "created_at"  timestamptz(3) NOT NULL,
  "stored_at"   timestamptz(3),
  "attached_at" timestamptz(3),
  CONSTRAINT "content_file_sent_hash_length" CHECK (char_length("sent_hash") = 64),
  CONSTRAINT "content_file_name_length" CHECK (char_length("name") BETWEEN 1 AND 120),
  CONSTRAINT "content_file_bytes_range" CHECK ("bytes" BETWEEN 1 AND 8388608),
  CONSTRAINT "content_file_attached_when_stored" CHECK ("attached_at" IS NULL OR "stored_at" IS NOT NULL)
);
CREATE INDEX "content_file_owner_id_created_at_idx" ON "public"."content_file" ("owner_id", "created_at");
CREATE INDEX "content_file_unattached_idx" ON "public"."content_file" ("created_at") WHERE "attached_at" IS NULL;
