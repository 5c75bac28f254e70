-- grain: change of one row
-- inputs: master.history; :rows, a JSON list of sheet, key, action, before, after; :by, :reason, :at
-- rerun: adds again, so the caller adds only what changed; numbers go on from the highest, under the lock of master data
INSERT INTO master.history (history_no, sheet, key, action, before, after, by_name, reason, at)
SELECT
    (SELECT coalesce(max(history_no), 0) FROM master.history) + change.position,
    change.item ->> 'sheet', change.item ->> 'key', change.item ->> 'action',
    nullif(change.item -> 'before', 'null'), nullif(change.item -> 'after', 'null'),
    :by, :reason, :at
FROM jsonb_array_elements(CAST(:rows AS jsonb)) WITH ORDINALITY AS change (item, position)
