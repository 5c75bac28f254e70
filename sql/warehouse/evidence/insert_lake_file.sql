-- grain: one writing of a file of the lake
-- inputs: :path, :file_digest, :size
-- rerun: nothing happens when these bytes of it are known
INSERT INTO evidence.lake_files (path, file_digest, size) VALUES (:path, :file_digest, :size) ON CONFLICT DO NOTHING
