-- grain: a target's state that differs from what was known of it since its newest order
-- inputs: access.targets; :order_no, :last_reading_no, :state, :edited_by, :edited_at, :at
-- rerun: under the lock of `lock`; a state that is known already, or an order that is not the newest any more, adds nothing
INSERT INTO access.readings (order_no, reading_no, state, edited_by, edited_at, at)
SELECT t.order_no, t.last_reading_no + 1, :state, CAST(:edited_by AS text), CAST(:edited_at AS timestamptz), CAST(:at AS timestamptz)
FROM access.targets t
WHERE t.order_no = :order_no AND t.last_reading_no = :last_reading_no AND t.state IS DISTINCT FROM :state
