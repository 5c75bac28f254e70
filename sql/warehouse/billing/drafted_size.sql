-- grain: one row: what a drafted run would issue, and the clients with contracts in force in the month
-- inputs: billing.drafts, master.contracts; :month, :purpose, :first, :last
-- rerun: reads only
SELECT
    count(*) AS invoices, coalesce(sum(total), 0)::numeric(16, 2) AS total, count(DISTINCT client_code) AS touched,
    (
        SELECT count(DISTINCT c.client_code) FROM master.contracts c
        WHERE c.starts_on <= :last AND coalesce(c.ends_on, 'infinity') >= :first
    ) AS clients
FROM billing.drafts
WHERE month = :month AND purpose = :purpose AND NOT discarded
