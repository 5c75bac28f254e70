-- grain: version whose files of clients were written anew, without what was erased
-- inputs: :consumer, :version_no, :contents
-- rerun: the same contents again
UPDATE exports.versions SET contents = CAST(:contents AS jsonb) WHERE consumer = :consumer AND version_no = :version_no
