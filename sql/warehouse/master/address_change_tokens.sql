-- grain: change of a client's addresses, with the digests of its letters' tokens
-- inputs: :change_no, :confirm_digest, :stop_digest
-- rerun: other tokens take the place of those that nobody got
UPDATE master.address_changes
SET confirm_digest = :confirm_digest, stop_digest = :stop_digest
WHERE change_no = :change_no AND told_at IS NULL
