-- grain: change of a row of master data
-- inputs: master.history; :sheets, :keys (pairs)
-- rerun: reads only
SELECT h.history_no, h.sheet, h.key, h.before::text AS before, h.after::text AS after, h.by_name
FROM master.history h
JOIN unnest(CAST(:sheets AS text[]), CAST(:keys AS text[])) o (sheet, key) USING (sheet, key)
ORDER BY h.history_no
