CREATE INDEX ON receivables.onec_documents (payment_id);
DROP INDEX receivables.onec_documents_payment_peer;
CREATE INDEX payments_client ON receivables.payments (client_code);
CREATE INDEX ON receivables.payments (organization_code, client_code);
DROP INDEX receivables.payments_client_organization;
