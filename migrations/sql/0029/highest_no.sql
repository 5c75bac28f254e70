-- A base of 1C that was restored from a backup counts on from below numbers that it has used.
ALTER TABLE delivery.onec_peers ADD COLUMN highest_no bigint NOT NULL DEFAULT 0;   -- the greatest number of theirs that was ever taken
UPDATE delivery.onec_peers SET highest_no = received_no;
ALTER TABLE delivery.onec_peers ADD CHECK (highest_no >= received_no);
