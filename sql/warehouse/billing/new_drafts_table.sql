-- grain: invoice identity; a temporary table to copy the run's drafts into
-- inputs: billing.drafts
-- rerun: dropped at the end of its transaction
CREATE TEMPORARY TABLE new_drafts (LIKE billing.drafts INCLUDING DEFAULTS) ON COMMIT DROP
