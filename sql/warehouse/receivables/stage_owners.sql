-- grain: payment of the matching that is going on, and whose it is
-- inputs: none
-- rerun: one per transaction, gone with it
CREATE TEMPORARY TABLE staged_owners (payment_id text, client_code text) ON COMMIT DROP
