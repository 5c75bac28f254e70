-- grain: client or contract as the history knew it at :moment
-- inputs: master.history; :moment
-- rerun: reads only
SELECT sheet, after::text AS row_text
FROM (
    SELECT DISTINCT ON (sheet, key) sheet, after
    FROM master.history
    WHERE sheet IN ('clients', 'contracts') AND at <= :moment
    ORDER BY sheet, key, history_no DESC
) last
WHERE after IS NOT NULL
