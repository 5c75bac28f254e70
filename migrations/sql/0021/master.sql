-- Which files for electronic exchange a client wants, and who takes part in it under which identifier.
ALTER TABLE master.clients ADD COLUMN formats text;
ALTER TABLE master.clients ADD COLUMN edo_id text;
ALTER TABLE master.organizations ADD COLUMN edo_id text;
