-- grain: change of a client's addresses that is stopped, and every other one that would bring the same address and waits
-- inputs: master.address_changes, :change_no, :at
-- rerun: changes nothing
UPDATE master.address_changes a
SET stopped_at = :at
FROM master.address_changes s
WHERE s.change_no = :change_no
    AND a.client_code = s.client_code AND a.address = s.address AND a.action = s.action
    AND a.stopped_at IS NULL
    AND (a.change_no = s.change_no OR a.applied_at IS NULL)
