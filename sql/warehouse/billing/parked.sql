-- grain: contract left out of the month's last run
-- inputs: billing.parked; :month, :purpose
-- rerun: reads only
SELECT contract_no, reason, detail FROM billing.parked WHERE month = :month AND purpose = :purpose ORDER BY contract_no COLLATE "C"
