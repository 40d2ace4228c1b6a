-- What a seller must know at a glance: orders that are open, and stock that runs out.

-- Open orders are few, whatever came before them.
CREATE INDEX "market_order_open_seller_idx" ON "public"."market_order" ("seller_id", "deadline_at")
  WHERE "closed_at" IS NULL;
CREATE INDEX "market_order_open_buyer_idx" ON "public"."market_order" ("buyer_id", "deadline_at")
  WHERE "closed_at" IS NULL;

CREATE TABLE "public"."stock_watch" (
  "listing_id" uuid PRIMARY KEY REFERENCES "public"."listing" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  -- The seller is told when so many units, or fewer, are left.
  "threshold"  integer NOT NULL,
  -- As it was when it was looked at last: only a crossing is told.
  "is_low"     boolean NOT NULL,
  "looked_at"  timestamptz(3) NOT NULL,
  CONSTRAINT "stock_watch_threshold_range" CHECK ("threshold" BETWEEN 0 AND 1000)
);
-- Nobody is told of what was low before anybody looked.
INSERT INTO "public"."stock_watch" ("listing_id", "threshold", "is_low", "looked_at")
  SELECT "id", 3, "stock" IS NOT NULL AND "stock" <= 3, now() FROM "public"."listing" WHERE "state" = 'published';
