-- Corrections that two operators decide, and the kind of the daily release of fees. server/ledger/README.md explains it.

INSERT INTO ledger.transfer_kind (code, name) VALUES (17, 'fee_release');

-- One row per proposal; it is decided once and never removed. The posting's id is made of this row's id and time.
CREATE TABLE ledger.correction (
  id                    uuid           PRIMARY KEY,
  corrected_transfer_id uuid           NOT NULL,
  amount_minor          bigint         NOT NULL CHECK (amount_minor BETWEEN 1 AND 1000000000000000),
  reason                text           NOT NULL CHECK (length(reason) BETWEEN 10 AND 500),
  proposed_by           text           NOT NULL CHECK (length(proposed_by) BETWEEN 1 AND 128),
  proposed_at           timestamptz(6) NOT NULL,
  decided_by            text           CHECK (length(decided_by) BETWEEN 1 AND 128),
  decided_at            timestamptz(6),
  decision              text           CHECK (decision IN ('approved', 'rejected', 'withdrawn')),
  -- Why the ledger refused the last approval; it was rolled back, so the proposal stayed open.
  refused_code          text           CHECK (length(refused_code) BETWEEN 1 AND 64),
  CONSTRAINT correction_decided CHECK (
    (decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)),
  CONSTRAINT correction_two_operators CHECK (decision IS DISTINCT FROM 'approved' OR decided_by <> proposed_by),
  CONSTRAINT correction_approved_is_booked CHECK (decision IS DISTINCT FROM 'approved' OR refused_code IS NULL)
);
CREATE INDEX correction_proposed_at_idx ON ledger.correction (proposed_at DESC, id DESC);
CREATE INDEX correction_open_idx ON ledger.correction (proposed_at, id) WHERE decision IS NULL;

CREATE TRIGGER permanent BEFORE DELETE OR TRUNCATE ON ledger.correction
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER decided_once BEFORE UPDATE ON ledger.correction
  FOR EACH ROW WHEN (OLD.decision IS NOT NULL
    OR (OLD.id, OLD.corrected_transfer_id, OLD.amount_minor, OLD.reason, OLD.proposed_by, OLD.proposed_at)
      IS DISTINCT FROM (NEW.id, NEW.corrected_transfer_id, NEW.amount_minor, NEW.reason, NEW.proposed_by, NEW.proposed_at))
  EXECUTE FUNCTION ledger.refuse_change();

-- Keeps a proposal. Returns 'created', 'exists' for the same proposal once more, or 'mismatch' for another one.
CREATE FUNCTION ledger.propose_correction(
  p_id uuid, p_transfer uuid, p_amount bigint, p_reason text, p_operator text, p_at timestamptz
) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO ledger.correction (id, corrected_transfer_id, amount_minor, reason, proposed_by, proposed_at)
    VALUES (p_id, p_transfer, p_amount, p_reason, p_operator, p_at)
    ON CONFLICT (id) DO NOTHING;
  IF FOUND THEN RETURN 'created'; END IF;
  PERFORM FROM ledger.correction c
    WHERE c.id = p_id AND c.corrected_transfer_id = p_transfer AND c.amount_minor = p_amount
      AND c.reason = p_reason AND c.proposed_by = p_operator;
  RETURN CASE WHEN FOUND THEN 'exists' ELSE 'mismatch' END;
END $$;

-- Decides an open proposal under its lock. Returns 'decided', 'repeated' (the same decision of the same operator),
-- 'not_found', 'decided_before', 'same_operator' (who proposes neither approves nor rejects) or 'other_operator' (only
-- who proposed withdraws).
CREATE FUNCTION ledger.decide_correction(p_id uuid, p_decision text, p_operator text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $$
DECLARE
  known ledger.correction;
BEGIN
  SELECT * INTO known FROM ledger.correction c WHERE c.id = p_id FOR UPDATE;
  IF NOT FOUND THEN RETURN 'not_found'; END IF;
  IF known.decision IS NOT NULL THEN
    RETURN CASE WHEN known.decision = p_decision AND known.decided_by = p_operator THEN 'repeated'
                ELSE 'decided_before' END;
  END IF;
  IF p_decision = 'withdrawn' AND known.proposed_by <> p_operator THEN RETURN 'other_operator'; END IF;
  IF p_decision <> 'withdrawn' AND known.proposed_by = p_operator THEN RETURN 'same_operator'; END IF;
  UPDATE ledger.correction c
    SET decision = p_decision, decided_by = p_operator, decided_at = p_at,
        refused_code = CASE WHEN p_decision = 'approved' THEN NULL ELSE c.refused_code END
    WHERE c.id = p_id;
  RETURN 'decided';
END $$;

-- Notes why the ledger refused an approval; nothing where somebody decided meanwhile.
CREATE FUNCTION ledger.note_correction_refusal(p_id uuid, p_code text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
  UPDATE ledger.correction c SET refused_code = p_code WHERE c.id = p_id AND c.decision IS NULL;
$$;

REVOKE ALL ON ledger.correction FROM PUBLIC, cascade_app;
REVOKE ALL ON FUNCTION
  ledger.propose_correction(uuid, uuid, bigint, text, text, timestamptz),
  ledger.decide_correction(uuid, text, text, timestamptz),
  ledger.note_correction_refusal(uuid, text) FROM PUBLIC, cascade_app;
GRANT SELECT ON ledger.correction TO cascade_app;
GRANT EXECUTE ON FUNCTION
  ledger.propose_correction(uuid, uuid, bigint, text, text, timestamptz),
  ledger.decide_correction(uuid, text, text, timestamptz),
  ledger.note_correction_refusal(uuid, text) TO cascade_app;
