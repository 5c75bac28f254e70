ALTER TABLE master.clients DROP COLUMN appendix;
