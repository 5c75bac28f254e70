-- grain: none: the temporary table of a run, so that a transaction may store several
-- inputs: none
-- rerun: made again by new_drafts_table
DROP TABLE new_drafts
