-- Earned ducats that a citizen gives back for dollars: named now, so that limits can be set on them before any leaves.
INSERT INTO ledger.transfer_kind (code, name) VALUES (18, 'cash_out');
