-- Takes the guard of stored payments back.
DROP TRIGGER never_changed ON receivables.payments;
DROP FUNCTION receivables.refuse_other_payment();
