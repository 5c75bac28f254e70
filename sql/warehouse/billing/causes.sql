-- grain: contract that a run has priced for the month: its total, what both months were priced from, what it used
-- inputs: billing.causes; :month
-- rerun: reads only
SELECT contract_no, rated, priced_by, told_from, figures FROM billing.causes WHERE month = :month
