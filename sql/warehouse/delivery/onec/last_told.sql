-- grain: object × field of which the base has told before: what it said last
-- inputs: delivery.onec_told_fields; :peer; :sheets, :codes (pairs)
-- rerun: reads only
SELECT DISTINCT ON (t.sheet, t.code, t.field) t.sheet, t.code, t.field, t.value, t.history_no
FROM delivery.onec_told_fields t
JOIN unnest(CAST(:sheets AS text[]), CAST(:codes AS text[])) o (sheet, code) USING (sheet, code)
WHERE t.peer = :peer
ORDER BY t.sheet, t.code, t.field, t.told_no DESC
