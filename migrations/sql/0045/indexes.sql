-- Reading for one client goes over its own rows alone.
CREATE INDEX payments_client ON receivables.payments (client_code);
CREATE INDEX payments_of_credits ON receivables.payments (document_no) WHERE source = 'credit';
CREATE INDEX orders_client ON access.orders (client_code);
