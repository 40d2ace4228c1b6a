-- Granted ducats whose time is over go back to the house.
INSERT INTO ledger.transfer_kind (code, name) VALUES (19, 'grant_expiry');
