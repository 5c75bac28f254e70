-- grain: nothing; one writer of master data at a time, to the end of the transaction
-- inputs: none
-- rerun: a second call of one transaction returns at once
SELECT pg_advisory_xact_lock(hashtext('fleetbill master data'))
