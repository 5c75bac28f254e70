-- grain: run of numbers that no change bears, although a later one does: numbers are given without gaps
-- inputs: master.history
-- rerun: reads only
SELECT earlier + 1 AS first, history_no - 1 AS last
FROM (SELECT history_no, lag(history_no, 1, CAST(0 AS bigint)) OVER (ORDER BY history_no) AS earlier FROM master.history) AS change
WHERE history_no > earlier + 1
ORDER BY 1
