-- grain: consumer of exports
-- inputs: master.consumers
-- rerun: reads only
SELECT consumer, name, datasets, organizations, dealers, categories, personal_data, connection, valid_from, valid_to
FROM master.consumers
ORDER BY consumer COLLATE "C"
