-- The market: categories, listings, orders and their history.
-- Citizens and ledger accounts are referenced by id only; other domains own those tables.

CREATE TABLE "public"."category" (
  "slug"     text PRIMARY KEY CHECK ("slug" ~ '^[a-z][a-z0-9-]{0,39}$'),
  "position" integer NOT NULL,
  "name_en"  text NOT NULL,
  "name_it"  text NOT NULL
);

CREATE TABLE "public"."listing" (
  "id"            uuid PRIMARY KEY,
  "seller_id"     uuid NOT NULL,
  "key"           uuid NOT NULL,
  "input_hash"    text NOT NULL,
  "title"         text NOT NULL,
  "description"   text NOT NULL,
  "category_slug" text NOT NULL REFERENCES "public"."category" ("slug") ON DELETE RESTRICT ON UPDATE CASCADE,
  "price_minor"   bigint NOT NULL,
  "stock"         integer,
  "state"         text NOT NULL,
  "version"       integer NOT NULL,
  "created_at"    timestamptz(3) NOT NULL,
  "updated_at"    timestamptz(3) NOT NULL,
  -- Stemmed English finds "glasses" for "glass"; the plain words serve Italian terms, names and prefixes.
  "search"        tsvector GENERATED ALWAYS AS (
      setweight(to_tsvector('english'::regconfig, "title"), 'A')
   || setweight(to_tsvector('simple'::regconfig, "title"), 'A')
   || setweight(to_tsvector('english'::regconfig, "description"), 'B')
   || setweight(to_tsvector('simple'::regconfig, "description"), 'B')
  ) STORED,
  CONSTRAINT "listing_input_hash_length" CHECK (char_length("input_hash") = 64),
  CONSTRAINT "listing_title_length" CHECK (char_length("title") BETWEEN 1 AND 120),
  CONSTRAINT "listing_description_length" CHECK (char_length("description") BETWEEN 1 AND 4000),
  CONSTRAINT "listing_price_range" CHECK ("price_minor" BETWEEN 1 AND 100000000),
  CONSTRAINT "listing_stock_range" CHECK ("stock" BETWEEN 0 AND 1000000),
  CONSTRAINT "listing_state_known" CHECK ("state" IN ('published', 'withdrawn')),
  CONSTRAINT "listing_version_positive" CHECK ("version" >= 1)
);

CREATE UNIQUE INDEX "listing_seller_id_key_key" ON "public"."listing" ("seller_id", "key");
CREATE INDEX "listing_search_idx" ON "public"."listing" USING gin ("search");
CREATE INDEX "listing_created_at_id_idx" ON "public"."listing" ("created_at" DESC, "id" DESC);
CREATE INDEX "listing_price_minor_id_idx" ON "public"."listing" ("price_minor", "id");
CREATE INDEX "listing_category_slug_created_at_id_idx" ON "public"."listing" ("category_slug", "created_at" DESC, "id" DESC);
CREATE INDEX "listing_seller_id_created_at_id_idx" ON "public"."listing" ("seller_id", "created_at" DESC, "id" DESC);

CREATE TABLE "public"."market_order" (
  "id"                uuid PRIMARY KEY,
  "buyer_id"          uuid NOT NULL,
  "key"               uuid NOT NULL,
  "input_hash"        text NOT NULL,
  "seller_id"         uuid NOT NULL,
  "listing_id"        uuid NOT NULL REFERENCES "public"."listing" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "listing_version"   integer NOT NULL,
  "listing_title"     text NOT NULL,
  "description"       text NOT NULL,
  "category_slug"     text NOT NULL,
  "quantity"          integer NOT NULL,
  "unit_price_minor"  bigint NOT NULL,
  "total_minor"       bigint NOT NULL,
  "fee_bps"           integer NOT NULL,
  "fee_minor"         bigint NOT NULL,
  "escrow_account_id" bigint NOT NULL,
  "state"             text NOT NULL,
  "created_at"        timestamptz(3) NOT NULL,
  "updated_at"        timestamptz(3) NOT NULL,
  "closed_at"         timestamptz(3),
  CONSTRAINT "market_order_input_hash_length" CHECK (char_length("input_hash") = 64),
  CONSTRAINT "market_order_two_parties" CHECK ("buyer_id" <> "seller_id"),
  CONSTRAINT "market_order_quantity_range" CHECK ("quantity" BETWEEN 1 AND 100),
  CONSTRAINT "market_order_unit_price_range" CHECK ("unit_price_minor" BETWEEN 1 AND 100000000),
  CONSTRAINT "market_order_total_exact" CHECK ("total_minor" = "unit_price_minor" * "quantity"),
  CONSTRAINT "market_order_fee_bps_range" CHECK ("fee_bps" BETWEEN 0 AND 1000),
  CONSTRAINT "market_order_fee_exact" CHECK ("fee_minor" = "total_minor" * "fee_bps" / 10000),
  CONSTRAINT "market_order_state_known"
    CHECK ("state" IN ('paid', 'delivered', 'disputed', 'completed', 'cancelled', 'refunded')),
  CONSTRAINT "market_order_closed_when_ended"
    CHECK (("closed_at" IS NOT NULL) = ("state" IN ('completed', 'cancelled', 'refunded')))
);

