-- grain: one row: whether the peer has not confirmed something that was ever queued for it
-- inputs: delivery.onec_outbox; :peer, :confirmed_no
-- rerun: reads only
SELECT EXISTS (
    SELECT FROM delivery.onec_outbox WHERE peer = :peer AND (message_no IS NULL OR message_no > :confirmed_no)
) AS has_unconfirmed
