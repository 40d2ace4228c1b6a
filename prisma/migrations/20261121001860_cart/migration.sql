-- What someone means to buy. A cart belongs to a citizen, or to a browser until its citizen signs in; it promises
-- nothing: what it costs and whether it is there is looked up whenever it is shown.

CREATE TABLE "public"."cart" (
  "id"           uuid PRIMARY KEY,
  "citizen_id"   uuid,
  -- SHA-256 of the browser's own cookie.
  "browser_hash" text,
  "created_at"   timestamptz(3) NOT NULL,
  "updated_at"   timestamptz(3) NOT NULL,
  CONSTRAINT "cart_has_one_owner" CHECK (("citizen_id" IS NULL) <> ("browser_hash" IS NULL)),
  CONSTRAINT "cart_browser_hash_length" CHECK (char_length("browser_hash") = 64)
);
CREATE UNIQUE INDEX "cart_citizen_id_key" ON "public"."cart" ("citizen_id");
CREATE UNIQUE INDEX "cart_browser_hash_key" ON "public"."cart" ("browser_hash");
CREATE INDEX "cart_updated_at_idx" ON "public"."cart" ("updated_at") WHERE "citizen_id" IS NULL;

CREATE TABLE "public"."cart_item" (
  "id"                    uuid PRIMARY KEY,
  "cart_id"               uuid NOT NULL REFERENCES "public"."cart" ("id") ON DELETE CASCADE ON UPDATE RESTRICT,
  "listing_id"            uuid NOT NULL REFERENCES "public"."listing" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "variant_id"            uuid REFERENCES "public"."listing_variant" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "quantity"              integer NOT NULL,
  -- What its owner saw last: anything else is shown to them before they pay.
  "seen_version"          integer NOT NULL,
  "seen_unit_price_minor" bigint NOT NULL,
  "added_at"              timestamptz(3) NOT NULL,
  CONSTRAINT "cart_item_quantity_range" CHECK ("quantity" BETWEEN 1 AND 100),
  CONSTRAINT "cart_item_seen_version_positive" CHECK ("seen_version" >= 1),
  CONSTRAINT "cart_item_seen_unit_price_range" CHECK ("seen_unit_price_minor" BETWEEN 1 AND 100000000)
);
CREATE UNIQUE INDEX "cart_item_cart_id_listing_id_variant_id_key"
  ON "public"."cart_item" ("cart_id", "listing_id", "variant_id") NULLS NOT DISTINCT;
CREATE INDEX "cart_item_listing_id_idx" ON "public"."cart_item" ("listing_id");

-- What a buyer agreed to: the purchase of a cart, placed at once or by itself once a top-up is in the wallet. Its id is
-- the key of the purchase, so that it is placed once.
CREATE TABLE "public"."checkout" (
  "id"          uuid PRIMARY KEY,
  "citizen_id"  uuid NOT NULL,
  "key"         uuid NOT NULL,
  "input_hash"  text NOT NULL,
  "lines"       jsonb NOT NULL,
  "total_minor" bigint NOT NULL,
  -- What the top-up costs before its fee, in cents; null where the wallet had enough.
  "top_up_price_minor" bigint,
  "top_up_id"   uuid,
  "state"       text NOT NULL,
  "refusal"     text,
  "created_at"  timestamptz(3) NOT NULL,
  "settled_at"  timestamptz(3),
  CONSTRAINT "checkout_input_hash_length" CHECK (char_length("input_hash") = 64),
  CONSTRAINT "checkout_lines_array" CHECK (jsonb_typeof("lines") = 'array'),
  CONSTRAINT "checkout_total_positive" CHECK ("total_minor" > 0),
  CONSTRAINT "checkout_state_known" CHECK ("state" IN ('waiting', 'placed', 'refused', 'given_up')),
  CONSTRAINT "checkout_settled_when_over" CHECK (("settled_at" IS NULL) = ("state" = 'waiting')),
  CONSTRAINT "checkout_top_up_has_a_price" CHECK ("top_up_id" IS NULL OR "top_up_price_minor" > 0),
  CONSTRAINT "checkout_waits_for_a_top_up" CHECK ("state" <> 'waiting' OR "top_up_price_minor" IS NOT NULL),
  CONSTRAINT "checkout_refused_says_why" CHECK (("refusal" IS NOT NULL) = ("state" = 'refused'))
);
CREATE UNIQUE INDEX "checkout_citizen_id_key_key" ON "public"."checkout" ("citizen_id", "key");
CREATE UNIQUE INDEX "checkout_top_up_id_key" ON "public"."checkout" ("top_up_id");
CREATE INDEX "checkout_waiting_idx" ON "public"."checkout" ("created_at") WHERE "state" = 'waiting';

-- What was agreed stays as it was.
REVOKE UPDATE, DELETE ON "public"."checkout" FROM cascade_app;
GRANT UPDATE ("top_up_id", "state", "refusal", "settled_at") ON "public"."checkout" TO cascade_app;
