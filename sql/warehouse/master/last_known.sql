-- grain: row that stands, or stood, as its last change left it (after NULL: taken away)
-- inputs: master.history
-- rerun: reads only
SELECT DISTINCT ON (sheet, key) sheet, key, after::text AS after
FROM master.history
ORDER BY sheet, key, history_no DESC
