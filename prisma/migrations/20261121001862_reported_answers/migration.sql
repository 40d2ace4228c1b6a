-- What somebody answers to a review is read by everybody, so it is reported and hidden by itself.

ALTER TABLE "public"."review"
  -- By a decision of the house.
  ADD COLUMN "answer_hidden_at" timestamptz(3),
  ADD CONSTRAINT "review_hidden_answer_is_there" CHECK ("answer_hidden_at" IS NULL OR "answer" IS NOT NULL);

ALTER TABLE "public"."moderation_decision"
  DROP CONSTRAINT "moderation_decision_subject_kind_known",
  ADD CONSTRAINT "moderation_decision_subject_kind_known"
    CHECK ("subject_kind" IN ('listing', 'message', 'review', 'review_answer'));

ALTER TABLE "public"."report"
  DROP CONSTRAINT "report_subject_kind_known",
  ADD CONSTRAINT "report_subject_kind_known"
    CHECK ("subject_kind" IN ('listing', 'message', 'review', 'review_answer'));
