-- grain: category of clients
-- inputs: master.clients
-- rerun: reads only
SELECT category FROM master.clients WHERE category IS NOT NULL GROUP BY category ORDER BY category COLLATE "C"
