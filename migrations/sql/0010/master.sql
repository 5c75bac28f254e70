-- Clients that want the appendix (vehicles by day) with the papers of a month.
ALTER TABLE master.clients ADD COLUMN appendix boolean NOT NULL DEFAULT false;
