-- What citizens write to each other about a listing or within an order, and whom they do not want to hear from.
-- Citizens are referenced by their ids only: that table belongs to another domain.

CREATE TABLE "public"."thread" (
  "id"              uuid PRIMARY KEY,
  -- Null in the thread of an order.
  "listing_id"      uuid REFERENCES "public"."listing" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  -- Null in a question thread.
  "order_id"        uuid REFERENCES "public"."market_order" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  -- Who asks or buys, and who sells.
  "buyer_id"        uuid NOT NULL,
  "seller_id"       uuid NOT NULL,
  -- What it is about, as it was called when it began.
  "title"           text NOT NULL,
  "last_sequence"   integer NOT NULL,
  "created_at"      timestamptz(3) NOT NULL,
  CONSTRAINT "thread_of_one_thing" CHECK (("listing_id" IS NULL) <> ("order_id" IS NULL)),
  CONSTRAINT "thread_two_parties" CHECK ("buyer_id" <> "seller_id"),
  CONSTRAINT "thread_title_length" CHECK (char_length("title") BETWEEN 1 AND 120),
  CONSTRAINT "thread_last_sequence_range" CHECK ("last_sequence" >= 0)
);
CREATE UNIQUE INDEX "thread_listing_id_buyer_id_key" ON "public"."thread" ("listing_id", "buyer_id");
CREATE UNIQUE INDEX "thread_order_id_key" ON "public"."thread" ("order_id");
-- How many somebody began today.
CREATE INDEX "thread_buyer_id_created_at_idx" ON "public"."thread" ("buyer_id", "created_at");

-- How far each of the two has read.
CREATE TABLE "public"."thread_party" (
  "thread_id"       uuid NOT NULL REFERENCES "public"."thread" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "citizen_id"      uuid NOT NULL,
  "read_sequence"   integer NOT NULL,
  -- Messages of the other one after that.
  "unread_count"    integer NOT NULL,
  -- The time of the thread's last message, here for the list of somebody's conversations.
  "last_message_at" timestamptz(3) NOT NULL,
  PRIMARY KEY ("thread_id", "citizen_id"),
  CONSTRAINT "thread_party_read_sequence_range" CHECK ("read_sequence" >= 0),
  CONSTRAINT "thread_party_unread_count_range" CHECK ("unread_count" >= 0)
);
CREATE INDEX "thread_party_citizen_id_last_message_at_thread_id_idx"
  ON "public"."thread_party" ("citizen_id", "last_message_at" DESC, "thread_id" DESC);
CREATE INDEX "thread_party_unread_idx" ON "public"."thread_party" ("citizen_id") WHERE "unread_count" > 0;

CREATE TABLE "public"."message" (
  "id"         uuid PRIMARY KEY,
  "thread_id"  uuid NOT NULL REFERENCES "public"."thread" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "sequence"   integer NOT NULL,
  "author_id"  uuid NOT NULL,
  "key"        uuid NOT NULL,
  "input_hash" text NOT NULL,
  "text"       text NOT NULL,
  "created_at" timestamptz(3) NOT NULL,
  -- By a decision of the house.
  "hidden_at"  timestamptz(3),
  CONSTRAINT "message_sequence_positive" CHECK ("sequence" >= 1),
  CONSTRAINT "message_input_hash_length" CHECK (char_length("input_hash") = 64),
  CONSTRAINT "message_text_length" CHECK (char_length("text") BETWEEN 1 AND 4000)
);
CREATE UNIQUE INDEX "message_thread_id_sequence_key" ON "public"."message" ("thread_id", "sequence");
CREATE UNIQUE INDEX "message_author_id_key_key" ON "public"."message" ("author_id", "key");
CREATE INDEX "message_author_id_created_at_idx" ON "public"."message" ("author_id", "created_at");

-- A question and its answer that the seller shows to everybody on the page of the listing.
CREATE TABLE "public"."shown_answer" (
  "answer_id"   uuid PRIMARY KEY REFERENCES "public"."message" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "question_id" uuid NOT NULL REFERENCES "public"."message" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "listing_id"  uuid NOT NULL REFERENCES "public"."listing" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "shown_at"    timestamptz(3) NOT NULL,
  CONSTRAINT "shown_answer_two_messages" CHECK ("answer_id" <> "question_id")
);
CREATE INDEX "shown_answer_listing_id_shown_at_answer_id_idx"
  ON "public"."shown_answer" ("listing_id", "shown_at" DESC, "answer_id" DESC);

-- A file that goes with a message. Its bytes are elsewhere, under its id.
CREATE TABLE "public"."message_attachment" (
  "id"           uuid PRIMARY KEY,
  "owner_id"     uuid NOT NULL,
  -- Null until a message takes it along.
  "message_id"   uuid REFERENCES "public"."message" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "position"     integer NOT NULL,
  "name"         text NOT NULL,
  "content_type" text NOT NULL,
  "size_bytes"   integer NOT NULL,
  -- Of its bytes: brought once more under its id it is the same file or none.
  "sha256"       text NOT NULL,
  "created_at"   timestamptz(3) NOT NULL,
  -- Null until its bytes are kept.
  "stored_at"    timestamptz(3),
  CONSTRAINT "message_attachment_position_range" CHECK ("position" BETWEEN 0 AND 2),
  CONSTRAINT "message_attachment_name_length" CHECK (char_length("name") BETWEEN 1 AND 120),
  CONSTRAINT "message_attachment_content_type_known"
    CHECK ("content_type" IN ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')),
  CONSTRAINT "message_attachment_size_range" CHECK ("size_bytes" BETWEEN 1 AND 5242880),
  CONSTRAINT "message_attachment_sha256_length" CHECK (char_length("sha256") = 64),
  CONSTRAINT "message_attachment_sent_is_stored" CHECK ("message_id" IS NULL OR "stored_at" IS NOT NULL)
);
CREATE UNIQUE INDEX "message_attachment_message_id_position_key" ON "public"."message_attachment" ("message_id", "position");
-- Those that no message took along, by age, for the sweeper, and by owner, for the limit.
CREATE INDEX "message_attachment_created_at_idx" ON "public"."message_attachment" ("created_at") WHERE "message_id" IS NULL;
CREATE INDEX "message_attachment_owner_id_created_at_idx" ON "public"."message_attachment" ("owner_id", "created_at");

-- Whom somebody has nothing to do with any more, or does not want to be told about.
CREATE TABLE "public"."citizen_block" (
  "citizen_id" uuid NOT NULL,
  "blocked_id" uuid NOT NULL,
  "kind"       text NOT NULL,
  "created_at" timestamptz(3) NOT NULL,
  PRIMARY KEY ("citizen_id", "blocked_id", "kind"),
  CONSTRAINT "citizen_block_of_another" CHECK ("citizen_id" <> "blocked_id"),
  CONSTRAINT "citizen_block_kind_known" CHECK ("kind" IN ('block', 'mute'))
);
CREATE INDEX "citizen_block_citizen_id_created_at_idx" ON "public"."citizen_block" ("citizen_id", "created_at");

-- What was written stays as it was written: the application only hides it.
REVOKE UPDATE, DELETE ON "public"."thread" FROM cascade_app;
GRANT UPDATE ("last_sequence") ON "public"."thread" TO cascade_app;
REVOKE UPDATE, DELETE ON "public"."message" FROM cascade_app;
GRANT UPDATE ("hidden_at") ON "public"."message" TO cascade_app;
REVOKE DELETE ON "public"."thread_party" FROM cascade_app;
