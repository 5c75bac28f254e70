-- grain: change of a client's addresses
-- inputs: :change_no, :at
-- rerun: changes nothing
UPDATE master.address_changes SET applied_at = :at WHERE change_no = :change_no AND applied_at IS NULL
