-- Whether orders of a listing are accepted by themselves; null where its seller's own setting says so.
ALTER TABLE "public"."listing" ADD COLUMN "accepts_itself" boolean;
