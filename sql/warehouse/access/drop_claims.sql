-- grain: none
-- inputs: temporary table ladder_claims
-- rerun: nothing where there is none: a transaction that has read it once reads it anew
DROP TABLE IF EXISTS ladder_claims
