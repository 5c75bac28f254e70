-- Takes the function back; it holds nothing.
DROP FUNCTION receivables.open_invoices(date);
