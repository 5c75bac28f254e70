-- grain: peer
-- inputs: :peer, :problem (why the turn came to nothing or not to its end; NULL: it did), :heard_at (NULL: the base has not answered)
-- rerun: the same row
UPDATE delivery.onec_peers
SET problem = :problem, heard_at = coalesce(:heard_at, heard_at)
WHERE peer = :peer
