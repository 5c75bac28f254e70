-- grain: one platform; held until the transaction ends, so that numbers and states of its snapshots are given one after another
-- inputs: :platform
-- rerun: waits for whoever holds it
SELECT pg_advisory_xact_lock(hashtext('evidence'), hashtext(:platform))
