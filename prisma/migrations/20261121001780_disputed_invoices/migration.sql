-- What a dispute takes back may also have paid an invoice of a subscription.
ALTER TABLE dispute ADD COLUMN subscription_invoice_id uuid;
ALTER TABLE dispute DROP CONSTRAINT dispute_of_one_payment;
ALTER TABLE dispute ADD CONSTRAINT dispute_of_one_payment
  CHECK (num_nonnulls(top_up_id, debt_payment_id, subscription_invoice_id) = 1);
