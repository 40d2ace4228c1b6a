-- What makes something cheaper than its list price: more of it, a sale, a coupon. Sellers pay for all three.

-- Steps are terms of a listing: its versions keep them.
ALTER TABLE "public"."listing"
  ADD COLUMN "quantity_steps" jsonb NOT NULL DEFAULT '[]',
  ADD CONSTRAINT "listing_quantity_steps_few"
    CHECK (jsonb_typeof("quantity_steps") = 'array' AND jsonb_array_length("quantity_steps") <= 5);
ALTER TABLE "public"."listing_version" ADD COLUMN "quantity_steps" jsonb NOT NULL DEFAULT '[]';
ALTER TABLE "public"."listing_version" ALTER COLUMN "quantity_steps" DROP DEFAULT;

CREATE TABLE "public"."sale" (
  "id"          uuid PRIMARY KEY,
  "seller_id"   uuid NOT NULL,
  "key"         uuid NOT NULL,
  "input_hash"  text NOT NULL,
  "percent_bps" integer NOT NULL,
  -- All listings of the seller, those of later too; otherwise those of `sale_listing`.
  "covers_all"  boolean NOT NULL,
  "starts_at"   timestamptz(3) NOT NULL,
  "ends_at"     timestamptz(3) NOT NULL,
  -- When its seller ended it before its time.
  "ended_at"    timestamptz(3),
  "created_at"  timestamptz(3) NOT NULL,
  CONSTRAINT "sale_input_hash_length" CHECK (char_length("input_hash") = 64),
  CONSTRAINT "sale_percent_range" CHECK ("percent_bps" BETWEEN 1 AND 9999),
  CONSTRAINT "sale_window_forward" CHECK ("starts_at" < "ends_at")
);
CREATE UNIQUE INDEX "sale_seller_id_key_key" ON "public"."sale" ("seller_id", "key");
CREATE INDEX "sale_seller_id_created_at_id_idx" ON "public"."sale" ("seller_id", "created_at" DESC, "id" DESC);
-- What a page of listings looks up: the few sales of each of its sellers that are not over.
CREATE INDEX "sale_not_over_idx" ON "public"."sale" ("seller_id", "ends_at") WHERE "ended_at" IS NULL;

CREATE TABLE "public"."sale_listing" (
  "sale_id"    uuid NOT NULL REFERENCES "public"."sale" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "listing_id" uuid NOT NULL REFERENCES "public"."listing" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  PRIMARY KEY ("sale_id", "listing_id")
);
CREATE INDEX "sale_listing_listing_id_idx" ON "public"."sale_listing" ("listing_id");

CREATE TABLE "public"."coupon" (
  "id"               uuid PRIMARY KEY,
  "seller_id"        uuid NOT NULL,
  "key"              uuid NOT NULL,
  "input_hash"       text NOT NULL,
  -- In capitals: nobody has to type it as it was written.
  "code"             text NOT NULL,
  "percent_bps"      integer,
  "amount_minor"     bigint,
  -- What the seller's lines have to come to before it.
  "minimum_minor"    bigint NOT NULL,
  "starts_at"        timestamptz(3) NOT NULL,
  "ends_at"          timestamptz(3) NOT NULL,
  "uses_max"         integer,
  "citizen_uses_max" integer,
  -- Uses that were not given back.
  "uses"             integer NOT NULL DEFAULT 0,
  "ended_at"         timestamptz(3),
  "created_at"       timestamptz(3) NOT NULL,
  CONSTRAINT "coupon_input_hash_length" CHECK (char_length("input_hash") = 64),
  CONSTRAINT "coupon_code_shape" CHECK ("code" ~ '^[A-Z0-9-]{3,30}$'),
  CONSTRAINT "coupon_percent_or_amount" CHECK (("percent_bps" IS NULL) <> ("amount_minor" IS NULL)),
  CONSTRAINT "coupon_percent_range" CHECK ("percent_bps" BETWEEN 1 AND 9999),
  CONSTRAINT "coupon_amount_range" CHECK ("amount_minor" BETWEEN 1 AND 10000000000),
  CONSTRAINT "coupon_minimum_range" CHECK ("minimum_minor" BETWEEN 0 AND 10000000000),
  CONSTRAINT "coupon_window_forward" CHECK ("starts_at" < "ends_at"),
  CONSTRAINT "coupon_citizen_uses_max_positive" CHECK ("citizen_uses_max" > 0),
  CONSTRAINT "coupon_uses_range" CHECK ("uses" >= 0 AND ("uses_max" IS NULL OR "uses" <= "uses_max"))
);
CREATE UNIQUE INDEX "coupon_seller_id_key_key" ON "public"."coupon" ("seller_id", "key");
CREATE UNIQUE INDEX "coupon_seller_id_code_key" ON "public"."coupon" ("seller_id", "code");
CREATE INDEX "coupon_seller_id_created_at_id_idx" ON "public"."coupon" ("seller_id", "created_at" DESC, "id" DESC);

