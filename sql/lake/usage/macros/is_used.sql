-- grain: one row of a snapshot: whether it shows use on its day (domain.md §2.2)
-- inputs: has_message, online_minutes of the row; NULL where the source does not know
-- rerun: replaces the macro
CREATE OR REPLACE MACRO is_used(has_message, online_minutes) AS coalesce(has_message, false) OR coalesce(online_minutes > 0, false)
