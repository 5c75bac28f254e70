-- grain: write of an order that its platform has accepted, right after it
-- inputs: :order_no, :at
-- rerun: one of the same moment stays
INSERT INTO access.acceptances (order_no, at) VALUES (:order_no, :at) ON CONFLICT DO NOTHING
