-- A dispute takes back the ducats of its charge also where they were sent to: a step of its own, beside those of the
-- buyer's wallet.
ALTER TABLE "public"."ducat_taking" DROP CONSTRAINT "ducat_taking_step_check";
ALTER TABLE "public"."ducat_taking" ADD CONSTRAINT "ducat_taking_step_check"
  CHECK ("step" IN ('charge', 'bonus', 'other', 'sent', 'earned', 'repayment'));