CREATE UNIQUE INDEX "market_order_buyer_id_key_key" ON "public"."market_order" ("buyer_id", "key");
CREATE UNIQUE INDEX "market_order_escrow_account_id_key" ON "public"."market_order" ("escrow_account_id");
CREATE INDEX "market_order_buyer_id_created_at_id_idx" ON "public"."market_order" ("buyer_id", "created_at" DESC, "id" DESC);
CREATE INDEX "market_order_seller_id_created_at_id_idx" ON "public"."market_order" ("seller_id", "created_at" DESC, "id" DESC);
CREATE INDEX "market_order_listing_id_idx" ON "public"."market_order" ("listing_id");
CREATE INDEX "market_order_state_updated_at_id_idx" ON "public"."market_order" ("state", "updated_at", "id");

CREATE TABLE "public"."order_event" (
  "order_id"   uuid NOT NULL REFERENCES "public"."market_order" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "sequence"   integer NOT NULL,
  "action"     text NOT NULL,
  "actor"      text NOT NULL,
  "actor_id"   uuid,
  "from_state" text,
  "to_state"   text NOT NULL,
  "note"       text,
  "at"         timestamptz(3) NOT NULL,
  PRIMARY KEY ("order_id", "sequence"),
  CONSTRAINT "order_event_sequence_positive" CHECK ("sequence" >= 1),
  CONSTRAINT "order_event_action_known"
    CHECK ("action" IN ('place', 'deliver', 'confirm', 'cancel', 'dispute', 'resolve_refund', 'resolve_release')),
  CONSTRAINT "order_event_actor_known" CHECK ("actor" IN ('buyer', 'seller', 'operator', 'system')),
  CONSTRAINT "order_event_actor_named" CHECK (("actor_id" IS NULL) = ("actor" = 'system')),
  CONSTRAINT "order_event_first_has_no_origin" CHECK (("from_state" IS NULL) = ("sequence" = 1)),
  CONSTRAINT "order_event_note_length" CHECK (char_length("note") BETWEEN 1 AND 2000)
);

-- What was agreed stays as it was: the application moves an order's state and nothing else,
-- and writes history without ever rewriting it.
REVOKE UPDATE, DELETE ON "public"."market_order" FROM cascade_app;
GRANT UPDATE ("state", "updated_at", "closed_at") ON "public"."market_order" TO cascade_app;
REVOKE UPDATE, DELETE ON "public"."order_event" FROM cascade_app;
REVOKE DELETE ON "public"."listing" FROM cascade_app;

INSERT INTO "public"."category" ("slug", "position", "name_en", "name_it") VALUES
  ('glass',       1, 'Glass',        'Vetro'),
  ('textiles',    2, 'Textiles',     'Tessuti'),
  ('spices',      3, 'Spices',       'Spezie'),
  ('books',       4, 'Books',        'Libri'),
  ('maps',        5, 'Maps',         'Mappe'),
  ('instruments', 6, 'Instruments',  'Strumenti'),
  ('services',    7, 'Services',     'Servizi'),
  ('patterns',    8, 'Patterns',     'Modelli');
