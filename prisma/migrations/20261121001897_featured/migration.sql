-- What operators put on the home page, in their order and for a time.

CREATE TABLE "public"."featured_listing" (
  "listing_id" uuid PRIMARY KEY REFERENCES "public"."listing" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "position"   integer NOT NULL,
  "from_at"    timestamptz(3),
  "until_at"   timestamptz(3),
  "added_by"   uuid NOT NULL,
  "added_at"   timestamptz(3) NOT NULL,
  CONSTRAINT "featured_listing_position_positive" CHECK ("position" > 0),
  CONSTRAINT "featured_listing_time_in_order" CHECK ("from_at" < "until_at")
);
ALTER TABLE "public"."featured_listing"
  ADD CONSTRAINT "featured_listing_position_key" UNIQUE ("position") DEFERRABLE INITIALLY DEFERRED;
