-- grain: one value: whether the reader sees an invoice of that number
-- inputs: cabinet.invoices; :number
-- rerun: reads only
SELECT EXISTS (SELECT FROM cabinet.invoices WHERE number = :number)
