-- A choice of a listing that is sold out is told, also while there is enough of the others.

ALTER TABLE "public"."stock_watch"
  -- The choices on offer of which nothing was left when it was looked at last: only what sells out since is told.
  ADD COLUMN "sold_out_variants" uuid[] NOT NULL DEFAULT '{}';
UPDATE "public"."stock_watch" AS watch
   SET "sold_out_variants" = ARRAY (
         SELECT "id" FROM "public"."listing_variant" AS variant
          WHERE variant."listing_id" = watch."listing_id" AND "is_offered" AND "stock" = 0);
