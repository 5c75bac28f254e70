-- grain: version that was exported, of :consumer (NULL: of all), oldest first
-- inputs: exports.versions; :consumer
-- rerun: reads only
SELECT consumer, version_no, as_of, rights, contents, at
FROM exports.versions
WHERE CAST(:consumer AS text) IS NULL OR consumer = :consumer
ORDER BY consumer COLLATE "C", version_no
