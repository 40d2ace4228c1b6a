-- Listings that citizens wish for, and those they looked at last.

CREATE TABLE "public"."wishlist_item" (
  "citizen_id"       uuid NOT NULL,
  "listing_id"       uuid NOT NULL REFERENCES "public"."listing" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "added_at"         timestamptz(3) NOT NULL,
  -- As it was when it was put there: what its citizen sees while the seller keeps it from the market.
  "title"            text NOT NULL,
  "price_minor"      bigint NOT NULL,
  "was_available"    boolean NOT NULL,
  -- The lowest price that its citizen knows of, and whether it could be bought when it was looked at last.
  "told_price_minor" bigint NOT NULL,
  "is_available"     boolean NOT NULL,
  -- When its citizen was last told that it is back.
  "told_back_at"     timestamptz(3),
  PRIMARY KEY ("citizen_id", "listing_id"),
  CONSTRAINT "wishlist_item_price_positive" CHECK ("price_minor" > 0),
  CONSTRAINT "wishlist_item_told_price_range" CHECK ("told_price_minor" BETWEEN 1 AND "price_minor")
);
CREATE INDEX "wishlist_item_listing_id_idx" ON "public"."wishlist_item" ("listing_id");
CREATE INDEX "wishlist_item_citizen_id_added_at_listing_id_idx"
  ON "public"."wishlist_item" ("citizen_id", "added_at" DESC, "listing_id" DESC);

CREATE TABLE "public"."viewed_listing" (
  "citizen_id" uuid NOT NULL,
  "listing_id" uuid NOT NULL REFERENCES "public"."listing" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "viewed_at"  timestamptz(3) NOT NULL,
  PRIMARY KEY ("citizen_id", "listing_id")
);
CREATE INDEX "viewed_listing_citizen_id_viewed_at_listing_id_idx"
  ON "public"."viewed_listing" ("citizen_id", "viewed_at" DESC, "listing_id" DESC);

-- Who tells of prices and stock reads what happens in its own time.
INSERT INTO "public"."outbox_cursor" ("consumer", "xid", "position") VALUES ('market.shelves', '0', 0);
