-- Whose contracts, and who has a tariff: what every page of the cabinet asks first, of 20,000 clients.
CREATE INDEX ON master.contracts (client_code);
CREATE INDEX ON master.terms (tariff_code);
