-- grain: change of a client's addresses, asked for; its number
-- inputs: :client, :action (added, removed), :address, :asked_by, :at, :language
-- rerun: adds again, so the caller counts first, under the lock of master data
INSERT INTO master.address_changes (client_code, action, address, asked_by, asked_at, language)
VALUES (:client, :action, :address, :asked_by, :at, :language)
RETURNING change_no
