-- Sellers that citizens follow, and searches that they keep.

CREATE TABLE "public"."storefront_follow" (
  "follower_id" uuid NOT NULL,
  "seller_id"   uuid NOT NULL REFERENCES "public"."storefront" ("seller_id") ON DELETE CASCADE ON UPDATE RESTRICT,
  "created_at"  timestamptz(3) NOT NULL,
  -- When the follower was last told that the seller published something.
  "notified_at" timestamptz(3),
  PRIMARY KEY ("follower_id", "seller_id"),
  CONSTRAINT "storefront_follow_not_oneself" CHECK ("follower_id" <> "seller_id")
);
CREATE INDEX "storefront_follow_seller_id_notified_at_idx"
  ON "public"."storefront_follow" ("seller_id", "notified_at");

CREATE TABLE "public"."saved_search" (
  "id"            uuid PRIMARY KEY,
  "citizen_id"    uuid NOT NULL,
  "key"           uuid NOT NULL,
  "input_hash"    text NOT NULL,
  "name"          text NOT NULL,
  -- The filters as the market's page has them, checked again whenever they are read.
  "filter"        jsonb NOT NULL,
  "created_at"    timestamptz(3) NOT NULL,
  -- Listings published after this are news.
  "seen_until"    timestamptz(3) NOT NULL,
  "next_check_at" timestamptz(3) NOT NULL,
  CONSTRAINT "saved_search_name_length" CHECK (char_length("name") BETWEEN 1 AND 80),
  CONSTRAINT "saved_search_filter_object" CHECK (jsonb_typeof("filter") = 'object'),
  CONSTRAINT "saved_search_input_hash_length" CHECK (char_length("input_hash") = 64)
);
CREATE UNIQUE INDEX "saved_search_citizen_id_key_key" ON "public"."saved_search" ("citizen_id", "key");
CREATE INDEX "saved_search_citizen_id_created_at_id_idx"
  ON "public"."saved_search" ("citizen_id", "created_at" DESC, "id" DESC);
CREATE INDEX "saved_search_next_check_at_id_idx" ON "public"."saved_search" ("next_check_at", "id");
