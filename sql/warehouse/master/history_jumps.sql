-- grain: change that does not start, letter for letter, from what the change before it of the same row left
-- inputs: master.history
-- rerun: reads only
SELECT history_no, sheet, key, before::text AS before, earlier::text AS earlier
FROM (
    SELECT history_no, sheet, key, before, lag(after) OVER (PARTITION BY sheet, key ORDER BY history_no) AS earlier
    FROM master.history
) AS change
WHERE before IS DISTINCT FROM earlier
ORDER BY history_no
