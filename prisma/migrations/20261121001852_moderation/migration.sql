-- What citizens report to the house, and what operators decide about it.

CREATE TABLE "public"."moderation_decision" (
  "id"           uuid PRIMARY KEY,
  "subject_kind" text NOT NULL,
  "subject_id"   uuid NOT NULL,
  -- Whose the thing is.
  "author_id"    uuid NOT NULL,
  "action"       text NOT NULL,
  "reason"       text NOT NULL,
  "decided_by"   uuid NOT NULL,
  "decided_at"   timestamptz(3) NOT NULL,
  "undone_by"    uuid,
  "undone_at"    timestamptz(3),
  "undo_reason"  text,
  CONSTRAINT "moderation_decision_subject_kind_known" CHECK ("subject_kind" IN ('listing', 'message', 'review')),
  CONSTRAINT "moderation_decision_action_known" CHECK ("action" IN ('dismiss', 'hide', 'pause', 'warn')),
  CONSTRAINT "moderation_decision_pause_is_of_listings" CHECK ("action" <> 'pause' OR "subject_kind" = 'listing'),
  CONSTRAINT "moderation_decision_listings_are_not_hidden" CHECK ("action" <> 'hide' OR "subject_kind" <> 'listing'),
  CONSTRAINT "moderation_decision_reason_length" CHECK (char_length("reason") BETWEEN 1 AND 1000),
  CONSTRAINT "moderation_decision_undo_whole" CHECK (
    ("undone_at" IS NULL) = ("undone_by" IS NULL) AND ("undone_at" IS NULL) = ("undo_reason" IS NULL)
  ),
  CONSTRAINT "moderation_decision_undo_reason_length" CHECK (char_length("undo_reason") BETWEEN 1 AND 1000)
);
CREATE INDEX "moderation_decision_subject_idx" ON "public"."moderation_decision" ("subject_kind", "subject_id", "decided_at");
CREATE INDEX "moderation_decision_decided_at_id_idx" ON "public"."moderation_decision" ("decided_at" DESC, "id" DESC);
CREATE INDEX "moderation_decision_author_id_decided_at_idx" ON "public"."moderation_decision" ("author_id", "decided_at");

CREATE TABLE "public"."report" (
  "id"           uuid PRIMARY KEY,
  "reporter_id"  uuid NOT NULL,
  "subject_kind" text NOT NULL,
  "subject_id"   uuid NOT NULL,
  -- Whose the thing is.
  "author_id"    uuid NOT NULL,
  "reason"       text NOT NULL,
  "text"         text NOT NULL,
  "created_at"   timestamptz(3) NOT NULL,
  -- Null while it waits for an operator.
  "decision_id"  uuid REFERENCES "public"."moderation_decision" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT "report_subject_kind_known" CHECK ("subject_kind" IN ('listing', 'message', 'review')),
  CONSTRAINT "report_of_another" CHECK ("reporter_id" <> "author_id"),
  CONSTRAINT "report_reason_known" CHECK ("reason" IN ('scam', 'forbidden', 'abuse', 'spam', 'personal_data', 'other')),
  CONSTRAINT "report_text_length" CHECK (char_length("text") BETWEEN 1 AND 1000)
);
CREATE UNIQUE INDEX "report_reporter_id_subject_kind_subject_id_key"
  ON "public"."report" ("reporter_id", "subject_kind", "subject_id");
CREATE INDEX "report_open_idx" ON "public"."report" ("subject_kind", "subject_id") WHERE "decision_id" IS NULL;
CREATE INDEX "report_reporter_id_created_at_idx" ON "public"."report" ("reporter_id", "created_at");
CREATE INDEX "report_decision_id_idx" ON "public"."report" ("decision_id");

-- What was decided stays; an undo is written beside it.
REVOKE UPDATE, DELETE ON "public"."moderation_decision" FROM cascade_app;
GRANT UPDATE ("undone_by", "undone_at", "undo_reason") ON "public"."moderation_decision" TO cascade_app;
REVOKE UPDATE, DELETE ON "public"."report" FROM cascade_app;
GRANT UPDATE ("decision_id") ON "public"."report" TO cascade_app;
