-- A purchase is what a buyer decides at once: one order for each seller, and in each order the lines that were bought.
-- What was agreed stands in the lines and never changes; an order keeps what its process needs: its version, its state,
-- until when somebody must act, and how much went back to the buyer.

CREATE TABLE "public"."purchase" (
  "id"          uuid PRIMARY KEY,
  "buyer_id"    uuid NOT NULL,
  "key"         uuid NOT NULL,
  "input_hash"  text NOT NULL,
  "total_minor" bigint NOT NULL,
  "created_at"  timestamptz(3) NOT NULL,
  CONSTRAINT "purchase_input_hash_length" CHECK (char_length("input_hash") = 64),
  CONSTRAINT "purchase_total_positive" CHECK ("total_minor" > 0)
);
CREATE UNIQUE INDEX "purchase_buyer_id_key_key" ON "public"."purchase" ("buyer_id", "key");

CREATE TABLE "public"."order_line" (
  "order_id"         uuid NOT NULL REFERENCES "public"."market_order" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "line"             integer NOT NULL,
  "listing_id"       uuid NOT NULL REFERENCES "public"."listing" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "listing_version"  integer NOT NULL,
  "variant_id"       uuid REFERENCES "public"."listing_variant" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "title"            text NOT NULL,
  "description"      text NOT NULL,
  "option_values"    text[] NOT NULL,
  "category_slug"    text NOT NULL,
  "kind"             text NOT NULL,
  "quantity"         integer NOT NULL,
  "unit_price_minor" bigint NOT NULL,
  "total_minor"      bigint NOT NULL,
  PRIMARY KEY ("order_id", "line"),
  CONSTRAINT "order_line_number_range" CHECK ("line" BETWEEN 1 AND 50),
  CONSTRAINT "order_line_kind_known" CHECK ("kind" IN ('goods', 'service', 'digital')),
  CONSTRAINT "order_line_variant_has_values" CHECK (("variant_id" IS NULL) = (cardinality("option_values") = 0)),
  CONSTRAINT "order_line_quantity_range" CHECK ("quantity" BETWEEN 1 AND 100),
  CONSTRAINT "order_line_unit_price_range" CHECK ("unit_price_minor" BETWEEN 1 AND 100000000),
  CONSTRAINT "order_line_total_exact" CHECK ("total_minor" = "unit_price_minor" * "quantity")
);
CREATE INDEX "order_line_listing_id_idx" ON "public"."order_line" ("listing_id");

-- What went back to the buyer in parts; each once by its key.
CREATE TABLE "public"."order_part_refund" (
  "id"             uuid PRIMARY KEY,
  "order_id"       uuid NOT NULL REFERENCES "public"."market_order" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "key"            uuid NOT NULL,
  "input_hash"     text NOT NULL,
  "amount_minor"   bigint NOT NULL,
  "fee_part_minor" bigint NOT NULL,
  "at"             timestamptz(3) NOT NULL,
  CONSTRAINT "order_part_refund_amount_positive" CHECK ("amount_minor" > 0),
  CONSTRAINT "order_part_refund_fee_part_range" CHECK ("fee_part_minor" BETWEEN 0 AND "amount_minor")
);
CREATE UNIQUE INDEX "order_part_refund_order_id_key_key" ON "public"."order_part_refund" ("order_id", "key");

-- How a seller wants their orders; without a row they accept themselves.
CREATE TABLE "public"."order_setting" (
  "seller_id"       uuid PRIMARY KEY,
  "accepts_itself"  boolean NOT NULL,
  "updated_at"      timestamptz(3) NOT NULL
);

ALTER TABLE "public"."market_order"
  ADD COLUMN "purchase_id" uuid REFERENCES "public"."purchase" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  ADD COLUMN "position" integer NOT NULL DEFAULT 1,
  ADD COLUMN "process_version" integer NOT NULL DEFAULT 1,
  ADD COLUMN "refunded_minor" bigint NOT NULL DEFAULT 0,
  ADD COLUMN "deadline_at" timestamptz(3),
  ADD COLUMN "deadline_action" text;

-- Every order until now was a purchase of its own, with one line. Its id serves for both.
INSERT INTO "public"."purchase" ("id", "buyer_id", "key", "input_hash", "total_minor", "created_at")
  SELECT "id", "buyer_id", "key", "input_hash", "total_minor", "created_at" FROM "public"."market_order";
INSERT INTO "public"."order_line" ("order_id", "line", "listing_id", "listing_version", "title", "description",
    "option_values", "category_slug", "kind", "quantity", "unit_price_minor", "total_minor")
  SELECT o."id", 1, o."listing_id", o."listing_version", o."listing_title", o."description",
         '{}', o."category_slug", l."kind", o."quantity", o."unit_price_minor", o."total_minor"
    FROM "public"."market_order" o JOIN "public"."listing" l ON l."id" = o."listing_id";
UPDATE "public"."market_order"
   SET "purchase_id" = "id",
       "refunded_minor" = CASE WHEN "state" IN ('cancelled', 'refunded') THEN "total_minor" ELSE 0 END;

