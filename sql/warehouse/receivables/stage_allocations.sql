-- grain: allocation of the matching that is going on
-- inputs: none
-- rerun: one per transaction, gone with it
CREATE TEMPORARY TABLE staged_allocations (payment_id text, place integer, number text, amount numeric(14, 2), rule text) ON COMMIT DROP
