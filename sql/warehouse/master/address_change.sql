-- grain: change of a client's addresses that the token of a letter is about, none where there is none
-- inputs: master.address_changes; :digest, :is_stop (the letter to those that were there, else the one to the new address)
-- rerun: reads only
SELECT change_no, client_code, action, address, asked_by, asked_at, language, applied_at, stopped_at
FROM master.address_changes
WHERE (:is_stop AND stop_digest = :digest) OR (NOT :is_stop AND confirm_digest = :digest)
