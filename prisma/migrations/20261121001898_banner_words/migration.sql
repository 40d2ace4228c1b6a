-- What the banner of a storefront says to those who do not see it.

ALTER TABLE "public"."storefront" ADD COLUMN "banner_alt" text NOT NULL DEFAULT '';
ALTER TABLE "public"."storefront"
  ADD CONSTRAINT "storefront_banner_alt_length" CHECK (char_length("banner_alt") <= 200),
  ADD CONSTRAINT "storefront_banner_picture_exists"
    FOREIGN KEY ("banner_picture_id") REFERENCES "public"."picture" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
