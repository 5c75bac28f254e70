-- grain: attempt to carry out an order, right before its write
-- inputs: :order_no, :at
-- rerun: an attempt of the same moment stays
INSERT INTO access.attempts (order_no, at) VALUES (:order_no, :at) ON CONFLICT DO NOTHING
