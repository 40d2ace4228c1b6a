-- Negotiation before a purchase: a citizen offers a price for some of a listing, and the two go to and fro until they
-- agree or somebody ends it. An offer moves no money and holds no stock.

ALTER TABLE "public"."listing" ADD COLUMN "takes_offers" boolean NOT NULL DEFAULT true;

CREATE TABLE "public"."offer" (
  "id"               uuid PRIMARY KEY,
  "listing_id"       uuid NOT NULL REFERENCES "public"."listing" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  -- What the buyer saw: an agreement is about this and nothing else.
  "listing_version"  integer NOT NULL,
  "variant_id"       uuid REFERENCES "public"."listing_variant" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "option_values"    text[] NOT NULL,
  "buyer_id"         uuid NOT NULL,
  "seller_id"        uuid NOT NULL,
  "state"            text NOT NULL,
  -- Prices named by now, the first included.
  "rounds"           integer NOT NULL,
  -- Of the last event.
  "sequence"         integer NOT NULL,
  -- What was named last.
  "quantity"         integer NOT NULL,
  "unit_price_minor" bigint NOT NULL,
  "deadline_at"      timestamptz(3),
  "created_at"       timestamptz(3) NOT NULL,
  "updated_at"       timestamptz(3) NOT NULL,
  "closed_at"        timestamptz(3),
  CONSTRAINT "offer_two_parties" CHECK ("buyer_id" <> "seller_id"),
  CONSTRAINT "offer_variant_has_values" CHECK (("variant_id" IS NULL) = (cardinality("option_values") = 0)),
  CONSTRAINT "offer_state_known" CHECK (
    "state" IN ('seller_turn', 'buyer_turn', 'accepted', 'used', 'declined', 'withdrawn', 'expired', 'ended')),
  CONSTRAINT "offer_rounds_range" CHECK ("rounds" BETWEEN 1 AND 10),
  CONSTRAINT "offer_sequence_range" CHECK ("sequence" BETWEEN 1 AND 20),
  CONSTRAINT "offer_quantity_range" CHECK ("quantity" BETWEEN 1 AND 100),
  CONSTRAINT "offer_unit_price_range" CHECK ("unit_price_minor" BETWEEN 1 AND 100000000),
  CONSTRAINT "offer_closed_when_ended"
    CHECK (("closed_at" IS NULL) = ("state" IN ('seller_turn', 'buyer_turn', 'accepted'))),
  CONSTRAINT "offer_deadline_while_open" CHECK (("deadline_at" IS NULL) = ("closed_at" IS NOT NULL))
);
CREATE INDEX "offer_buyer_id_created_at_id_idx" ON "public"."offer" ("buyer_id", "created_at" DESC, "id" DESC);
CREATE INDEX "offer_seller_id_created_at_id_idx" ON "public"."offer" ("seller_id", "created_at" DESC, "id" DESC);
CREATE UNIQUE INDEX "offer_one_open" ON "public"."offer" ("buyer_id", "listing_id") WHERE "closed_at" IS NULL;
CREATE INDEX "offer_deadline_idx" ON "public"."offer" ("deadline_at", "id") WHERE "deadline_at" IS NOT NULL;

CREATE TABLE "public"."offer_event" (
  "offer_id"         uuid NOT NULL REFERENCES "public"."offer" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "sequence"         integer NOT NULL,
  "action"           text NOT NULL,
  "actor"            text NOT NULL,
  "actor_id"         uuid,
  "to_state"         text NOT NULL,
  -- Of what names a price.
  "quantity"         integer,
  "unit_price_minor" bigint,
  "note"             text,
  -- One step for one key of whoever took it; null where the house did, or where a purchase has its own.
  "key"              uuid,
  "input_hash"       text,
  "at"               timestamptz(3) NOT NULL,
  PRIMARY KEY ("offer_id", "sequence"),
  CONSTRAINT "offer_event_action_known" CHECK (
    "action" IN ('offer', 'counter', 'accept', 'decline', 'withdraw', 'use', 'expire', 'end')),
  CONSTRAINT "offer_event_actor_known" CHECK ("actor" IN ('buyer', 'seller', 'system')),
  CONSTRAINT "offer_event_actor_named" CHECK (("actor_id" IS NULL) = ("actor" = 'system')),
  CONSTRAINT "offer_event_price_whole" CHECK (
    ("quantity" IS NULL) = ("unit_price_minor" IS NULL) AND ("quantity" IS NULL) = ("action" NOT IN ('offer', 'counter'))),
  CONSTRAINT "offer_event_note_length" CHECK (char_length("note") BETWEEN 1 AND 200),
  CONSTRAINT "offer_event_key_whole" CHECK (("key" IS NULL) = ("input_hash" IS NULL)),
  CONSTRAINT "offer_event_input_hash_length" CHECK (char_length("input_hash") = 64)
);
CREATE UNIQUE INDEX "offer_event_actor_id_key_key" ON "public"."offer_event" ("actor_id", "key");

-- The offer by which a line was bought: each buys once.
ALTER TABLE "public"."order_line"
  ADD COLUMN "offer_id" uuid REFERENCES "public"."offer" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
CREATE UNIQUE INDEX "order_line_offer_id_key" ON "public"."order_line" ("offer_id");

-- What is over stays over, and what was said stays as it was said.
CREATE FUNCTION "public"."offer_goes_forward"() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.closed_at IS NOT NULL THEN
    RAISE EXCEPTION 'offer % is over', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.sequence <> OLD.sequence + 1 THEN
    RAISE EXCEPTION 'offer % moves by one step at a time', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "offer_forward" BEFORE UPDATE ON "public"."offer"
  FOR EACH ROW EXECUTE FUNCTION "public"."offer_goes_forward"();

REVOKE UPDATE, DELETE ON "public"."offer", "public"."offer_event" FROM cascade_app;
GRANT UPDATE ("state", "rounds", "sequence", "quantity", "unit_price_minor", "deadline_at", "updated_at", "closed_at")
  ON "public"."offer" TO cascade_app;
