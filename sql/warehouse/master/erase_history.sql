-- grain: change of a client's row, told without what reached its people
-- inputs: :client, :with_name
-- rerun: changes nothing where there is nothing left to erase
UPDATE master.history SET before = master.without_person(before, :with_name), after = master.without_person(after, :with_name)
WHERE sheet = 'clients' AND coalesce(after, before) ->> 'client_code' = :client
    AND (before, after) IS DISTINCT FROM (master.without_person(before, :with_name), master.without_person(after, :with_name))
