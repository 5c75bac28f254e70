-- grain: one row of documents.workbooks
-- inputs: :month, :at, :month_entries, :all_entries
-- rerun: the same row, overwritten
INSERT INTO documents.workbooks (month, written_at, month_entries, all_entries) VALUES (:month, :at, :month_entries, :all_entries)
ON CONFLICT (month) DO UPDATE
SET written_at = excluded.written_at, month_entries = excluded.month_entries, all_entries = excluded.all_entries
