-- grain: the last number of each organization's last year, with the number of drafts that wait without one
-- inputs: billing.invoices, billing.drafts
-- rerun: reads only
SELECT
    (SELECT array_agg(number ORDER BY number) FROM (
        SELECT DISTINCT ON (organization_code) number FROM billing.invoices ORDER BY organization_code, year DESC, sequence_no DESC
    ) newest) AS numbers,
    (SELECT count(*) FROM billing.drafts WHERE NOT discarded) AS drafts
