-- An order may be a gift: whoever buys pays and stays its party, and another citizen receives what was bought. They confirm
-- that they have it too, hence a third version of the order process.

ALTER TABLE "public"."market_order"
  ADD COLUMN "recipient_id" uuid,
  ADD COLUMN "gift_note" text,
  ADD CONSTRAINT "market_order_recipient_is_third" CHECK ("recipient_id" NOT IN ("buyer_id", "seller_id")),
  ADD CONSTRAINT "market_order_gift_note_length" CHECK (char_length("gift_note") BETWEEN 1 AND 200),
  ADD CONSTRAINT "market_order_gift_note_of_gift" CHECK ("gift_note" IS NULL OR "recipient_id" IS NOT NULL),
  DROP CONSTRAINT "market_order_state_known",
  ADD CONSTRAINT "market_order_state_known" CHECK (
    CASE
      WHEN "process_version" = 1 THEN "state" IN ('paid', 'delivered', 'disputed', 'completed', 'cancelled', 'refunded')
      WHEN "process_version" IN (2, 3) THEN "state" IN ('purchased', 'accepted', 'delivered', 'disputed',
                                                        'completed', 'declined', 'cancelled', 'refunded', 'settled')
      ELSE false
    END);

CREATE INDEX "market_order_recipient_id_created_at_id_idx"
  ON "public"."market_order" ("recipient_id", "created_at" DESC, "id" DESC) WHERE "recipient_id" IS NOT NULL;

ALTER TABLE "public"."order_event"
  DROP CONSTRAINT "order_event_actor_known",
  ADD CONSTRAINT "order_event_actor_known" CHECK ("actor" IN ('buyer', 'seller', 'recipient', 'operator', 'system'));
