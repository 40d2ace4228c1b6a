-- A seller's catalogue as a file: keys of the seller's own for listings, and imports with every row of their file, what
-- was done about it, and what was there before, so that an import can go on after a crash and be taken back.

-- A seller's own word for a listing; without one, its id is its key.
CREATE TABLE "public"."listing_sku" (
  "seller_id"  uuid NOT NULL,
  "sku"        text NOT NULL,
  "listing_id" uuid NOT NULL REFERENCES "public"."listing" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  PRIMARY KEY ("seller_id", "sku"),
  CONSTRAINT "listing_sku_length" CHECK (char_length("sku") BETWEEN 1 AND 64)
);
CREATE UNIQUE INDEX "listing_sku_listing_id_key" ON "public"."listing_sku" ("listing_id");

CREATE TABLE "public"."listing_import" (
  -- Made by whoever sends the file: the same id with the same bytes is the same import.
  "id"            uuid PRIMARY KEY,
  "seller_id"     uuid NOT NULL,
  "file_name"     text NOT NULL,
  "file_hash"     text NOT NULL,
  -- Compressed, until it was checked.
  "file"          bytea,
  "state"         text NOT NULL,
  -- What ended it early, where something did.
  "refusal"       text,
  "rule"          text,
  "row_count"     integer NOT NULL DEFAULT 0,
  "problem_count" integer NOT NULL DEFAULT 0,
  "wrong_count"   integer NOT NULL DEFAULT 0,
  -- Rows up to this one are dealt with: by applying, and by undoing.
  "done_through"  integer NOT NULL DEFAULT 0,
  "undone_through" integer NOT NULL DEFAULT 0,
  -- Attempts at the batch that is next.
  "attempts"      integer NOT NULL DEFAULT 0,
  "created_at"    timestamptz(3) NOT NULL,
  "updated_at"    timestamptz(3) NOT NULL,
  "applied_at"    timestamptz(3),
  CONSTRAINT "listing_import_file_name_length" CHECK (char_length("file_name") BETWEEN 1 AND 120),
  CONSTRAINT "listing_import_file_hash_length" CHECK (char_length("file_hash") = 64),
  CONSTRAINT "listing_import_state_known" CHECK ("state" IN ('uploaded', 'checked', 'discarded', 'applying', 'cancelled',
    'applied', 'stopped', 'undoing', 'undone')),
  CONSTRAINT "listing_import_rule_known" CHECK ("rule" IN ('skip', 'update', 'create')),
  CONSTRAINT "listing_import_file_until_checked" CHECK (("file" IS NOT NULL) = ("state" = 'uploaded')),
  CONSTRAINT "listing_import_applied_by_a_rule" CHECK ("rule" IS NOT NULL
    OR "state" IN ('uploaded', 'checked', 'discarded', 'cancelled', 'stopped')),
  CONSTRAINT "listing_import_rows_few" CHECK ("row_count" BETWEEN 0 AND 10000)
);
CREATE INDEX "listing_import_seller_id_created_at_id_idx"
  ON "public"."listing_import" ("seller_id", "created_at" DESC, "id" DESC);
CREATE INDEX "listing_import_state_updated_at_idx" ON "public"."listing_import" ("state", "updated_at");
-- One at a time: a seller's next file waits until the one before is read, applied or undone.
CREATE UNIQUE INDEX "listing_import_one_at_work" ON "public"."listing_import" ("seller_id")
  WHERE "state" IN ('uploaded', 'applying', 'undoing');

CREATE TABLE "public"."listing_import_row" (
  "import_id"    uuid NOT NULL REFERENCES "public"."listing_import" ("id") ON DELETE CASCADE ON UPDATE RESTRICT,
  -- As a spreadsheet counts: the first row after the heading is 2. In JSON, the first listing is 1.
  "row_number"   integer NOT NULL,
  -- The key that a new listing gets; null where it gets none.
  "sku"          text,
  "title"        text NOT NULL,
  "finding"      text NOT NULL,
  -- Among the rows of the file with the same key.
  "is_first"     boolean NOT NULL,
  "is_last"      boolean NOT NULL,
  "state_wanted" text NOT NULL,
  -- The listing that has the key already, and what it was when the file was checked.
  "matched_id"   uuid,
  "seen"         jsonb,
  -- All that the listing shall say.
  "terms"        jsonb NOT NULL,
  "outcome"      text,
  -- Why it was left as it was, where it was.
  "outcome_code" text,
  "listing_id"   uuid,
  -- What the listing was and what was made of it, as far as no version keeps it.
  "before"       jsonb,
  "after"        jsonb,
  "undo_outcome" text,
  "undo_code"    text,
  PRIMARY KEY ("import_id", "row_number"),
  CONSTRAINT "listing_import_row_finding_known" CHECK ("finding" IN ('new', 'changed', 'unchanged')),
  CONSTRAINT "listing_import_row_state_known" CHECK ("state_wanted" IN ('draft', 'published', 'paused')),
  CONSTRAINT "listing_import_row_outcome_known"
    CHECK ("outcome" IN ('created', 'updated', 'kept', 'skipped', 'left')),
  CONSTRAINT "listing_import_row_undo_outcome_known" CHECK ("undo_outcome" IN ('archived', 'restored', 'left'))
);

CREATE TABLE "public"."listing_import_problem" (
  "import_id"   uuid NOT NULL REFERENCES "public"."listing_import" ("id") ON DELETE CASCADE ON UPDATE RESTRICT,
  "position"    integer NOT NULL,
  "row_number"  integer NOT NULL,
  -- Empty where it is the row as a whole.
  "column_name" text NOT NULL,
  "code"        text NOT NULL,
  -- What was found there, shortened.
  "value"       text NOT NULL,
  PRIMARY KEY ("import_id", "position"),
  CONSTRAINT "listing_import_problem_position_range" CHECK ("position" BETWEEN 0 AND 999),
  CONSTRAINT "listing_import_problem_value_length" CHECK (char_length("value") <= 120)
);
