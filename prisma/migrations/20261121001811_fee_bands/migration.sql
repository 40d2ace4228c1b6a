-- What the house takes of a sale is the lower of the fee of the seller's tier and of the band that their sales of the
-- last thirty days reach. Changed by operators, from the next purchase on.

CREATE TABLE "public"."sale_fee_band" (
  "volume_from_minor" bigint PRIMARY KEY,
  "fee_ppm"           integer NOT NULL,
  CONSTRAINT "sale_fee_band_volume_positive" CHECK ("volume_from_minor" > 0),
  CONSTRAINT "sale_fee_band_fee_range" CHECK ("fee_ppm" BETWEEN 0 AND 1000000)
);
INSERT INTO "public"."sale_fee_band" ("volume_from_minor", "fee_ppm") VALUES
  (  1000000, 20000),
  (  5000000, 12500),
  ( 25000000,  7500),
  (100000000,  5000);

CREATE INDEX "market_order_sales_idx" ON "public"."market_order" ("seller_id", "closed_at")
  WHERE "state" IN ('completed', 'settled');
