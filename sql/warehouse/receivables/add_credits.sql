-- grain: negative invoice → a credit of the client that pays the next invoices (domain.md §7)
-- inputs: billing.invoices; :at. The lock of `lock` is held.
-- rerun: adds only what is not there
INSERT INTO receivables.payments (payment_id, source, organization_code, client_code, document_no, paid_on, amount, purpose, received_at)
SELECT 'credit:' || number, 'credit', organization_code, client_code, number, issued_on, -total, 'Корректировка ' || number, :at
FROM billing.invoices
WHERE total < 0
ON CONFLICT DO NOTHING
