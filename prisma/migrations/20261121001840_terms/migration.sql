-- That a citizen accepted the terms of a version, and said that they are of age. Nobody did before: all are asked.
CREATE TABLE "public"."terms_acceptance" (
  "citizen_id"  uuid NOT NULL REFERENCES "public"."citizen" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "version"     integer NOT NULL,
  "accepted_at" timestamptz(3) NOT NULL,
  PRIMARY KEY ("citizen_id", "version"),
  CONSTRAINT "terms_acceptance_version_positive" CHECK ("version" >= 1)
);
REVOKE UPDATE, DELETE ON "public"."terms_acceptance" FROM cascade_app;
