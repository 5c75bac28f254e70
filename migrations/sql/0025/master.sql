-- Who looks after a client: reports on debts are by manager too.
ALTER TABLE master.clients ADD COLUMN manager text;
