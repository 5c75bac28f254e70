-- grain: one row: how far the close of a month has come, and of the one before; untouched: contracts in force in the month that its close
--   has neither closed, drafted, rated to nothing nor left out
-- inputs: billing.closed, billing.drafts, billing.invoices, billing.parked, billing.runs, master.contracts; :month, :last, :previous
-- rerun: reads only
WITH drafted AS (
    SELECT contract_no FROM billing.drafts WHERE month = :month AND purpose = 'close' AND NOT discarded
), touched AS (
    SELECT contract_no FROM billing.closed WHERE month = :month
    UNION SELECT contract_no FROM drafted
    UNION SELECT contract_no FROM billing.parked WHERE month = :month AND purpose = 'close'
    UNION SELECT unnest(nothing) FROM billing.runs WHERE month = :month AND purpose = 'close'
)
SELECT
    EXISTS (SELECT FROM drafted) AS is_drafted,
    (SELECT count(*) FROM billing.closed WHERE month = :month) AS closed,
    (SELECT count(*) FROM billing.closed WHERE month = :previous) AS closed_before,
    EXISTS (SELECT FROM billing.invoices WHERE month = :previous) AS is_billed_before,
    (
        SELECT count(*) FROM master.contracts
        WHERE starts_on <= :last AND coalesce(ends_on, 'infinity') >= :month AND contract_no NOT IN (SELECT contract_no FROM touched)
    ) AS untouched
