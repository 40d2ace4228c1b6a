-- What a listing is besides its title and price: its kind, tags, attributes, and variants with their own price and
-- stock; and categories as a tree. What a listing asks and has of all its variants together stays in its own columns,
-- so that a list or a search never reads variants.

ALTER TABLE "public"."category"
  ADD COLUMN "parent_slug" text REFERENCES "public"."category" ("slug") ON DELETE RESTRICT ON UPDATE CASCADE,
  ADD CONSTRAINT "category_not_its_own_parent" CHECK ("parent_slug" <> "slug");
CREATE INDEX "category_parent_slug_position_idx" ON "public"."category" ("parent_slug", "position");

ALTER TABLE "public"."listing"
  ADD COLUMN "kind" text NOT NULL DEFAULT 'goods',
  ADD COLUMN "tags" text[] NOT NULL DEFAULT '{}',
  ADD COLUMN "attributes" jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN "options" jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN "sold_count" integer NOT NULL DEFAULT 0,
  ADD COLUMN "rating_count" integer NOT NULL DEFAULT 0,
  ADD COLUMN "rating_sum" integer NOT NULL DEFAULT 0;
UPDATE "public"."listing" SET "kind" = 'service' WHERE "category_slug" = 'services';
UPDATE "public"."listing" SET "kind" = 'digital', "stock" = NULL WHERE "category_slug" = 'patterns';
ALTER TABLE "public"."listing"
  ALTER COLUMN "kind" DROP DEFAULT,
  ADD CONSTRAINT "listing_kind_known" CHECK ("kind" IN ('goods', 'service', 'digital')),
  ADD CONSTRAINT "listing_tags_few" CHECK (cardinality("tags") <= 12),
  ADD CONSTRAINT "listing_attributes_object" CHECK (jsonb_typeof("attributes") = 'object'),
  ADD CONSTRAINT "listing_options_array" CHECK (jsonb_typeof("options") = 'array'),
  ADD CONSTRAINT "listing_sold_count_range" CHECK ("sold_count" >= 0),
  ADD CONSTRAINT "listing_rating_range"
    CHECK ("rating_count" >= 0 AND "rating_sum" BETWEEN "rating_count" AND 5 * "rating_count");

CREATE TABLE "public"."listing_variant" (
  "id"          uuid PRIMARY KEY,
  "listing_id"  uuid NOT NULL REFERENCES "public"."listing" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "position"    integer NOT NULL,
  -- One value for each option of the listing, in its order.
  "values"      text[] NOT NULL,
  "price_minor" bigint NOT NULL,
  "stock"       integer,
  -- A variant that is no longer offered stays, because orders name it.
  "is_offered"  boolean NOT NULL,
  CONSTRAINT "listing_variant_position_range" CHECK ("position" BETWEEN 0 AND 99),
  CONSTRAINT "listing_variant_values_few" CHECK (cardinality("values") BETWEEN 1 AND 3),
  CONSTRAINT "listing_variant_price_range" CHECK ("price_minor" BETWEEN 1 AND 100000000),
  CONSTRAINT "listing_variant_stock_range" CHECK ("stock" BETWEEN 0 AND 1000000)
);
CREATE UNIQUE INDEX "listing_variant_listing_id_values_key" ON "public"."listing_variant" ("listing_id", "values");
REVOKE DELETE ON "public"."listing_variant" FROM cascade_app;
