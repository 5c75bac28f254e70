-- What a base of 1C has told of a payment is found by both at once: an index of payments alone let the planner read, for every payment,
-- all documents of the base too, wherever a large message had come since its statistics were made.
CREATE INDEX onec_documents_payment_peer ON receivables.onec_documents (payment_id, peer);
DROP INDEX receivables.onec_documents_payment_id_idx;

-- One index serves who looks for a client and who looks for a client of an organization; nobody looks for an organization alone.
CREATE INDEX payments_client_organization ON receivables.payments (client_code, organization_code);
DROP INDEX receivables.payments_client, receivables.payments_organization_code_client_code_idx;
