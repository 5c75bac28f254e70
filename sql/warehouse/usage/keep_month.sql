-- grain: month
-- inputs: :month, :inputs, :at
-- rerun: replaces the month's row
INSERT INTO usage.months (month, inputs, computed_at) VALUES (:month, :inputs, :at)
ON CONFLICT (month) DO UPDATE SET inputs = excluded.inputs, computed_at = excluded.computed_at
