-- What of a cart is bought for somebody else, as it was agreed before the payment: by seller, to whom and with which words.

ALTER TABLE "public"."checkout"
  ADD COLUMN "gifts" jsonb NOT NULL DEFAULT '[]',
  ADD CONSTRAINT "checkout_gifts_is_array" CHECK (jsonb_typeof("gifts") = 'array');
