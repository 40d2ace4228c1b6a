-- Finding listings: titles with a text index of their own, orders that read only what is on sale, the words that typos
-- are corrected to, counts that are kept, and a storefront for each seller, from which cards and filters take what they
-- need of a citizen.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- A hit in the title comes before one in the description. With a column of its own PostgreSQL knows how common a word is
-- in titles, and so which index to read.
ALTER TABLE "public"."listing"
  ADD COLUMN "title_search" tsvector GENERATED ALWAYS AS (
    to_tsvector('english'::regconfig, "title") || to_tsvector('simple'::regconfig, "title")
  ) STORED;
-- Enough words are known to be common or not for a search to choose its way.
ALTER TABLE "public"."listing"
  ALTER COLUMN "search" SET STATISTICS 300,
  ALTER COLUMN "title_search" SET STATISTICS 300;
CREATE INDEX "listing_title_search_idx" ON "public"."listing" USING gin ("title_search") WITH (fastupdate = off);
CREATE INDEX "listing_tags_idx" ON "public"."listing" USING gin ("tags") WITH (fastupdate = off);

DROP INDEX "public"."listing_created_at_id_idx";
DROP INDEX "public"."listing_price_minor_id_idx";
DROP INDEX "public"."listing_category_slug_created_at_id_idx";
CREATE INDEX "listing_created_at_id_idx" ON "public"."listing" ("created_at" DESC, "id" DESC)
  WHERE "state" = 'published';
CREATE INDEX "listing_price_minor_id_idx" ON "public"."listing" ("price_minor", "id") WHERE "state" = 'published';
CREATE INDEX "listing_sold_count_id_idx" ON "public"."listing" ("sold_count" DESC, "id" DESC)
  WHERE "state" = 'published';
CREATE INDEX "listing_category_slug_created_at_id_idx"
  ON "public"."listing" ("category_slug", "created_at" DESC, "id" DESC) WHERE "state" = 'published';
CREATE INDEX "listing_category_slug_price_minor_id_idx"
  ON "public"."listing" ("category_slug", "price_minor", "id") WHERE "state" = 'published';

CREATE TABLE "public"."storefront" (
  "seller_id"         uuid PRIMARY KEY,
  "slug"              text NOT NULL,
  -- What the market knows of the citizen, kept in step by what their domain tells.
  "username"          text NOT NULL,
  "display_name"      text NOT NULL,
  "tier"              text NOT NULL,
  -- What the seller writes; empty until they do.
  "title"             text NOT NULL DEFAULT '',
  "about"             text NOT NULL DEFAULT '',
  "banner_picture_id" uuid,
  "version"           integer NOT NULL DEFAULT 1,
  "created_at"        timestamptz(3) NOT NULL,
  "updated_at"        timestamptz(3) NOT NULL,
  CONSTRAINT "storefront_slug_form" CHECK ("slug" ~ '^[a-z0-9](-?[a-z0-9]){2,39}$'),
  CONSTRAINT "storefront_tier_known" CHECK ("tier" IN ('observer', 'participant', 'creator', 'enterprise')),
  CONSTRAINT "storefront_title_length" CHECK (char_length("title") <= 80),
  CONSTRAINT "storefront_about_length" CHECK (char_length("about") <= 2000),
  CONSTRAINT "storefront_version_positive" CHECK ("version" >= 1)
);
CREATE UNIQUE INDEX "storefront_slug_key" ON "public"."storefront" ("slug");
CREATE UNIQUE INDEX "storefront_username_key" ON "public"."storefront" ("username");
CREATE INDEX "storefront_lower_username_idx" ON "public"."storefront" (lower("username"));
CREATE INDEX "storefront_tier_idx" ON "public"."storefront" ("tier");
CREATE INDEX "storefront_name_idx"
  ON "public"."storefront" USING gin ((lower("display_name" || ' ' || "title")) gin_trgm_ops);

-- Every word that a title on sale has had since the last thorough count.
CREATE TABLE "public"."search_word" (
  "word"     text PRIMARY KEY CHECK (char_length("word") BETWEEN 3 AND 60),
  "listings" integer NOT NULL CHECK ("listings" >= 0)
);
CREATE INDEX "search_word_word_idx" ON "public"."search_word" USING gist ("word" gist_trgm_ops);

-- How many are on sale: of everything (scope '') and of every category with what is below it.
CREATE TABLE "public"."catalogue_count" (
  "scope"      text NOT NULL,
  "facet"      text NOT NULL CHECK ("facet" IN ('total', 'category', 'kind', 'tier', 'in_stock', 'rating')),
  "value"      text NOT NULL,
  "listings"   integer NOT NULL CHECK ("listings" >= 0),
  "counted_at" timestamptz(3) NOT NULL,
  PRIMARY KEY ("scope", "facet", "value")
);

-- How far each reader of the outbox has come.
CREATE TABLE "public"."outbox_cursor" (
  "consumer" text PRIMARY KEY CHECK (length("consumer") <= 60),
  "xid"      xid8 NOT NULL,
  "position" bigint NOT NULL
);
INSERT INTO "public"."outbox_cursor" ("consumer", "xid", "position") VALUES ('market.storefronts', '0', 0);
