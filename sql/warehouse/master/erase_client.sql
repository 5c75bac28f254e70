-- grain: client, without what reaches its people; without its name and ИНН too where :with_name
-- inputs: :client, :with_name
-- rerun: changes nothing where there is nothing left to erase
UPDATE master.clients SET
    email = NULL, phone = NULL, address = NULL, edo_id = NULL,
    name = CASE WHEN :with_name THEN client_code ELSE name END,
    full_name = CASE WHEN NOT :with_name THEN full_name END,
    inn = CASE WHEN NOT :with_name THEN inn END
WHERE client_code = :client AND (
    num_nonnulls(email, phone, address, edo_id) > 0 OR (:with_name AND (name <> client_code OR num_nonnulls(full_name, inn) > 0))
)