-- An order that a coupon made cheaper. What was given back can be used again.
CREATE TABLE "public"."coupon_use" (
  "order_id"      uuid PRIMARY KEY REFERENCES "public"."market_order" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "coupon_id"     uuid NOT NULL REFERENCES "public"."coupon" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "citizen_id"    uuid NOT NULL,
  "amount_minor"  bigint NOT NULL,
  "used_at"       timestamptz(3) NOT NULL,
  "given_back_at" timestamptz(3),
  CONSTRAINT "coupon_use_amount_positive" CHECK ("amount_minor" > 0)
);
CREATE INDEX "coupon_use_coupon_id_citizen_id_idx"
  ON "public"."coupon_use" ("coupon_id", "citizen_id") WHERE "given_back_at" IS NULL;

-- The coupon that somebody means to use for what their cart holds of one seller.
CREATE TABLE "public"."cart_coupon" (
  "cart_id"   uuid NOT NULL REFERENCES "public"."cart" ("id") ON DELETE CASCADE ON UPDATE RESTRICT,
  "seller_id" uuid NOT NULL,
  "coupon_id" uuid NOT NULL REFERENCES "public"."coupon" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  PRIMARY KEY ("cart_id", "seller_id")
);
CREATE INDEX "cart_coupon_coupon_id_idx" ON "public"."cart_coupon" ("coupon_id");

-- The coupons of the purchase, as it will be placed.
ALTER TABLE "public"."checkout" ADD COLUMN "coupon_ids" uuid[] NOT NULL DEFAULT '{}';

-- What a line would have cost, what made it cheaper, and who pays for that.
ALTER TABLE "public"."order_line"
  ADD COLUMN "list_unit_price_minor" bigint,
  ADD COLUMN "discount_kind" text,
  ADD COLUMN "discount_id" uuid,
  ADD COLUMN "discount_bps" integer,
  ADD COLUMN "discount_minor" bigint NOT NULL DEFAULT 0,
  ADD COLUMN "coupon_id" uuid REFERENCES "public"."coupon" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  ADD COLUMN "coupon_code" text,
  ADD COLUMN "coupon_minor" bigint NOT NULL DEFAULT 0,
  ADD COLUMN "funded_by" text;
UPDATE "public"."order_line" SET "list_unit_price_minor" = "unit_price_minor";
ALTER TABLE "public"."order_line"
  ALTER COLUMN "list_unit_price_minor" SET NOT NULL,
  DROP CONSTRAINT "order_line_total_exact",
  ADD CONSTRAINT "order_line_list_price_range" CHECK ("list_unit_price_minor" BETWEEN 1 AND 100000000),
  ADD CONSTRAINT "order_line_total_exact" CHECK ("total_minor" = "unit_price_minor" * "quantity" - "coupon_minor"),
  ADD CONSTRAINT "order_line_total_positive" CHECK ("total_minor" >= 1),
  ADD CONSTRAINT "order_line_discount_exact"
    CHECK ("discount_minor" = ("list_unit_price_minor" - "unit_price_minor") * "quantity" AND "discount_minor" >= 0),
  ADD CONSTRAINT "order_line_discount_named" CHECK (
    CASE "discount_kind"
      WHEN 'quantity' THEN "discount_minor" > 0 AND "discount_bps" IS NOT NULL AND "discount_id" IS NULL
      WHEN 'sale'     THEN "discount_minor" > 0 AND "discount_bps" IS NOT NULL AND "discount_id" IS NOT NULL
      ELSE "discount_kind" IS NULL AND "discount_minor" = 0 AND "discount_bps" IS NULL AND "discount_id" IS NULL
    END),
  ADD CONSTRAINT "order_line_coupon_named" CHECK (
    "coupon_minor" >= 0 AND ("coupon_id" IS NULL) = ("coupon_minor" = 0) AND ("coupon_code" IS NULL) = ("coupon_id" IS NULL)),
  ADD CONSTRAINT "order_line_funded" CHECK (
    ("funded_by" IS NULL) = ("discount_minor" = 0 AND "coupon_minor" = 0) AND "funded_by" IN ('seller'));
CREATE INDEX "order_line_coupon_id_idx" ON "public"."order_line" ("coupon_id") WHERE "coupon_id" IS NOT NULL;

-- What was promised stays as it was.
REVOKE UPDATE, DELETE ON "public"."sale", "public"."coupon", "public"."coupon_use" FROM cascade_app;
REVOKE UPDATE, DELETE ON "public"."sale_listing" FROM cascade_app;
GRANT UPDATE ("ended_at") ON "public"."sale" TO cascade_app;
GRANT UPDATE ("uses", "ended_at") ON "public"."coupon" TO cascade_app;
GRANT UPDATE ("given_back_at") ON "public"."coupon_use" TO cascade_app;
