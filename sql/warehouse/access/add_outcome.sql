-- grain: what was read back after an order, and whether the block is ours
-- inputs: :order_no, :state_after, :is_ours, :at
-- rerun: the first reading stays
INSERT INTO access.outcomes (order_no, state_after, is_ours, at) VALUES (:order_no, :state_after, :is_ours, :at) ON CONFLICT DO NOTHING
