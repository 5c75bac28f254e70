-- grain: none: the temporary table of a run, so that a transaction may store several
-- rerun: made again by new_drafts_table
DROP TABLE new_drafts
