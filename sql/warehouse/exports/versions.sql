-- grain: version that was exported, of :consumer (NULL: of all), from :first on (NULL: all), oldest first
-- inputs: exports.versions; :consumer, :first
-- rerun: reads only
SELECT consumer, version_no, as_of, rights, contents, at
FROM exports.versions
WHERE (CAST(:consumer AS text) IS NULL OR consumer = :consumer) AND (CAST(:first AS integer) IS NULL OR version_no >= :first)
ORDER BY consumer COLLATE "C", version_no
