-- What the two of a completed order say about each other, and how a seller is rated by it.

CREATE TABLE "public"."review" (
  "id"          uuid PRIMARY KEY,
  "order_id"    uuid NOT NULL REFERENCES "public"."market_order" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  -- Who writes: the buyer about the seller, or the seller about the buyer.
  "side"        text NOT NULL,
  "author_id"   uuid NOT NULL,
  "subject_id"  uuid NOT NULL,
  -- What the order was for, as it was called then.
  "title"       text NOT NULL,
  "stars"       integer NOT NULL,
  "text"        text NOT NULL,
  "created_at"  timestamptz(3) NOT NULL,
  "updated_at"  timestamptz(3) NOT NULL,
  -- When it is shown at the latest.
  "due_at"      timestamptz(3) NOT NULL,
  -- Null while only its author sees it.
  "shown_at"    timestamptz(3),
  -- By a decision of the house.
  "hidden_at"   timestamptz(3),
  -- What whoever is reviewed says to it, once.
  "answer"      text,
  "answered_at" timestamptz(3),
  CONSTRAINT "review_side_known" CHECK ("side" IN ('buyer', 'seller')),
  CONSTRAINT "review_of_another" CHECK ("author_id" <> "subject_id"),
  CONSTRAINT "review_title_length" CHECK (char_length("title") BETWEEN 1 AND 120),
  CONSTRAINT "review_stars_range" CHECK ("stars" BETWEEN 1 AND 5),
  CONSTRAINT "review_text_length" CHECK (char_length("text") BETWEEN 1 AND 2000),
  CONSTRAINT "review_answer_length" CHECK (char_length("answer") BETWEEN 1 AND 2000),
  CONSTRAINT "review_answer_has_time" CHECK (("answer" IS NULL) = ("answered_at" IS NULL)),
  CONSTRAINT "review_answer_to_what_is_shown" CHECK ("answer" IS NULL OR "shown_at" IS NOT NULL)
);
CREATE UNIQUE INDEX "review_order_id_side_key" ON "public"."review" ("order_id", "side");
CREATE INDEX "review_author_id_created_at_id_idx" ON "public"."review" ("author_id", "created_at" DESC, "id" DESC);
CREATE INDEX "review_subject_id_created_at_id_idx" ON "public"."review" ("subject_id", "created_at" DESC, "id" DESC);
CREATE INDEX "review_due_idx" ON "public"."review" ("due_at", "id") WHERE "shown_at" IS NULL;

-- The listings that a buyer's review speaks of: those of the order.
CREATE TABLE "public"."review_listing" (
  "review_id"  uuid NOT NULL REFERENCES "public"."review" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "listing_id" uuid NOT NULL REFERENCES "public"."listing" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  PRIMARY KEY ("review_id", "listing_id")
);
CREATE INDEX "review_listing_listing_id_review_id_idx" ON "public"."review_listing" ("listing_id", "review_id" DESC);

-- What buyers think of a seller, where older reviews weigh less. Worked out of the reviews, and again every day.
CREATE TABLE "public"."seller_rating" (
  "seller_id"    uuid PRIMARY KEY,
  "review_count" integer NOT NULL,
  -- Thousandths of a star; null while there is no review, or only such as weigh nothing any more.
  "stars_milli"  integer,
  "computed_at"  timestamptz(3) NOT NULL,
  CONSTRAINT "seller_rating_review_count_range" CHECK ("review_count" >= 0),
  CONSTRAINT "seller_rating_stars_range" CHECK ("stars_milli" BETWEEN 1000 AND 5000)
);
CREATE INDEX "seller_rating_computed_at_idx" ON "public"."seller_rating" ("computed_at", "seller_id");

REVOKE DELETE ON "public"."review" FROM cascade_app;
REVOKE UPDATE, DELETE ON "public"."review_listing" FROM cascade_app;
REVOKE DELETE ON "public"."seller_rating" FROM cascade_app;
