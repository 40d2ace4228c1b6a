-- Whoever wishes for a listing is told of each sale that makes it cheaper, once.

ALTER TABLE "public"."sale"
  -- When everybody who wishes for something in it had been told.
  ADD COLUMN "told_at" timestamptz(3);
GRANT UPDATE ("told_at") ON "public"."sale" TO cascade_app;
CREATE INDEX "sale_untold_idx" ON "public"."sale" ("ends_at") WHERE "told_at" IS NULL AND "ended_at" IS NULL;

ALTER TABLE "public"."wishlist_item"
  -- The last sale that its citizen knows of.
  ADD COLUMN "told_sale_id" uuid REFERENCES "public"."sale" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
CREATE INDEX "wishlist_item_told_sale_id_idx" ON "public"."wishlist_item" ("told_sale_id");
