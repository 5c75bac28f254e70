-- grain: change of a client's addresses
-- inputs: :change_no, :at
-- rerun: changes nothing
UPDATE master.address_changes SET told_at = :at WHERE change_no = :change_no AND told_at IS NULL
