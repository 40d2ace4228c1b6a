-- A dispute of a top-up whose ducats wait in suspense takes these first: steps of their own, for the bought ones and the
-- bonus.
ALTER TABLE "public"."ducat_taking" DROP CONSTRAINT "ducat_taking_step_check";
ALTER TABLE "public"."ducat_taking" ADD CONSTRAINT "ducat_taking_step_check"
  CHECK ("step" IN ('waiting', 'waiting_bonus', 'charge', 'bonus', 'other', 'sent', 'earned', 'repayment'));
