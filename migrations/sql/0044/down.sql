DROP INDEX master.contracts_client_code_idx;
DROP INDEX master.terms_tariff_code_idx;
