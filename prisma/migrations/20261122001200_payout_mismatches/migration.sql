-- Payouts from connected accounts to banks that do not fit the cash-outs whose transfers paid for them, found once a day.
CREATE TABLE "public"."payout_mismatch" (
  -- The payout; where there is none, the cash-out that names it.
  subject           text PRIMARY KEY CHECK (length(subject) BETWEEN 1 AND 255),
  state             text NOT NULL CHECK (state IN ('missing_here', 'missing_there', 'different')),
  stripe_account_id text NOT NULL CHECK (length(stripe_account_id) BETWEEN 1 AND 255),
  stripe_minor      bigint,
  books_minor       bigint,
  first_seen_at     timestamptz(3) NOT NULL,
  CONSTRAINT payout_mismatch_has_its_sides CHECK
    ((state = 'missing_there') = (stripe_minor IS NULL) AND (state = 'missing_here') = (books_minor IS NULL))
);
CREATE INDEX payout_mismatch_stripe_account_id_idx ON "public"."payout_mismatch" (stripe_account_id);
