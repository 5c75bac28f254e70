-- grain: order to let in again that no platform has carried out yet
-- inputs: access.orders, access.outcomes
-- rerun: reads only
SELECT o.order_no
FROM access.orders o
WHERE o.action = 'restore' AND NOT EXISTS (SELECT FROM access.outcomes x WHERE x.order_no = o.order_no)
ORDER BY o.order_no
