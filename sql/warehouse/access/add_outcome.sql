-- grain: what was read back after an order
-- inputs: :order_no, :state_after, :at
-- rerun: the first reading stays
INSERT INTO access.outcomes (order_no, state_after, at) VALUES (:order_no, :state_after, :at) ON CONFLICT DO NOTHING
