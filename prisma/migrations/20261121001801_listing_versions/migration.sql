-- A listing from draft to archive, what a service says about itself, and a row for every version of a listing with all
-- that a buyer saw of it, so that an order keeps the listing as it was.

ALTER TABLE "public"."listing"
  ADD COLUMN "pictures" jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN "availability" text,
  ADD COLUMN "delivery_days" integer,
  DROP CONSTRAINT "listing_state_known";
UPDATE "public"."listing" SET "state" = 'paused' WHERE "state" = 'withdrawn';
-- Nothing on sale so far has any content to reveal; what was sold as a pattern is handed over by its seller as before.
UPDATE "public"."listing" SET "kind" = 'goods' WHERE "kind" = 'digital';
ALTER TABLE "public"."listing"
  ADD CONSTRAINT "listing_state_known" CHECK ("state" IN ('draft', 'published', 'paused', 'archived')),
  ADD CONSTRAINT "listing_pictures_few" CHECK (jsonb_typeof("pictures") = 'array' AND jsonb_array_length("pictures") <= 8),
  ADD CONSTRAINT "listing_availability_length" CHECK (char_length("availability") BETWEEN 1 AND 300),
  ADD CONSTRAINT "listing_delivery_days_range" CHECK ("delivery_days" BETWEEN 0 AND 90),
  ADD CONSTRAINT "listing_service_details" CHECK ("kind" = 'service' OR ("availability" IS NULL AND "delivery_days" IS NULL)),
  ADD CONSTRAINT "listing_digital_unlimited" CHECK ("kind" <> 'digital' OR "stock" IS NULL);

CREATE TABLE "public"."listing_version" (
  "listing_id"       uuid NOT NULL REFERENCES "public"."listing" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "version"          integer NOT NULL,
  "title"            text NOT NULL,
  "description"      text NOT NULL,
  "category_slug"    text NOT NULL REFERENCES "public"."category" ("slug") ON DELETE RESTRICT ON UPDATE CASCADE,
  "kind"             text NOT NULL,
  "tags"             text[] NOT NULL,
  "attributes"       jsonb NOT NULL,
  "options"          jsonb NOT NULL,
  -- Those offered then: id, values, priceMinor as text.
  "variants"         jsonb NOT NULL,
  "price_minor"      bigint NOT NULL,
  "pictures"         jsonb NOT NULL,
  "availability"     text,
  "delivery_days"    integer,
  -- What only those who bought it see.
  "content_text"     text,
  "content_file_ids" uuid[] NOT NULL,
  "created_at"       timestamptz(3) NOT NULL,
  PRIMARY KEY ("listing_id", "version"),
  CONSTRAINT "listing_version_positive" CHECK ("version" >= 1),
  CONSTRAINT "listing_version_kind_known" CHECK ("kind" IN ('goods', 'service', 'digital')),
  CONSTRAINT "listing_version_content_text_length" CHECK (char_length("content_text") BETWEEN 1 AND 20000),
  CONSTRAINT "listing_version_content_files_few" CHECK (cardinality("content_file_ids") <= 10)
);
CREATE INDEX "listing_version_content_file_ids_idx" ON "public"."listing_version" USING gin ("content_file_ids");
-- What was on sale stays as it was.
REVOKE UPDATE, DELETE ON "public"."listing_version" FROM cascade_app;

-- Earlier versions are known as far as somebody bought them.
INSERT INTO "public"."listing_version"
SELECT DISTINCT ON (o."listing_id", o."listing_version")
       o."listing_id", o."listing_version", o."listing_title", o."description", o."category_slug", l."kind",
       '{}', '{}', '[]', '[]', o."unit_price_minor", '[]', NULL, NULL, NULL, '{}', o."created_at"
  FROM "public"."market_order" o
  JOIN "public"."listing" l ON l."id" = o."listing_id" AND o."listing_version" < l."version"
 ORDER BY o."listing_id", o."listing_version", o."created_at";
INSERT INTO "public"."listing_version"
SELECT "id", "version", "title", "description", "category_slug", "kind", "tags", "attributes", "options", '[]',
       "price_minor", '[]', NULL, NULL, NULL, '{}', "updated_at"
  FROM "public"."listing";
