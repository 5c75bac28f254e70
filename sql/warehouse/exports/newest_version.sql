-- grain: one row: the newest version of :consumer, taken at or before :moment (NULL: ever), with :rights (NULL: any)
-- inputs: exports.versions; :consumer, :moment, :rights
-- rerun: reads only
SELECT consumer, version_no, as_of, rights, contents, at
FROM exports.versions
WHERE consumer = :consumer
    AND (CAST(:moment AS timestamptz) IS NULL OR at <= :moment)
    AND (CAST(:rights AS text) IS NULL OR rights = :rights)
ORDER BY version_no DESC
LIMIT 1
