-- grain: one row: a version of a consumer
-- inputs: exports.versions; :consumer, :version_no, :as_of, :rights, :contents (JSON), :at
-- rerun: a version that is there is refused by its key
INSERT INTO exports.versions (consumer, version_no, as_of, rights, contents, at)
VALUES (:consumer, :version_no, :as_of, :rights, CAST(:contents AS jsonb), :at)
