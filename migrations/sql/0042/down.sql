DROP FUNCTION cabinet.debt_name(text, text, text, date);
ALTER TABLE master.vat_modes NO INHERIT cabinet.vat_modes;
DROP TABLE cabinet.vat_modes;
