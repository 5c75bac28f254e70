-- grain: organization with its ИНН and КПП (NULL: it has none)
-- inputs: master.organizations
-- rerun: reads only
SELECT code, inn, kpp FROM master.organizations ORDER BY code COLLATE "C"
