-- grain: one row: whether the way in which a client's papers leave was changed since
-- inputs: master.history; :since_no
-- rerun: reads only
SELECT EXISTS (
    SELECT FROM master.history
    WHERE history_no > :since_no AND sheet = 'clients' AND before ->> 'delivery' IS DISTINCT FROM after ->> 'delivery'
) AS has_new_delivery
