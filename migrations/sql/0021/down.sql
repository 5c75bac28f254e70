ALTER TABLE master.organizations DROP COLUMN edo_id;
ALTER TABLE master.clients DROP COLUMN edo_id;
ALTER TABLE master.clients DROP COLUMN formats;
