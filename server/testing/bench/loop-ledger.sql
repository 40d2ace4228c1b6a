-- Reference (b), the design that most ledgers written in PL/pgSQL share, pgledger's among them, written anew from its
-- public description: every account of the call is locked in the order of its key, and then each transfer is checked,
-- two accounts are updated, and a transfer and two entries with the balance before and after are inserted.
--
-- The file is run once per variant: with text keys (prefixed ULIDs, which a function makes for every row) and with
-- bigint keys from sequences; each as published (foreign keys, numeric amounts, an index on the time of the event) and
-- lean, without these three. contestants.ts puts in what stands in braces.

CREATE TABLE reference.{loop}_account (
  id             {key}       {account key} PRIMARY KEY,
  name           text        NOT NULL,
  currency       text        NOT NULL,
  balance        {amount}    NOT NULL DEFAULT 0,
  version        bigint      NOT NULL DEFAULT 0,
  allow_negative boolean     NOT NULL,
  allow_positive boolean     NOT NULL,
  metadata       jsonb,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL
);

CREATE TABLE reference.{loop}_transfer (
  id              {key}       {transfer key} PRIMARY KEY,
  from_account_id {key}       NOT NULL{of account},
  to_account_id   {key}       NOT NULL{of account},
  amount          {amount}    NOT NULL,
  created_at      timestamptz NOT NULL,
  event_at        timestamptz NOT NULL,
  metadata        jsonb,
  CHECK (amount > 0 AND from_account_id <> to_account_id)
);
CREATE INDEX {loop}_transfer_from_idx ON reference.{loop}_transfer (from_account_id);
CREATE INDEX {loop}_transfer_to_idx ON reference.{loop}_transfer (to_account_id);

{event index}CREATE TABLE reference.{loop}_entry (
  id               {key}       {entry key} PRIMARY KEY,
  account_id       {key}       NOT NULL{of account},
  transfer_id      {key}       NOT NULL{of transfer},
  amount           {amount}    NOT NULL,
  previous_balance {amount}    NOT NULL,
  current_balance  {amount}    NOT NULL,
  account_version  bigint      NOT NULL,
  created_at       timestamptz NOT NULL
);
CREATE INDEX {loop}_entry_account_idx ON reference.{loop}_entry (account_id);
CREATE INDEX {loop}_entry_transfer_idx ON reference.{loop}_entry (transfer_id);

CREATE FUNCTION reference.{loop}_check(p_account reference.{loop}_account) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT p_account.allow_negative AND p_account.balance < 0 THEN
    RAISE EXCEPTION 'account % may not go below zero', p_account.id;
  END IF;
  IF NOT p_account.allow_positive AND p_account.balance > 0 THEN
    RAISE EXCEPTION 'account % may not go above zero', p_account.id;
  END IF;
END $$;

CREATE FUNCTION reference.{loop}_post(p_froms {key}[], p_tos {key}[], p_amounts {amount}[])
RETURNS TABLE (transfer_id {key}, moved {amount}, booked_at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  one_id {key};
  new_id {key};
  debited reference.{loop}_account;
  credited reference.{loop}_account;
BEGIN
  FOR one_id IN SELECT DISTINCT u.id FROM unnest(p_froms || p_tos) AS u (id) ORDER BY u.id LOOP
    PERFORM FROM reference.{loop}_account a WHERE a.id = one_id FOR UPDATE;
  END LOOP;
  FOR i IN 1 .. cardinality(p_froms) LOOP
    IF p_amounts[i] <= 0 OR p_froms[i] = p_tos[i] THEN
      RAISE EXCEPTION 'a transfer moves a positive amount between two accounts';
    END IF;
    UPDATE reference.{loop}_account
      SET balance = balance - p_amounts[i], version = version + 1, updated_at = now()
      WHERE id = p_froms[i] RETURNING * INTO debited;
    PERFORM reference.{loop}_check(debited);
    UPDATE reference.{loop}_account
      SET balance = balance + p_amounts[i], version = version + 1, updated_at = now()
      WHERE id = p_tos[i] RETURNING * INTO credited;
    PERFORM reference.{loop}_check(credited);
    IF debited.currency <> credited.currency THEN
      RAISE EXCEPTION 'a transfer stays in one currency';
    END IF;
    INSERT INTO reference.{loop}_transfer (from_account_id, to_account_id, amount, created_at, event_at)
      VALUES (p_froms[i], p_tos[i], p_amounts[i], now(), now()) RETURNING id INTO new_id;
    INSERT INTO reference.{loop}_entry
        (account_id, transfer_id, amount, previous_balance, current_balance, account_version, created_at)
      VALUES (p_froms[i], new_id, -p_amounts[i], debited.balance + p_amounts[i], debited.balance, debited.version, now());
    INSERT INTO reference.{loop}_entry
        (account_id, transfer_id, amount, previous_balance, current_balance, account_version, created_at)
      VALUES (p_tos[i], new_id, p_amounts[i], credited.balance - p_amounts[i], credited.balance, credited.version, now());
    transfer_id := new_id;
    moved := p_amounts[i];
    booked_at := now();
    RETURN NEXT;
  END LOOP;
END $$;

INSERT INTO reference.{loop}_account
    (id, name, currency, balance, allow_negative, allow_positive, created_at, updated_at)
  SELECT k.{key}_key, 'account ' || k.bigint_key, 'DUCAT', 1000000000, false, true, now(), now()
  FROM reference.account_key k ORDER BY k.bigint_key;
