-- Reference (a), the bare floor: what any ledger in PL/pgSQL pays at least. Per transfer two updates and one insert:
-- no entries, no idempotency, no rule. Free space in the pages of accounts, so that every update can stay in its page.

CREATE TABLE reference.floor_account (
  id      bigint PRIMARY KEY,
  balance bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE reference.floor_transfer (
  id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  debit_id   bigint      NOT NULL,
  credit_id  bigint      NOT NULL,
  amount     bigint      NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE FUNCTION reference.floor_post(p_debits bigint[], p_credits bigint[], p_amounts bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. cardinality(p_debits) LOOP
    UPDATE reference.floor_account SET balance = balance - p_amounts[i] WHERE id = p_debits[i];
    UPDATE reference.floor_account SET balance = balance + p_amounts[i] WHERE id = p_credits[i];
    INSERT INTO reference.floor_transfer (debit_id, credit_id, amount, created_at)
      VALUES (p_debits[i], p_credits[i], p_amounts[i], now());
  END LOOP;
END $$;

INSERT INTO reference.floor_account (id, balance)
  SELECT k.bigint_key, 1000000000 FROM reference.account_key k ORDER BY k.bigint_key;
