-- grain: client whose addresses are what its own people made them in the cabinet, with when and what the cell held before that
-- inputs: master.history, master.address_changes; :clients
-- rerun: reads only
WITH changed AS (
    SELECT
        coalesce(after, before) ->> 'client_code' AS client_code, history_no, at,
        before ->> 'email' AS was, after ->> 'email' AS became
    FROM master.history
    WHERE sheet = 'clients'
        AND coalesce(after, before) ->> 'client_code' = ANY (CAST(:clients AS text[]))
        AND (before ->> 'email') IS DISTINCT FROM (after ->> 'email')
),
latest AS (
    SELECT DISTINCT ON (client_code) client_code, history_no, at, became FROM changed ORDER BY client_code, history_no DESC
)
SELECT l.client_code, l.at, l.became AS email, array_agg(DISTINCT coalesce(c.was, '')) AS earlier
FROM latest l
JOIN changed c ON c.client_code = l.client_code AND c.history_no <= l.history_no
WHERE EXISTS (SELECT FROM master.address_changes a WHERE a.client_code = l.client_code AND l.at IN (a.applied_at, a.stopped_at))
GROUP BY l.client_code, l.at, l.became
