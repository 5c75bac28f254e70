-- grain: one row: whether a contract, tariff or client is, or ever was
-- inputs: master.history, master.contracts, master.clients, master.tariffs; :what, :code, :key (the code as keys write it)
-- rerun: reads only
SELECT CASE :what
    WHEN 'contract' THEN
        EXISTS (SELECT FROM master.history WHERE sheet = 'contracts' AND key = :key)
        OR EXISTS (SELECT FROM master.contracts WHERE contract_no = :code)
    WHEN 'client' THEN
        EXISTS (SELECT FROM master.history WHERE sheet = 'clients' AND key = :key)
        OR EXISTS (SELECT FROM master.clients WHERE client_code = :code)
    WHEN 'tariff' THEN
        EXISTS (SELECT FROM master.history WHERE sheet = 'tariffs' AND coalesce(after, before) ->> 'tariff_code' = :code)
        OR EXISTS (SELECT FROM master.tariffs WHERE tariff_code = :code)
END AS is_known
