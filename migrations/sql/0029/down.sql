ALTER TABLE delivery.onec_peers DROP COLUMN highest_no;
