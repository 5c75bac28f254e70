ALTER TABLE master.clients DROP COLUMN manager;
