-- grain: one row: a version of :consumer
-- inputs: exports.versions; :consumer, :version_no
-- rerun: reads only
SELECT consumer, version_no, as_of, rights, contents, at
FROM exports.versions
WHERE consumer = :consumer AND version_no = :version_no
