-- A number that grows with each batch, so that whoever projects again knows whether somebody else did meanwhile. And
-- among units of one age the higher serial is spent first, so that what stays of a lot keeps its row.
ALTER TABLE lot_projection ADD COLUMN batch bigint NOT NULL DEFAULT 0;
DROP INDEX lot_account_id_idx;
CREATE INDEX lot_account_id_idx ON lot (account_id, since, serial_from DESC);

-- What was projected in the other order of serials is projected anew.
DELETE FROM lot;
DELETE FROM lot_fact;
DELETE FROM lot_move;
DELETE FROM lot_restored;
DELETE FROM lot_defect;
DELETE FROM lot_progress;
UPDATE lot_projection SET last_time = 'epoch';
