-- Whatever one citizen writes another one can report, and a report keeps what it is about as it was then.

ALTER TABLE "public"."moderation_decision"
  DROP CONSTRAINT "moderation_decision_subject_kind_known",
  ADD CONSTRAINT "moderation_decision_subject_kind_known" CHECK ("subject_kind" IN (
    'listing', 'message', 'review', 'review_answer', 'storefront', 'banner', 'offer_note', 'gift_note'));

ALTER TABLE "public"."report"
  DROP CONSTRAINT "report_subject_kind_known",
  ADD CONSTRAINT "report_subject_kind_known" CHECK ("subject_kind" IN (
    'listing', 'message', 'review', 'review_answer', 'storefront', 'banner', 'offer_note', 'gift_note')),
  -- The words, pictures and version; null of reports from before they were kept.
  ADD COLUMN "as_reported" jsonb,
  ADD CONSTRAINT "report_as_reported_is_object" CHECK (jsonb_typeof("as_reported") = 'object');

-- By which a note is named.
ALTER TABLE "public"."offer_event" ADD COLUMN "id" uuid NOT NULL DEFAULT gen_random_uuid();
CREATE UNIQUE INDEX "offer_event_id_key" ON "public"."offer_event" ("id");
