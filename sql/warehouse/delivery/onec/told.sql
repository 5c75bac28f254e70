-- grain: object as the peer shall know it now, by a digest of what it is told; '': it is gone
-- inputs: none
-- rerun: once per transaction
CREATE TEMPORARY TABLE onec_told (object_kind text, object_key text, digest text) ON COMMIT DROP
