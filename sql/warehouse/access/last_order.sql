-- grain: the number of the last order, 0 before the first
-- inputs: access.orders
-- rerun: under the lock of `lock`; in the ordering transaction only
SELECT coalesce(max(order_no), 0) FROM access.orders