ALTER TABLE "public"."market_order"
  ALTER COLUMN "purchase_id" SET NOT NULL,
  ALTER COLUMN "position" DROP DEFAULT,
  ALTER COLUMN "process_version" DROP DEFAULT,
  ALTER COLUMN "refunded_minor" DROP DEFAULT,
  DROP CONSTRAINT "market_order_total_exact",
  DROP CONSTRAINT "market_order_quantity_range",
  DROP CONSTRAINT "market_order_state_known",
  DROP CONSTRAINT "market_order_closed_when_ended",
  DROP COLUMN "key",
  DROP COLUMN "input_hash",
  DROP COLUMN "listing_version",
  DROP COLUMN "description",
  DROP COLUMN "unit_price_minor",
  ADD CONSTRAINT "market_order_position_range" CHECK ("position" BETWEEN 1 AND 50),
  ADD CONSTRAINT "market_order_total_positive" CHECK ("total_minor" > 0),
  ADD CONSTRAINT "market_order_quantity_range" CHECK ("quantity" BETWEEN 1 AND 5000),
  ADD CONSTRAINT "market_order_refunded_range" CHECK ("refunded_minor" BETWEEN 0 AND "total_minor"),
  ADD CONSTRAINT "market_order_state_known" CHECK (
    CASE "process_version"
      WHEN 1 THEN "state" IN ('paid', 'delivered', 'disputed', 'completed', 'cancelled', 'refunded')
      WHEN 2 THEN "state" IN ('purchased', 'accepted', 'delivered', 'disputed',
                              'completed', 'declined', 'cancelled', 'refunded', 'settled')
      ELSE false
    END),
  ADD CONSTRAINT "market_order_closed_when_ended" CHECK (
    ("closed_at" IS NOT NULL) = ("state" IN ('completed', 'declined', 'cancelled', 'refunded', 'settled'))),
  ADD CONSTRAINT "market_order_given_back_whole" CHECK (
    "state" NOT IN ('declined', 'cancelled', 'refunded') OR "refunded_minor" = "total_minor"),
  ADD CONSTRAINT "market_order_deadline_whole" CHECK (("deadline_at" IS NULL) = ("deadline_action" IS NULL)),
  ADD CONSTRAINT "market_order_deadline_while_open" CHECK ("deadline_at" IS NULL OR "closed_at" IS NULL);

CREATE UNIQUE INDEX "market_order_purchase_id_position_key" ON "public"."market_order" ("purchase_id", "position");
CREATE UNIQUE INDEX "market_order_purchase_id_seller_id_key" ON "public"."market_order" ("purchase_id", "seller_id");
CREATE INDEX "market_order_deadline_idx" ON "public"."market_order" ("deadline_at", "id") WHERE "deadline_at" IS NOT NULL;

ALTER TABLE "public"."order_event"
  ADD COLUMN "amount_minor" bigint,
  ADD CONSTRAINT "order_event_amount_range" CHECK ("amount_minor" >= 0),
  DROP CONSTRAINT "order_event_action_known",
  ADD CONSTRAINT "order_event_action_known"
    CHECK ("action" IN ('place', 'accept', 'decline', 'deliver', 'confirm', 'cancel', 'lapse', 'dispute', 'propose', 'agree',
                        'refund_part', 'refund_all', 'resolve_refund', 'resolve_release', 'resolve_split'));

-- An order is worth what its lines are worth, and a purchase what its orders are: looked at when the transaction ends.
CREATE FUNCTION "public"."market_totals_agree"() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  ordered uuid := CASE TG_TABLE_NAME WHEN 'order_line' THEN to_jsonb(NEW) ->> 'order_id' ELSE to_jsonb(NEW) ->> 'id' END;
  bought  uuid;
BEGIN
  IF TG_TABLE_NAME <> 'purchase' THEN
    IF NOT EXISTS (
      SELECT FROM market_order o
       WHERE o.id = ordered
         AND (o.total_minor, o.quantity) = (SELECT sum(l.total_minor), sum(l.quantity) FROM order_line l WHERE l.order_id = o.id)
    ) THEN
      RAISE EXCEPTION 'order % is not the sum of its lines', ordered USING ERRCODE = 'check_violation';
    END IF;
    SELECT purchase_id INTO bought FROM market_order WHERE id = ordered;
  ELSE
    bought := ordered;
  END IF;
  IF NOT EXISTS (
    SELECT FROM purchase p
     WHERE p.id = bought
       AND p.total_minor = (SELECT sum(o.total_minor) FROM market_order o WHERE o.purchase_id = p.id)
  ) THEN
    RAISE EXCEPTION 'purchase % is not the sum of its orders', bought USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER "order_line_totals" AFTER INSERT ON "public"."order_line"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "public"."market_totals_agree"();
CREATE CONSTRAINT TRIGGER "market_order_totals" AFTER INSERT ON "public"."market_order"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "public"."market_totals_agree"();
CREATE CONSTRAINT TRIGGER "purchase_totals" AFTER INSERT ON "public"."purchase"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "public"."market_totals_agree"();

-- What went back does not come again, and what is over stays over.
CREATE FUNCTION "public"."market_order_goes_forward"() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.refunded_minor < OLD.refunded_minor THEN
    RAISE EXCEPTION 'what order % gave back cannot shrink', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.closed_at IS NOT NULL AND (NEW.state, NEW.closed_at) IS DISTINCT FROM (OLD.state, OLD.closed_at) THEN
    RAISE EXCEPTION 'order % is over', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "market_order_forward" BEFORE UPDATE ON "public"."market_order"
  FOR EACH ROW EXECUTE FUNCTION "public"."market_order_goes_forward"();

-- What was agreed stays as it was.
REVOKE UPDATE, DELETE ON "public"."purchase", "public"."order_line", "public"."order_part_refund" FROM cascade_app;
REVOKE DELETE ON "public"."order_setting" FROM cascade_app;
GRANT UPDATE ("refunded_minor", "deadline_at", "deadline_action") ON "public"."market_order" TO cascade_app;
