-- What tiers and trust change elsewhere: a sale fee that operators set to a millionth, paid top-ups that wait for a
-- limit, and what citizens earned trust by before there was any.

-- The house's share of an order in millionths of its total, as the tier's entitlement says it.
ALTER TABLE market_order
  DROP CONSTRAINT market_order_fee_bps_range,
  DROP CONSTRAINT market_order_fee_exact;
ALTER TABLE market_order RENAME COLUMN fee_bps TO fee_ppm;
UPDATE market_order SET fee_ppm = fee_ppm * 100;
ALTER TABLE market_order
  ADD CONSTRAINT market_order_fee_ppm_range CHECK (fee_ppm BETWEEN 0 AND 1000000),
  ADD CONSTRAINT market_order_fee_exact CHECK (fee_minor = total_minor * fee_ppm / 1000000);

-- `waiting`: paid and in the books, its ducats in suspense until the citizen's limits let them in.
ALTER TABLE top_up
  DROP CONSTRAINT top_up_state_check,
  DROP CONSTRAINT top_up_credited_has_charge,
  ADD CONSTRAINT top_up_state_check
    CHECK (state IN ('started', 'open', 'processing', 'waiting', 'credited', 'expired', 'failed')),
  ADD CONSTRAINT top_up_credited_has_charge
    CHECK (state NOT IN ('waiting', 'credited') OR stripe_charge_id IS NOT NULL);
CREATE INDEX top_up_waiting_idx ON top_up (created_at) WHERE state = 'waiting';

INSERT INTO trust_event (id, citizen_id, kind, reference, occurred_at)
  SELECT gen_random_uuid(), t.citizen_id, 'purchase', t.id::text, t.credited_at
  FROM top_up t JOIN citizen c ON c.id = t.citizen_id
  WHERE t.state = 'credited';
INSERT INTO trust_event (id, citizen_id, kind, reference, occurred_at)
  SELECT gen_random_uuid(), o.seller_id, CASE o.state WHEN 'completed' THEN 'sale' ELSE 'sale_lost' END,
         o.id::text, o.closed_at
  FROM market_order o JOIN citizen c ON c.id = o.seller_id
  WHERE o.state IN ('completed', 'refunded');
